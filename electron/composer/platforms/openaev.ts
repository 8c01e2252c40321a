import { z } from 'zod'
import type { DesiredConnector, DesiredList, UnusableConnector } from '../engine/model.ts'
import { answerFault, parsedJson } from './answers.ts'
import type { HttpClient } from './http.ts'
import { type Platform, PlatformError } from './platform.ts'

const Instance = z.object({
  connector_instance_id: z.string().min(1),
  connector_instance_name: z.string(),
  connector_instance_hash: z.string({ error: 'the instance has no hash' }).min(1, 'the instance has no hash'),
  connector_image: z.string({ error: 'the instance has no image' }).min(1, 'the instance has no image'),
  connector_instance_current_status: z.string().nullish(),
  connector_instance_requested_status: z.string().nullish(),
  connector_instance_configurations: z.array(
    z.object({
      configuration_key: z.string(),
      configuration_value: z.string().nullish(),
      configuration_is_encrypted: z.boolean().nullish(),
    }),
    { error: 'the instance has no configuration' },
  ),
})

const Listed = z.array(z.looseObject({ connector_instance_id: z.string().min(1) }))
const Registered = z.object({ xtm_composer_id: z.string(), xtm_composer_version: z.string() })

/**
 * The composer's side of OpenAEV's REST API: seven routes below `/api`.
 * @param tenant the routes of one tenant, below `/api/tenants/{tenant}`; without it those of the default one
 */
export function openAevPlatform(http: HttpClient, managerId: string, tenant?: string): Platform {
  const composers = `/api${tenant === undefined ? '' : `/tenants/${encodeURIComponent(tenant)}`}/xtm-composer`
  const mine = `${composers}/${encodeURIComponent(managerId)}`
  const instance = (id: string): string => `${mine}/connector-instances/${encodeURIComponent(id)}`

  const send = async (
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    body: unknown,
    signal: AbortSignal,
  ): Promise<string> => {
    const answer = await http.send(method, path, body, signal)
    if (answer.status < 200 || answer.status > 299) throw answerFault(answer)
    return answer.text
  }
  const json = <T>(text: string, shape: z.ZodType<T>): T => {
    const parsed = shape.safeParse(parsedJson(text))
    if (!parsed.success) throw new PlatformError('the answer is not as expected', 'unreachable')
    return parsed.data
  }

  return {
    kind: 'openaev',
    async version(signal) {
      const text = await send('GET', '/api/settings/version', undefined, signal)
      // Plain text; some servers send it as a JSON string.
      const version = text.trim().replace(/^"(.*)"$/, '$1')
      if (version === '' || version.length > 100) {
        throw new PlatformError('the answer holds no version', 'unreachable')
      }
      return version
    },
    async register({ id, name, key }, signal) {
      const text = await send('POST', `${composers}/register`, { id, name, public_key: key.spki }, signal)
      return json(text, Registered).xtm_composer_version
    },
    async ping(_, signal) {
      return json(await send('PUT', `${mine}/refresh-connectivity`, undefined, signal), Registered)
        .xtm_composer_version
    },
    async connectors(signal) {
      return desiredList(json(await send('GET', `${mine}/connector-instances`, undefined, signal), Listed))
    },
    async reportStatus(id, status, signal) {
      await send('PUT', `${instance(id)}/status`, { connector_instance_current_status: status }, signal)
    },
    async reportLogs(id, lines, signal) {
      // The server takes a set: as single lines, order and repeated lines would be lost.
      const logs = lines.length === 0 ? [] : [lines.join('\n')]
      await send('POST', `${instance(id)}/logs`, { connector_instance_logs: logs }, signal)
    },
    async reportHealth(id, { restartCount, startedAt, inRebootLoop }, signal) {
      const health = {
        connector_instance_restart_count: restartCount,
        connector_instance_started_at: new Date(startedAt).toISOString(),
        connector_instance_is_in_reboot_loop: inRebootLoop,
      }
      await send('PUT', `${instance(id)}/health-check`, health, signal)
    },
  }
}

function desiredList(items: readonly { connector_instance_id: string }[]): DesiredList {
  const connectors: DesiredConnector[] = []
  const unusable: UnusableConnector[] = []
  for (const item of items) {
    const parsed = Instance.safeParse(item)
    if (!parsed.success) {
      const name = (item as { connector_instance_name?: unknown }).connector_instance_name
      unusable.push({
        id: item.connector_instance_id,
        name: typeof name === 'string' ? name : item.connector_instance_id,
        reason: parsed.error.issues[0]?.message ?? 'the instance is incomplete',
      })
      continue
    }
    const found = parsed.data
    const current = found.connector_instance_current_status
    connectors.push({
      id: found.connector_instance_id,
      name: found.connector_instance_name,
      image: found.connector_image,
      hash: found.connector_instance_hash,
      requested: found.connector_instance_requested_status === 'starting' ? 'starting' : 'stopping',
      reported: current == null ? null : current === 'started' ? 'started' : 'stopped',
      configuration: found.connector_instance_configurations.map((entry) => ({
        key: entry.configuration_key,
        value: entry.configuration_value ?? null,
        encrypted: entry.configuration_is_encrypted ?? false,
      })),
    })
  }
  return { connectors, unusable }
}
