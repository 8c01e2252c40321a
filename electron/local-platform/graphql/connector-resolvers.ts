import type { Catalogs } from '../connectors/catalog/catalogs.ts'
import { compareVersions, supports } from '../connectors/catalog/contract.ts'
import type { ConnectorReports } from '../connectors/connector-reports.ts'
import type { Connector, ConnectorStore } from '../connectors/connector-store.ts'
import type { Deployments } from '../connectors/deployment.ts'
import type { UserStore } from '../users/user-store.ts'
import { connectorFields } from './connector-fields.ts'
import { isoTime, isoTimeOrNull } from './user-resolvers.ts'
import { allowed, type RequestContext } from './viewer.ts'

/** A connector that was not heard of for so long counts as inactive (opencti-api.md §5.2). */
const ACTIVE_MS = 5 * 60_000

export interface ConnectorServices {
  readonly connectors: ConnectorStore
  readonly reports: ConnectorReports
  readonly deployments: Deployments
  readonly catalogs: Catalogs
  readonly users: UserStore
  /** the platform's own */
  readonly version: string
}

/** Connectors as people look at them (opencti-api.md §5.1); nothing that is encrypted is told. */
export function connectorResolvers(services: ConnectorServices) {
  const { connectors, reports, deployments, catalogs, users, version } = services
  const contractOf = ({ catalog_id, manager_contract_image }: Connector) =>
    catalogs.byImage(catalog_id, manager_contract_image)?.contract ?? null
  const imageVersion = ({ manager_contract_image }: Connector): string | null =>
    /:([^:/]+)$/.exec(manager_contract_image ?? '')?.[1] ?? null
  const newer = (connector: Connector) => {
    const [contract, own] = [contractOf(connector), imageVersion(connector)]
    if (!contract || !own || compareVersions(contract.container_version, own) <= 0) return null
    return { contract, compatible: supports(version, contract.support_version) }
  }

  return {
    Query: {
      connectors: (_: unknown, __: unknown, context: RequestContext) => {
        allowed(context, 'MODULES')
        return connectors.list()
      },
      connector: (_: unknown, { id }: { id: string }, context: RequestContext) => {
        allowed(context, 'MODULES')
        return connectors.byId(id)
      },
    },
    Connector: {
      ...connectorFields(reports, users),
      active: ({ last_seen_at, built_in }: Connector, _: unknown, { now }: RequestContext) =>
        built_in === 1 || (last_seen_at !== null && now - last_seen_at < ACTIVE_MS),
      auto: ({ auto }: Connector) => auto === 1,
      built_in: ({ built_in }: Connector) => built_in === 1,
      is_managed: ({ is_managed }: Connector) => is_managed === 1,
      connector_scope: ({ connector_scope }: Connector) => connector_scope.split(',').filter(Boolean),
      // There is no queue here: nothing waits.
      connector_queue_details: () => ({ messages_number: 0, messages_size: 0 }),
      connector_info: () => null,
      connector_priority_group: () => 'DEFAULT',
      manager_contract_definition: (connector: Connector) => {
        const contract = contractOf(connector)
        return contract && JSON.stringify(contract)
      },
      manager_contract_excerpt: contractOf,
      manager_contract_configuration: ({ id, catalog_id }: Connector) =>
        catalog_id === null ? null : connectors.settings(id).filter(({ encrypted }) => !encrypted),
      manager_contract_hash: (connector: Connector) =>
        connector.catalog_id === null ? null : deployments.peek(connector).hash,
      update_available: (connector: Connector) => newer(connector)?.compatible ?? false,
      latest_compatible_version: (connector: Connector) => {
        const contract = contractOf(connector)
        return contract && supports(version, contract.support_version) ? contract.container_version : null
      },
      has_newer_incompatible_version: (connector: Connector) => newer(connector)?.compatible === false,
      version: imageVersion,
      slug: (connector: Connector) => contractOf(connector)?.slug ?? null,
      xtm_one_intent: () => null,
      jwks: () => '{"keys":[]}',
      last_seen_at: ({ last_seen_at }: Connector) => isoTimeOrNull(last_seen_at),
      created_at: ({ created_at }: Connector) => isoTime(created_at),
      updated_at: ({ updated_at }: Connector) => isoTime(updated_at),
    },
  }
}
