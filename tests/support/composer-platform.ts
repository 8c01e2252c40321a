import { constants, createCipheriv, createPublicKey, publicEncrypt, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buildSchema, type GraphQLError, graphql } from 'graphql'

/**
 * The composer's side of OpenCTI and of OpenAEV as a server on loopback: documents are validated and executed against
 * OpenCTI's schema, bodies of OpenAEV are compared key by key, and every call is recorded.
 */

/** From OpenCTI's schema; what it calls non-null but was seen null in the field is nullable here. */
const SCHEMA = buildSchema(`
  type Query {
    about: AppInfo
    connectorsForManagers: [ManagedConnector!]
  }
  type AppInfo { version: String! }
  type ConnectorManager { id: ID! name: String! about_version: String! active: Boolean! }
  type ManagedConnector {
    id: ID!
    name: String!
    manager_contract_hash: String
    manager_contract_image: String
    manager_current_status: String
    manager_requested_status: String
    manager_contract_configuration: [ConnectorContractConfiguration!]
  }
  type ConnectorContractConfiguration { key: String! value: String encrypted: Boolean }
  type Mutation {
    registerConnectorsManager(input: RegisterConnectorsManagerInput): ConnectorManager
    updateConnectorManagerStatus(input: UpdateConnectorManagerStatusInput): ConnectorManager
    updateConnectorCurrentStatus(input: CurrentConnectorStatusInput!): ManagedConnector
    updateConnectorLogs(input: LogsConnectorStatusInput!): ID!
    updateConnectorHealth(input: HealthConnectorStatusInput!): ID!
  }
  input RegisterConnectorsManagerInput { id: ID! name: String! public_key: String! }
  input UpdateConnectorManagerStatusInput { id: ID! }
  input CurrentConnectorStatusInput { id: ID! status: ConnectorCurrentStatus! }
  enum ConnectorCurrentStatus { started stopped }
  input LogsConnectorStatusInput { id: ID! logs: [String!]! }
  input HealthConnectorStatusInput { id: ID! restart_count: Int! started_at: DateTime! is_in_reboot_loop: Boolean! }
  scalar DateTime
`)

export const TOKEN = 'flgrn_octi_tkn_not-a-real-token'

export interface DoubleConnector {
  id: string
  name: string
  image: string | null
  hash: string | null
  requested: string | null
  current: string | null
  configuration: { key: string; value: string | null; encrypted?: boolean }[] | null
  logs: string[]
  health: { restartCount: number; startedAt: string; inRebootLoop: boolean; at: number } | null
  logsAt: number | null
}

export interface RecordedCall {
  /** operation name of GraphQL, or verb and path below /api */
  readonly what: string
  readonly at: number
  readonly body: unknown
  readonly headers: IncomingMessage['headers']
}

interface Reply {
  readonly status: number
  readonly body: string
  readonly headers?: Record<string, string>
}

/** What to answer instead; undefined lets the call through. */
export type Fault = (what: string) => Reply | 'cut' | 'hang' | undefined

export interface PlatformDouble {
  readonly url: string
  readonly calls: RecordedCall[]
  readonly connectors: Map<string, DoubleConnector>
  readonly manager: { id: string | null; publicKey: string }
  version: string
  /** answers below `/api/tenants/{tenant}` alone, but for the settings */
  tenant: string | null
  fault: Fault
  /** Adds or changes a connector and answers it. */
  put(connector: Partial<DoubleConnector> & { id: string }): DoubleConnector
  /** How often a call came. */
  count(what: string): number
  /** Ciphertext of a value under the registered key. */
  encrypt(value: string, version?: 1 | 2): string
  close(): Promise<void>
}

