import type { Connector, ConnectorStore } from '../connectors/connector-store.ts'
import type { UserStore } from '../users/user-store.ts'
import { creator } from './session-resolvers.ts'
import { isoTime } from './user-resolvers.ts'
import { allowed, type RequestContext } from './viewer.ts'

/** A connector that was not heard of for so long counts as inactive (opencti-api.md §5.2). */
const ACTIVE_MS = 5 * 60_000

/** Connectors, read-only: who dies with a token (T-13). Configuration and secrets are not kept here at all. */
export function connectorResolvers({ connectors, users }: { connectors: ConnectorStore; users: UserStore }) {
  const owner = ({ connector_user_row }: Connector) =>
    connector_user_row === null ? null : users.byRow(connector_user_row)
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
      active: ({ last_seen_at, built_in }: Connector, _: unknown, { now }: RequestContext) =>
        built_in === 1 || (last_seen_at !== null && now - last_seen_at < ACTIVE_MS),
      auto: ({ auto }: Connector) => auto === 1,
      built_in: ({ built_in }: Connector) => built_in === 1,
      is_managed: ({ is_managed }: Connector) => is_managed === 1,
      connector_scope: ({ connector_scope }: Connector) => connector_scope.split(',').filter(Boolean),
      connector_user_id: (connector: Connector) => owner(connector)?.id ?? null,
      connector_user: (connector: Connector) => creator(owner(connector)),
      last_seen_at: ({ last_seen_at }: Connector) => (last_seen_at === null ? null : isoTime(last_seen_at)),
      created_at: ({ created_at }: Connector) => isoTime(created_at),
      updated_at: ({ updated_at }: Connector) => isoTime(updated_at),
    },
  }
}
