import { managerKey } from '../../electron/composer/secrets/private-key.ts'
import { testKey } from './composer-rig.ts'

/** Sends one GraphQL document to a platform and gives its data. */
export type Ask = (query: string, variables?: Record<string, unknown>) => Promise<Record<string, unknown>>

/** The composer's side of a platform, spoken by hand, so that a test says what a composer would. */
export function composerBy(ask: Ask, managerId = 'manager-1') {
  return {
    register: () =>
      ask(
        'mutation ($input: RegisterConnectorsManagerInput!) { registerConnectorsManager(input: $input) { id } }',
        {
          input: { id: managerId, name: 'Test manager', public_key: managerKey(testKey()).pkcs1 },
        },
      ),
    ping: () =>
      ask(
        'mutation ($input: UpdateConnectorManagerStatusInput!) { updateConnectorManagerStatus(input: $input) { id } }',
        {
          input: { id: managerId },
        },
      ),
    /** Adds a connector of the built-in catalogue, not wanted yet. @returns its id */
    async add(name: string): Promise<string> {
      const { managedConnectorAdd } = await ask(
        'mutation ($input: AddManagedConnectorInput!) { managedConnectorAdd(input: $input) { id } }',
        {
          input: {
            name,
            user_id: 'none',
            automatic_user: true,
            catalog_id: 'filigran-catalog-id',
            manager_contract_image: 'opencti/connector-alienvault',
            manager_contract_configuration: [{ key: 'ALIENVAULT_API_KEY', value: 'not-a-real-key' }],
          },
        },
      )
      return (managedConnectorAdd as { id: string }).id
    },
    report: (id: string, status: 'started' | 'stopped') =>
      ask(
        'mutation ($input: CurrentConnectorStatusInput!) { updateConnectorCurrentStatus(input: $input) { id } }',
        {
          input: { id, status },
        },
      ),
    health: (id: string, restarts: number, startedAt: number, inLoop: boolean) =>
      ask('mutation ($input: HealthConnectorStatusInput!) { updateConnectorHealth(input: $input) }', {
        input: {
          id,
          restart_count: restarts,
          started_at: new Date(startedAt).toISOString(),
          is_in_reboot_loop: inLoop,
        },
      }),
    logs: (id: string, logs: readonly string[]) =>
      ask('mutation ($input: LogsConnectorStatusInput!) { updateConnectorLogs(input: $input) }', {
        input: { id, logs },
      }),
  }
}