export async function startPlatformDouble(): Promise<PlatformDouble> {
  const calls: RecordedCall[] = []
  const connectors = new Map<string, DoubleConnector>()
  const manager = { id: null as string | null, publicKey: '' }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))

  const double: PlatformDouble = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    connectors,
    manager,
    version: '7.260801.0',
    tenant: null,
    fault: () => undefined,
    put(changes) {
      const before = connectors.get(changes.id)
      const connector = {
        name: changes.id,
        image: 'gatehouse-test/none:1',
        hash: 'hash-1',
        requested: 'starting',
        current: null,
        configuration: [],
        logs: [],
        health: null,
        logsAt: null,
        ...before,
        ...changes,
      }
      connectors.set(changes.id, connector)
      return connector
    },
    count: (what) => calls.filter((call) => call.what === what).length,
    encrypt: (value, version = 2) => sealed(value, manager.publicKey, version),
    async close() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const text = await bodyOf(request)
    const body: unknown = text === '' ? undefined : JSON.parse(text)
    const isGraphql = request.url === '/graphql'
    const what = isGraphql
      ? String((body as { operationName?: unknown }).operationName)
      : `${request.method} ${belowApi(request.url ?? '', double.tenant)}`
    calls.push({ what, at: Date.now(), body, headers: request.headers })
    const fault = double.fault(what)
    if (fault === 'hang') return
    if (fault === 'cut') return void request.socket.destroy()
    if (fault) return send(response, fault.status, fault.body, fault.headers)
    if (request.headers.authorization !== `Bearer ${TOKEN}`) {
      const refused = {
        errors: [{ message: 'You must be logged in', extensions: { code: 'AUTH_REQUIRED' } }],
      }
      return isGraphql ? send(response, 200, JSON.stringify(refused)) : send(response, 401, '')
    }
    if (isGraphql) return answerGraphql(body, response)
    const reply = answerRest(what, body)
    send(response, reply.status, reply.body)
  }

  const resolvers = {
    about: () => ({ version: double.version }),
    connectorsForManagers: () => [...connectors.values()].map(asManaged),
    registerConnectorsManager: ({ input }: { input: { id: string; public_key: string } }) => {
      if (manager.id !== null && manager.id !== input.id) {
        throw new Error('Only one connector manager is supported per instance')
      }
      if (!input.public_key.startsWith('-----BEGIN RSA PUBLIC KEY-----')) throw new Error('no PKCS#1 key')
      manager.id = input.id
      manager.publicKey = input.public_key
      return { id: input.id, name: '', about_version: double.version, active: true }
    },
    updateConnectorManagerStatus: ({ input }: { input: { id: string } }) => {
      if (input.id !== manager.id) throw new Error('Cant find element to update')
      return { id: input.id, name: '', about_version: double.version, active: true }
    },
    updateConnectorCurrentStatus: ({ input }: { input: { id: string; status: string } }) => {
      const connector = known(input.id)
      connector.current = input.status
      return asManaged(connector)
    },
    updateConnectorLogs: ({ input }: { input: { id: string; logs: string[] } }) => {
      noteLogs(known(input.id), input.logs)
      return input.id
    },
    updateConnectorHealth: ({ input }: { input: Record<string, unknown> & { id: string } }) => {
      noteHealth(known(input.id), input.restart_count, input.started_at, input.is_in_reboot_loop)
      return input.id
    },
  }

  const answerGraphql = async (body: unknown, response: ServerResponse): Promise<void> => {
    const { query, variables, operationName, ...rest } = body as Record<string, never>
    if (Object.keys(rest).length > 0) return send(response, 400, 'unknown keys')
    const result = await graphql({
      schema: SCHEMA,
      source: query ?? '',
      variableValues: variables ?? null,
      operationName: operationName ?? null,
      rootValue: resolvers,
    })
    send(response, 200, JSON.stringify({ ...result, errors: result.errors?.map(asWire) }))
  }

  const answerRest = (what: string, body: unknown): Reply => {
    const given = (body ?? {}) as Record<string, unknown>
    const json = (value: unknown): Reply => ({ status: 200, body: JSON.stringify(value) })
    const registered = () => ({ xtm_composer_id: manager.id, xtm_composer_version: double.version })
    if (what === 'GET /settings/version') return { status: 200, body: double.version }
    if (what === 'POST /xtm-composer/register') {
      only(given, 'id', 'name', 'public_key')
      if (!String(given.public_key).startsWith('-----BEGIN PUBLIC KEY-----')) return { status: 400, body: '' }
      manager.id = String(given.id)
      manager.publicKey = String(given.public_key)
      return json(registered())
    }
    const [, id, rest] = /^\w+ \/xtm-composer\/([^/]+)(\/.*)$/.exec(what) ?? []
    if (decodeURIComponent(id ?? '') !== manager.id)
      return { status: 400, body: '{"message":"Invalid xtm-composer identifier"}' }
    const verb = what.split(' ')[0]
    if (verb === 'PUT' && rest === '/refresh-connectivity') return json(registered())
    if (verb === 'GET' && rest === '/connector-instances')
      return json([...connectors.values()].map(asInstance))
    const [, instance, action] = /^\/connector-instances\/([^/]+)\/([a-z-]+)$/.exec(rest ?? '') ?? []
    const connector = connectors.get(instance ?? '')
    if (!connector) return { status: 404, body: '' }
    if (verb === 'PUT' && action === 'status') {
      only(given, 'connector_instance_current_status')
      connector.current = String(given.connector_instance_current_status)
      return json(asInstance(connector))
    }
    if (verb === 'POST' && action === 'logs') {
      only(given, 'connector_instance_logs')
      noteLogs(connector, given.connector_instance_logs as string[])
      return { status: 200, body: '' }
    }
    if (verb === 'PUT' && action === 'health-check') {
      const [count, started, loop] = HEALTH_KEYS
      only(given, ...HEALTH_KEYS)
      noteHealth(connector, given[count], given[started], given[loop])
      return json(asInstance(connector))
    }
    return { status: 404, body: '' }
  }

  const known = (id: string): DoubleConnector => {
    const connector = connectors.get(id)
    if (!connector) throw new Error('Cant find element to update')
    return connector
  }
  return double
}

