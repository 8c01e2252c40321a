import { z } from 'zod'
import type { DesiredConnector, DesiredList, UnusableConnector } from '../engine/model.ts'
import { answerFault, parsedJson } from './answers.ts'
import type { HttpClient } from './http.ts'
import { OPERATIONS, type OperationName } from './opencti-operations.ts'
import { type Platform, PlatformError } from './platform.ts'

const Entry = z.object({
  key: z.string(),
  value: z.string().nullish(),
  encrypted: z.boolean().nullish(),
})

/** What a deployment cannot do without. Older and newer servers give null where a contract is gone. */
const Connector = z.object({
  id: z.string().min(1),
  name: z.string(),
  manager_contract_hash: z.string({ error: 'the contract has no hash' }).min(1, 'the contract has no hash'),
  manager_contract_image: z
    .string({ error: 'the contract has no image' })
    .min(1, 'the contract has no image'),
  manager_current_status: z.string().nullish(),
  manager_requested_status: z.string().nullish(),
  manager_contract_configuration: z.array(Entry, { error: 'the contract has no configuration' }),
})

const Listed = z.array(z.looseObject({ id: z.string().min(1) }))
const Version = z.object({ version: z.string() })
const Manager = z.object({ id: z.string(), about_version: z.string() })
const Anything = z.unknown()

const STARTED = new Set(['started', 'healthy', 'running'])

/** The composer's side of OpenCTI's GraphQL API: seven operations (facts: OpenCTI 6.8 to 7). */
export function openCtiPlatform(http: HttpClient): Platform {
  const ask = async <T>(
    operation: OperationName,
    field: string,
    variables: Record<string, unknown> | null,
    shape: z.ZodType<T>,
    signal: AbortSignal,
  ): Promise<T> => {
    const query = OPERATIONS[operation]
    const answer = await http.send('POST', '/graphql', { query, variables, operationName: operation }, signal)
    const body = parsedJson(answer.text) as { data?: Record<string, unknown>; errors?: unknown[] } | undefined
    const errors = Array.isArray(body?.errors) ? body.errors : []
    // An error answer with a GraphQL body is a GraphQL answer, whatever its status.
    if (errors.length > 0) throw graphqlError(errors, answer.retryAfterMs)
    if (answer.status < 200 || answer.status > 299) throw answerFault(answer)
    const value = body?.data?.[field]
    const parsed = shape.safeParse(value)
    if (value === null || value === undefined || !parsed.success) {
      throw new PlatformError(`the answer to ${operation} is not as expected`, 'unreachable')
    }
    return parsed.data
  }

  return {
    kind: 'opencti',
    async version(signal) {
      return (await ask('GetVersion', 'about', null, Version, signal)).version
    },
    async register({ id, name, key }, signal) {
      const input = { id, name, public_key: key.pkcs1 }
      return (await ask('RegisterConnectorsManager', 'registerConnectorsManager', { input }, Manager, signal))
        .about_version
    },
    async ping(id, signal) {
      const variables = { input: { id } }
      return (
        await ask('UpdateConnectorManagerStatus', 'updateConnectorManagerStatus', variables, Manager, signal)
      ).about_version
    },
    async connectors(signal) {
      return desiredList(await ask('GetConnectors', 'connectorsForManagers', null, Listed, signal))
    },
    async reportStatus(id, status, signal) {
      const variables = { input: { id, status } }
      await ask('UpdateConnectorCurrentStatus', 'updateConnectorCurrentStatus', variables, Anything, signal)
    },
    async reportLogs(id, logs, signal) {
      await ask('ReportConnectorLogs', 'updateConnectorLogs', { input: { id, logs } }, Anything, signal)
    },
    async reportHealth(id, { restartCount, startedAt, inRebootLoop }, signal) {
      const input = {
        id,
        restart_count: restartCount,
        started_at: new Date(startedAt).toISOString(),
        is_in_reboot_loop: inRebootLoop,
      }
      await ask('UpdateConnectorHealth', 'updateConnectorHealth', { input }, Anything, signal)
    },
  }
}

function desiredList(items: readonly { id: string }[]): DesiredList {
  const connectors: DesiredConnector[] = []
  const unusable: UnusableConnector[] = []
  for (const item of items) {
    const parsed = Connector.safeParse(item)
    if (!parsed.success) {
      const name = (item as { name?: unknown }).name
      unusable.push({
        id: item.id,
        name: typeof name === 'string' ? name : item.id,
        reason: parsed.error.issues[0]?.message ?? 'the contract is incomplete',
      })
      continue
    }
    const connector = parsed.data
    const current = connector.manager_current_status
    connectors.push({
      id: connector.id,
      name: connector.name,
      image: connector.manager_contract_image,
      hash: connector.manager_contract_hash,
      requested: connector.manager_requested_status === 'starting' ? 'starting' : 'stopping',
      reported: current == null ? null : STARTED.has(current) ? 'started' : 'stopped',
      configuration: connector.manager_contract_configuration.map(({ key, value, encrypted }) => ({
        key,
        value: value ?? null,
        encrypted: encrypted ?? false,
      })),
    })
  }
  return { connectors, unusable }
}

function graphqlError(errors: readonly unknown[], retryAfterMs: number | null): PlatformError {
  const first = errors[0] as { message?: unknown; extensions?: { data?: { reason?: unknown } } } | null
  const said = typeof first?.message === 'string' ? first.message : 'the platform answered with an error'
  const reason = first?.extensions?.data?.reason
  return new PlatformError(typeof reason === 'string' ? `${said} (${reason})` : said, 'refused', retryAfterMs)
}
