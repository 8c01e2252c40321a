import { UnusableKeyError } from '#base/sealing.ts'
import type { ConnectorReports } from '../connectors/connector-reports.ts'
import type { Connector, ConnectorStore } from '../connectors/connector-store.ts'
import { type GivenSetting, InvalidSettingsError } from '../connectors/contract-settings.ts'
import type { Deployment, Deployments } from '../connectors/deployment.ts'
import { type ManagedConnectors, RefusedConnectorError } from '../connectors/managed-connectors.ts'
import { type ConnectorManager, MANAGER_ACTIVE_MS, type ManagerStore } from '../connectors/manager-store.ts'
import { CredentialInTextError } from '../tokens/no-credentials.ts'
import type { AccountDeeds } from '../users/account-deeds.ts'
import { RefusedChangeError } from '../users/account-patch.ts'
import type { User } from '../users/user.ts'
import type { UserStore } from '../users/user-store.ts'
import { connectorFields } from './connector-fields.ts'
import { functionalError, unsupportedError } from './errors.ts'
import { inSlices } from './slices.ts'
import { isoTime, isoTimeOrNull } from './user-resolvers.ts'
import { allowed, deedOf, loggedIn, type RequestContext, withinReach } from './viewer.ts'

export interface ManagerServices {
  readonly connectors: ConnectorStore
  readonly managers: ManagerStore
  readonly managed: ManagedConnectors
  readonly reports: ConnectorReports
  readonly deployments: Deployments
  readonly users: UserStore
  readonly accounts: AccountDeeds
  /** whether connectors may be managed at all: OpenCTI asks for an Enterprise Edition to add one */
  readonly mayAdd: boolean
  /** the group of accounts that are made for connectors */
  readonly connectorGroup: () => string
}

interface AddInput {
  readonly name: string
  readonly connector_user_id?: string | null
  readonly user_id: string
  readonly catalog_id: string
  readonly automatic_user?: boolean | null
  readonly manager_contract_image: string
  readonly manager_contract_configuration: readonly GivenSetting[]
}

interface EditInput {
  readonly id: string
  readonly name: string
  readonly title: string
  readonly connector_user_id: string
  readonly manager_contract_configuration: readonly GivenSetting[]
}

interface ManagerInput {
  readonly id: string
  readonly name: string
  readonly public_key: string
}

const LONGEST_ID = 256
const LONGEST_NAME = 256
const LONGEST_KEY = 16_384

