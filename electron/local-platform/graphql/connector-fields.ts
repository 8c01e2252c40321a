import type { ConnectorReports } from '../connectors/connector-reports.ts'
import type { Connector } from '../connectors/connector-store.ts'
import type { User } from '../users/user.ts'
import type { UserStore } from '../users/user-store.ts'
import { creator } from './session-resolvers.ts'
import { isoTime } from './user-resolvers.ts'
import type { RequestContext } from './viewer.ts'

/** The fields that `Connector` and `ManagedConnector` have in common. */
export function connectorFields(reports: ConnectorReports, users: UserStore) {
  const owner = ({ connector_user_row }: Connector): User | null =>
    connector_user_row === null ? null : users.byRow(connector_user_row)
  const health = ({ id }: Connector, now: number) => reports.health(id, now)
  return {
    connector_user_id: (connector: Connector) => owner(connector)?.id ?? null,
    connector_user: (connector: Connector) => creator(owner(connector)),
    manager_connector_logs: ({ id }: Connector) => reports.logs(id),
    manager_health_metrics: (connector: Connector, _: unknown, { now }: RequestContext) => {
      const found = health(connector, now)
      return (
        found && {
          restart_count: found.restartCount,
          started_at: isoTime(found.startedAt),
          last_update: isoTime(found.at),
          is_in_reboot_loop: found.inRebootLoop,
        }
      )
    },
    manager_connector_uptime: (connector: Connector, _: unknown, { now }: RequestContext) => {
      const found = health(connector, now)
      return found && connector.manager_current_status === 'started'
        ? Math.max(0, Math.floor((now - found.startedAt) / 1000))
        : null
    },
  }
}