function belowApi(url: string, tenant: string | null): string {
  const ofTenant = tenant !== null && !url.startsWith('/api/settings/')
  return url.replace(ofTenant ? `/api/tenants/${tenant}` : '/api', '')
}

const HEALTH_KEYS = [
  'connector_instance_restart_count',
  'connector_instance_started_at',
  'connector_instance_is_in_reboot_loop',
] as const

function noteLogs(connector: DoubleConnector, logs: string[]): void {
  connector.logs = logs
  connector.logsAt = Date.now()
}

function noteHealth(connector: DoubleConnector, count: unknown, startedAt: unknown, loop: unknown): void {
  if (Number.isNaN(Date.parse(String(startedAt)))) throw new Error('started_at is no instant')
  connector.health = {
    restartCount: Number(count),
    startedAt: String(startedAt),
    inRebootLoop: loop === true,
    at: Date.now(),
  }
}

function only(body: Record<string, unknown>, ...keys: string[]): void {
  const got = Object.keys(body).sort().join()
  if (got !== [...keys].sort().join()) throw new Error(`body has ${got}`)
}

function asManaged(connector: DoubleConnector) {
  return {
    id: connector.id,
    name: connector.name,
    manager_contract_hash: connector.hash,
    manager_contract_image: connector.image,
    manager_current_status: connector.current,
    manager_requested_status: connector.requested,
    manager_contract_configuration: connector.configuration,
  }
}

function asInstance(connector: DoubleConnector) {
  return {
    connector_instance_id: connector.id,
    connector_instance_name: connector.name,
    connector_instance_hash: connector.hash,
    connector_image: connector.image,
    connector_instance_current_status: connector.current,
    connector_instance_requested_status: connector.requested,
    connector_instance_configurations: connector.configuration?.map(({ key, value, encrypted }) => ({
      configuration_key: key,
      configuration_value: value,
      configuration_is_encrypted: encrypted ?? false,
    })),
  }
}

function asWire(error: GraphQLError) {
  return { message: error.message, path: error.path, extensions: { code: 'UNSUPPORTED_ERROR' } }
}

function send(
  response: ServerResponse,
  status: number,
  body: string,
  headers: Record<string, string> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(body)
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

/** As OpenCTI (version 2) and older platforms (version 1) seal a value. */
export function sealed(value: string, publicKey: string, version: 1 | 2): string {
  const key = randomBytes(32)
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  const text = Buffer.concat([cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()])
  const padding =
    version === 1
      ? { padding: constants.RSA_PKCS1_PADDING }
      : { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }
  const block = publicEncrypt({ key: createPublicKey(publicKey), ...padding }, Buffer.concat([key, iv]))
  return Buffer.concat([Buffer.from([version]), block, text]).toString('base64')
}
