import { z } from 'zod'
import type { ConnectorReports } from '../connectors/connector-reports.ts'
import type { Connector, ConnectorStore } from '../connectors/connector-store.ts'
import type { ManagedConnectors } from '../connectors/managed-connectors.ts'
import { deedOf, type RequestContext } from '../graphql/viewer.ts'
import {
  capable,
  decoded,
  ok,
  parsed,
  type RestAnswer,
  RestError,
  type RestRequest,
  signedIn,
} from './rest.ts'

export interface ConsoleRoutesParts {
  readonly connectors: ConnectorStore
  readonly managed: ManagedConnectors
  readonly reports: ConnectorReports
  readonly title: string
  readonly version: string
  readonly xtmOneUrl: string | null
}

/** What OpenAEV calls its connectors, and where each kind is listed. */
const LISTS: Readonly<Record<string, string>> = {
  '/collectors': 'collector',
  '/injectors': 'injector',
  '/executors': 'executor',
}
const Wanted = z.object({ connector_instance_requested_status: z.enum(['starting', 'stopping']) })

/** The side of OpenAEV's REST API that its administrators use (decision 0122); null for a path that is not among it. */
export function consoleRoutes(parts: ConsoleRoutesParts) {
  const { connectors, managed, reports, title, version, xtmOneUrl } = parts

  return ({ method, path, body }: RestRequest, context: RequestContext): RestAnswer | null => {
    const what = `${method} ${path}`
    switch (what) {
      case 'GET /settings/public':
        return ok({ platform_theme: 'dark', platform_lang: 'auto', auth_local_enable: true })
      case 'GET /settings':
        signedIn(context)
        return ok({
          platform_name: title,
          platform_version: version,
          platform_xtm_one_configured: xtmOneUrl !== null,
          platform_xtm_one_url: xtmOneUrl,
        })
      case 'GET /me':
        return ok(me(context))
    }
    const kind = method === 'GET' ? LISTS[path] : undefined
    if (kind !== undefined) {
      mayLook(context)
      return ok(
        connectors
          .list()
          .filter((each) => each.platform === 'openaev' && each.connector_type.toLowerCase() === kind)
          .map((each) => listed(kind, each, context)),
      )
    }
    const [, id, rest = ''] = /^\/connector-instances\/([^/]+)(\/.*)?$/.exec(path) ?? []
    return id === undefined ? null : ofInstance(`${method} ${rest}`, decoded(id), body, context)
  }

  function ofInstance(what: string, id: string, body: string, context: RequestContext): RestAnswer {
    mayLook(context)
    const connector = connectors.byId(id)
    if (connector?.platform !== 'openaev' || connector.catalog_id === null)
      throw new RestError(404, 'Connector instance not found')
    switch (what) {
      case 'GET ':
        return ok(instance(connector, context))
      case 'PUT /requested-status': {
        const user = capable(context, 'MODULES_MODMANAGE')
        const { connector_instance_requested_status: wanted } = parsed(Wanted, body)
        return ok(instance(managed.request(id, wanted, deedOf(user, context)), context))
      }
      case 'POST /logs/search':
        return ok({ content: reports.logs(id).map(logRow(context)) })
      default:
        throw new RestError(404, 'Not found')
    }
  }

  function listed(kind: string, connector: Connector, context: RequestContext) {
    return {
      [`${kind}_id`]: connector.id,
      [`${kind}_name`]: connector.title,
      [`${kind}_type`]: connector.name,
      is_external: connector.built_in === 0,
      last_execution: connector.last_seen_at === null ? null : new Date(connector.last_seen_at).toISOString(),
      connector_instance: connector.catalog_id === null ? null : instance(connector, context),
    }
  }

  /** Without the time at which health was reported: OpenAEV does not tell it. */
  function instance(connector: Connector, { now }: RequestContext) {
    const health = reports.health(connector.id, now)
    return {
      connector_instance_id: connector.id,
      connector_instance_current_status: connector.manager_current_status ?? 'stopped',
      connector_instance_requested_status:
        connector.manager_requested_status === 'starting' ? 'starting' : 'stopping',
      connector_instance_restart_count: health?.restartCount ?? null,
      connector_instance_started_at: health === null ? null : new Date(health.startedAt).toISOString(),
      connector_instance_is_in_reboot_loop: health?.inRebootLoop ?? false,
    }
  }
}

/** Every push takes the place of the one before here, so that all lines are of one moment. */
const logRow =
  ({ now }: RequestContext) =>
  (line: string, index: number) => ({
    connector_instance_log_id: String(index),
    connector_instance_log: line,
    connector_instance_log_created_at: new Date(now).toISOString(),
  })

const mayLook = (context: RequestContext) => capable(context, 'MODULES')

function me(context: RequestContext) {
  const user = signedIn(context)
  return {
    user_id: user.id,
    user_email: user.user_email,
    user_firstname: user.firstname ?? user.name,
    user_lastname: user.lastname ?? '',
    user_capabilities: [],
  }
}