/** What composers and those who deploy connectors ask for (opencti-api.md §5, composer.md §3.1). */
export function managerResolvers(services: ManagerServices) {
  const { connectors, managers, managed, reports, deployments, users, accounts } = services

  const userOf = (id: string, context: RequestContext): User => {
    const user = users.byId(id)
    if (!user) throw functionalError('Connector user not found')
    // SECURITY: a connector gets a token of its user; nobody reaches an account above their own that way.
    withinReach(context, user)
    return user
  }
  /** A service account for a connector that is to have one of its own. */
  const newUser = (name: string, context: RequestContext): User =>
    accounts.add(
      {
        name: `[C] ${name}`,
        email: null,
        firstname: null,
        lastname: null,
        description: 'Account of a managed connector',
        language: null,
        serviceAccount: true,
        accountStatus: 'Active',
        lockAfter: null,
        passwordHash: null,
        groups: [services.connectorGroup()],
        organizations: [],
      },
      deedOf(loggedIn(context), context),
      (added) => withinReach(context, added),
    )
  const made = new WeakMap<Connector, Deployment>()
  /** Worked out once for each row that was read. */
  const deploymentOf = (connector: Connector, context: RequestContext): Deployment => {
    const known = made.get(connector)
    if (known) return known
    const deployment = refusing(() => deployments.of(connector, deedOf(loggedIn(context), context)))
    made.set(connector, deployment)
    return deployment
  }

  return {
    Query: {
      connectorManagers: (_: unknown, __: unknown, context: RequestContext) => {
        allowed(context, 'MODULES')
        const manager = managers.of('opencti')
        return manager ? [manager] : []
      },
      connectorManager: (_: unknown, { managerId }: { managerId: string }, context: RequestContext) => {
        allowed(context, 'MODULES')
        const manager = managers.of('opencti')
        if (manager?.id !== managerId) throw functionalError('Connector manager not found')
        return manager
      },
      connectorsForManagers: (_: unknown, __: unknown, context: RequestContext) => {
        allowed(context, 'SETTINGS_SETACCESSES')
        return connectors.managedBy('opencti')
      },
    },
    Mutation: {
      registerConnectorsManager: (
        _: unknown,
        { input }: { input?: ManagerInput | null },
        context: RequestContext,
      ) => {
        allowed(context, 'CONNECTORAPI')
        const given = named(input)
        return refusing(() => managed.register('opencti', given, context.now))
      },
      updateConnectorManagerStatus: (
        _: unknown,
        { input }: { input?: { id: string } | null },
        context: RequestContext,
      ) => {
        allowed(context, 'CONNECTORAPI')
        return refusing(() => managed.ping('opencti', input?.id ?? '', context.now))
      },
      managedConnectorAdd: (_: unknown, { input }: { input?: AddInput | null }, context: RequestContext) => {
        const actor = allowed(context, 'CONNECTORAPI')
        if (!services.mayAdd) throw unsupportedError('Enterprise edition is not enabled')
        if (!input) throw functionalError('The input is missing')
        return refusing(() =>
          managed.add(
            {
              name: input.name,
              title: input.name,
              catalogId: input.catalog_id,
              image: input.manager_contract_image,
              settings: input.manager_contract_configuration,
              owner: () =>
                input.automatic_user
                  ? newUser(input.name, context)
                  : userOf(input.connector_user_id ?? input.user_id, context),
            },
            deedOf(actor, context),
          ),
        )
      },
      managedConnectorEdit: (
        _: unknown,
        { input }: { input?: EditInput | null },
        context: RequestContext,
      ) => {
        const actor = allowed(context, 'CONNECTORAPI')
        if (!input) throw functionalError('The input is missing')
        const { id, name, title, connector_user_id, manager_contract_configuration: settings } = input
        const owner = userOf(connector_user_id, context)
        return refusing(() => managed.edit(id, { name, title, owner, settings }, deedOf(actor, context)))
      },
      updateConnectorRequestedStatus: (
        _: unknown,
        { input }: { input: { id: string; status: 'starting' | 'stopping' } },
        context: RequestContext,
      ) => {
        const actor = allowed(context, 'MODULES_MODMANAGE')
        return refusing(() => managed.request(input.id, input.status, deedOf(actor, context)))
      },
      updateConnectorCurrentStatus: (
        _: unknown,
        { input }: { input: { id: string; status: 'started' | 'stopped' } },
        context: RequestContext,
      ) => {
        allowed(context, 'CONNECTORAPI')
        return refusing(() => managed.reportStatus('opencti', input.id, input.status, context.now))
      },
      updateConnectorLogs: (
        _: unknown,
        { input }: { input: { id: string; logs: readonly string[] } },
        context: RequestContext,
      ) => {
        allowed(context, 'CONNECTORAPI')
        return refusing(() => managed.reportLogs('opencti', input.id, input.logs, context.now))
      },
      updateConnectorHealth: (
        _: unknown,
        {
          input: { id, restart_count, started_at, is_in_reboot_loop },
        }: {
          input: { id: string; restart_count: number; started_at: string; is_in_reboot_loop: boolean }
        },
        context: RequestContext,
      ) => {
        allowed(context, 'CONNECTORAPI')
        const health = { restartCount: restart_count, startedAt: started_at, inRebootLoop: is_in_reboot_loop }
        return refusing(() => managed.reportHealth('opencti', id, health, context.now))
      },
      resetStateConnector: (_: unknown, { id }: { id: string }, context: RequestContext) => {
        const actor = allowed(context, 'MODULES_MODMANAGE')
        return refusing(() => managed.reset(id, deedOf(actor, context)))
      },
      deleteConnector: (_: unknown, { id }: { id: string }, context: RequestContext) => {
        const actor = allowed(context, 'MODULES_MODMANAGE')
        refusing(() => managed.remove(id, deedOf(actor, context)))
        return id
      },
    },
    ConnectorManager: {
      standard_id: ({ id }: ConnectorManager) => `connector-manager--${id}`,
      entity_type: () => 'ConnectorManager',
      parent_types: () => ['Basic-Object', 'Internal-Object'],
      last_sync_execution: ({ last_sync_at }: ConnectorManager) => isoTime(last_sync_at),
      about_version: ({ version }: ConnectorManager) => version,
      active: ({ last_sync_at }: ConnectorManager, _: unknown, { now }: RequestContext) =>
        now - last_sync_at < MANAGER_ACTIVE_MS,
    },
    ManagedConnector: {
      ...connectorFields(reports, users),
      standard_id: ({ id }: Connector) => `connector--${id}`,
      entity_type: () => 'Connector',
      parent_types: () => ['Basic-Object', 'Internal-Object'],
      connector_state_timestamp: ({ state_reset_at }: Connector) => isoTimeOrNull(state_reset_at),
      manager: ({ platform }: Connector) => managers.of(platform),
      manager_contract_image: ({ manager_contract_image }: Connector) => manager_contract_image ?? '',
      manager_contract_configuration: inSlices(
        (connector: Connector, context: RequestContext) => deploymentOf(connector, context).settings,
      ),
      manager_contract_hash: inSlices(
        (connector: Connector, context: RequestContext) => deploymentOf(connector, context).hash,
      ),
    },
  }
}

/** SECURITY: bounded, since it is kept; OpenCTI looks at the key as little as this. */
function named(input: ManagerInput | null | undefined): ManagerInput {
  if (!input) throw functionalError('The input is missing')
  const { id, name, public_key } = input
  if (name.trim().length < 2) throw functionalError('A name has at least 2 characters')
  if (id === '' || id.length > LONGEST_ID || name.length > LONGEST_NAME || public_key.length > LONGEST_KEY)
    throw functionalError('The id, the name or the public key is too long or empty')
  return input
}

function refusing<Result>(work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (error instanceof RefusedConnectorError && error.unsupported) throw unsupportedError(error.message)
    if (
      error instanceof RefusedConnectorError ||
      error instanceof InvalidSettingsError ||
      error instanceof UnusableKeyError ||
      error instanceof CredentialInTextError ||
      error instanceof RefusedChangeError
    )
      throw functionalError(error.message)
    throw error
  }
}
