import { z } from 'zod'
import type { Connector, ConnectorStore } from '../connectors/connector-store.ts'
import type { Deployments } from '../connectors/deployment.ts'
import type { ManagedConnectors } from '../connectors/managed-connectors.ts'
import type { ConnectorManager, ManagerStore } from '../connectors/manager-store.ts'
import { deedOf, type RequestContext } from '../graphql/viewer.ts'
import type { User } from '../users/user.ts'
import {
  capable,
  decoded,
  ok,
  parsed,
  type RestAnswer,
  RestError,
  type RestRequest,
  type RestRoutes,
  signedIn,
} from './rest.ts'

export interface ComposerRoutesParts {
  readonly connectors: ConnectorStore
  readonly managers: ManagerStore
  readonly managed: ManagedConnectors
  readonly deployments: Deployments
  readonly version: string
}

/** A composer counts as reachable for two hours (opencti-api.md §6.1). */
const REACHABLE_MS = 2 * 3_600_000

const Text = (longest: number) => z.string().trim().min(1).max(longest)
const Registration = z.object({ id: Text(256), name: Text(256), public_key: Text(16_384) })
const Status = z.object({ connector_instance_current_status: z.enum(['started', 'stopped']) })
const Logs = z.object({ connector_instance_logs: z.array(z.string()) })
const HealthCheck = z.object({
  connector_instance_restart_count: z.number().int().min(0).max(2_147_483_647),
  connector_instance_started_at: z.string(),
  connector_instance_is_in_reboot_loop: z.boolean(),
})

/** The composer's side of OpenAEV's REST API (opencti-api.md §6.1, composer.md §3.2). */
export function composerRoutes(parts: ComposerRoutesParts): RestRoutes {
  const { connectors, managers, managed, deployments, version } = parts

  const answerTo = ({ method, path, body }: RestRequest, context: RequestContext): RestAnswer => {
    const what = `${method} ${path}`
    if (what === 'GET /settings/version') {
      signedIn(context)
      return { status: 200, text: version }
    }
    if (what === 'POST /xtm-composer/register') {
      mayReport(context)
      return ok(registered(managed.register('openaev', parsed(Registration, body), context.now)))
    }
    if (what === 'GET /xtm-composer/reachable') {
      signedIn(context)
      const seen = managers.of('openaev')?.last_sync_at
      return ok(seen !== undefined && context.now - seen < REACHABLE_MS)
    }
    const [, composer = '', rest = ''] = /^\/xtm-composer\/([^/]+)(\/.*)$/.exec(path) ?? []
    if (rest === '') return { status: 404, json: { message: 'Not found' } }
    mayReport(context)
    if (managers.of('openaev')?.id !== decoded(composer))
      throw new RestError(400, 'Invalid xtm-composer identifier')
    if (method === 'PUT' && rest === '/refresh-connectivity')
      return ok(registered(managed.ping('openaev', decoded(composer), context.now)))
    if (method === 'GET' && rest === '/connector-instances') {
      const user = mayReadSecrets(context)
      return ok(connectors.managedBy('openaev').map((each) => instance(each, user, context)))
    }
    const [, id = '', action] = /^\/connector-instances\/([^/]+)\/([a-z-]+)$/.exec(rest) ?? []
    return report(`${method} ${action}`, decoded(id), body, context)
  }

  const report = (what: string, id: string, body: string, context: RequestContext): RestAnswer => {
    const connector = connectors.byId(id)
    if (connector?.platform !== 'openaev') throw new RestError(404, 'Connector instance not found')
    switch (what) {
      case 'PUT status': {
        const { connector_instance_current_status: status } = parsed(Status, body)
        const changed = managed.reportStatus('openaev', id, status, context.now)
        return ok(instance(changed, mayReport(context), context))
      }
      case 'POST logs':
        managed.reportLogs('openaev', id, parsed(Logs, body).connector_instance_logs, context.now)
        return { status: 200 }
      case 'PUT health-check': {
        const given = parsed(HealthCheck, body)
        const health = {
          restartCount: given.connector_instance_restart_count,
          startedAt: given.connector_instance_started_at,
          inRebootLoop: given.connector_instance_is_in_reboot_loop,
        }
        managed.reportHealth('openaev', id, health, context.now)
        return ok(instance(connector, mayReport(context), context))
      }
      default:
        return { status: 404, json: { message: 'Not found' } }
    }
  }

  const instance = (connector: Connector, user: User, context: RequestContext) => {
    const { settings, hash } = deployments.of(connector, deedOf(user, context))
    return {
      connector_instance_id: connector.id,
      connector_instance_name: `${connector.title}-${connector.id}`,
      connector_instance_hash: hash,
      connector_image: connector.manager_contract_image,
      connector_instance_current_status: connector.manager_current_status ?? 'stopped',
      connector_instance_requested_status:
        connector.manager_requested_status === 'starting' ? 'starting' : 'stopping',
      connector_instance_configurations: settings.map(({ key, value, encrypted }) => ({
        configuration_key: key,
        configuration_value: value,
        configuration_is_encrypted: encrypted,
      })),
    }
  }

  return answerTo
}

/** `xtm_composer_version` is the platform's version as it was when the composer registered. */
const registered = ({ id, version }: ConnectorManager) => ({
  xtm_composer_id: id,
  xtm_composer_version: version,
})

const mayReport = (context: RequestContext): User => capable(context, 'CONNECTORAPI')
/** SECURITY: asking for instances may make a token of each one's user, as in GraphQL. */
const mayReadSecrets = (context: RequestContext): User => capable(context, 'SETTINGS_SETACCESSES')
