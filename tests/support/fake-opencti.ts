import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

/**
 * A platform that misbehaves on order. It knows the console's own operations by name and keeps users and tokens in memory;
 * the happy path is proven against the real local platform, this is for what that never does.
 */
export interface FakeToken {
  id: string
  name: string
  masked_token: string
  created_at: string
  expires_at: string | null
  last_used_at: string | null
}

export interface FakeUser {
  id: string
  name: string
  user_email: string
  capabilities: string[]
  tokens: FakeToken[]
  revoked: (FakeToken & { revoked_at: string; revoked_by: string | null; reason: string | null })[]
}

export interface Asked {
  /** its name, or `GET /path` */
  readonly operation: string
  readonly variables: Record<string, unknown>
  readonly query: string
  readonly authorization: string | undefined
}

/** Return false to let the platform answer as usual. */
export type Misbehave = (
  asked: Asked,
  response: ServerResponse,
  answer: () => object,
) => boolean | Promise<boolean>

export interface FakeOptions {
  readonly token?: string
  readonly version?: string
  readonly apiTokens?: boolean
  readonly extensions?: boolean
  readonly tls?: { readonly key: string; readonly cert: string }
}

export const FAKE_TOKEN = `flgrn_octi_tkn_${'Fake'.repeat(16)}`

export interface FakeOpenCti {
  readonly url: string
  readonly users: FakeUser[]
  readonly asked: Asked[]
  misbehave: Misbehave
  /** how many milliseconds the Date header is ahead */
  skewMs: number
  close(): Promise<void>
}

export async function fakeOpenCti(options: FakeOptions = {}): Promise<FakeOpenCti> {
  const { token = FAKE_TOKEN, version = '7.260401.0', apiTokens = true, extensions = true, tls } = options
  const users: FakeUser[] = [user('u-admin', 'Admin', ['BYPASS']), user('u-alice', 'Alice', ['KNOWLEDGE'])]
  const asked: Asked[] = []
  let made = 0

  const failure = (code: string, message: string) => ({
    data: null,
    errors: [{ message, extensions: { code, data: { http_status: 400 } } }],
  })
  const unknownField = () => failure('GRAPHQL_VALIDATION_FAILED', 'Cannot query field "x" on type "Y".')

  function answerTo({ operation, variables, authorization, query }: Asked): object {
    /** Only what was asked for, as GraphQL has it. */
    const wire = (of: FakeUser): object => {
      const fields = Object.entries(allFields(of)).filter(([field]) =>
        new RegExp(`\\b${field}\\b`).test(query),
      )
      return Object.fromEntries(fields)
    }
    if (operation === 'PublicSettings')
      return { data: { publicSettings: { platform_title: 'Fake platform' } } }
    if (authorization !== `Bearer ${token}`)
      return failure('AUTH_REQUIRED', 'You must be logged in to do this.')
    const [admin] = users as [FakeUser]
    const userId = String(variables.userId ?? variables.id ?? admin.id)
    const target = users.find(({ id }) => id === userId)
    switch (operation) {
      case 'Identity':
        return {
          data: { me: wire(admin), about: { version }, settings: { platform_title: 'Fake platform' } },
        }
      case 'TrialApiTokens':
        return apiTokens ? { data: { me: { api_tokens: [] } } } : unknownField()
      case 'TrialRevokedTokens':
        return extensions ? { data: { me: { revoked_api_tokens: [] } } } : unknownField()
      case 'TrialRevokeReason':
        return extensions ? { data: {} } : unknownField()
      case 'Users':
      case 'UsersOld': {
        const edges = users.map((node) => ({ node: wire(node) }))
        const pageInfo = { endCursor: 'end', hasNextPage: false, globalCount: users.length }
        return { data: { users: { edges, pageInfo } } }
      }
      case 'UserAccess':
      case 'UserAccountOld':
        return target ? { data: { user: wire(target) } } : failure('FUNCTIONAL_ERROR', 'User not found')
      case 'MyAccess':
      case 'MyAccountOld':
        return { data: { me: wire(admin) } }
      case 'UserRevoked':
        return { data: { user: target ? { revoked_api_tokens: target.revoked } : null } }
      case 'MyRevoked':
        return { data: { me: { revoked_api_tokens: admin.revoked } } }
      case 'TokenAdd':
        return add(admin, variables.input)
      case 'TokenAdminAdd':
        return target ? add(target, variables.input) : failure('FUNCTIONAL_ERROR', 'User not found')
      case 'TokenRevoke':
      case 'TokenRevokeReason':
        return revoke(admin, String(variables.id))
      case 'TokenAdminRevoke':
      case 'TokenAdminRevokeReason':
        return target ? revoke(target, String(variables.id)) : failure('FUNCTIONAL_ERROR', 'User not found')
      case 'Liveness':
        return { data: { about: { version }, me: { id: admin.id } } }
      case 'RegistrationModule':
        return { data: { settings: { platform_modules: [] } } }
      case 'RegistrationEnterprise':
      case 'RegistrationLicenceSource':
      case 'RegistrationRecord':
      case 'RegistrationAttempts':
      case 'ComposerManagers':
        return unknownField()
      default:
        return { data: { done: null } }
    }
  }

  function add(owner: FakeUser, input: unknown): object {
    const { name, duration } = input as { name: string; duration: string }
    made += 1
    const days = duration === 'UNLIMITED' ? null : Number(duration.slice(5))
    const now = Date.now() + self.skewMs
    const expires_at = days === null ? null : new Date(now + days * 86_400_000).toISOString()
    const plaintext_token = `flgrn_octi_tkn_${String(made).padStart(64, 'F')}`
    const masked_token = `****${plaintext_token.slice(-4)}`
    const created_at = new Date(now).toISOString()
    owner.tokens.push({ id: `t-${made}`, name, masked_token, created_at, expires_at, last_used_at: null })
    return { data: { added: { token_id: `t-${made}`, plaintext_token, expires_at, masked_token } } }
  }

  function revoke(owner: FakeUser, id: string): object {
    const index = owner.tokens.findIndex((candidate) => candidate.id === id)
    if (index < 0) return failure('FUNCTIONAL_ERROR', 'Token not found')
    owner.tokens.splice(index, 1)
    return { data: { userTokenRevoke: id } }
  }

  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece as Buffer)
    const { authorization } = request.headers
    const isGraphQl = request.method === 'POST'
    const { query, variables = {} } = isGraphQl
      ? JSON.parse(Buffer.concat(pieces).toString('utf8'))
      : { query: '' }
    const operation = isGraphQl
      ? (/(?:query|mutation) (\w+)/.exec(query)?.[1] ?? '')
      : `GET ${request.url?.split('?')[0]}`
    const question: Asked = { operation, variables, query, authorization }
    asked.push(question)
    const answer = () => answerTo(question)
    if (await self.misbehave(question, response, answer)) return
    response.setHeader('date', new Date(Date.now() + self.skewMs).toUTCString())
    response.setHeader('content-type', 'application/json; charset=utf-8')
    if (!isGraphQl) response.statusCode = 404
    response.end(JSON.stringify(answer()))
  }

  const listener = (request: IncomingMessage, response: ServerResponse) => void serve(request, response)
  const server = tls ? createTlsServer(tls, listener) : createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const self: FakeOpenCti = {
    url: `${tls ? 'https://127.0.0.1' : 'http://127.0.0.1'}:${port}`,
    users,
    asked,
    misbehave: () => false,
    skewMs: 0,
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
  return self
}

function user(id: string, name: string, capabilities: string[]): FakeUser {
  const user_email = `${name.toLowerCase()}@example.org`
  return { id, name, user_email, capabilities, tokens: [], revoked: [] }
}

function allFields({ id, name, user_email, capabilities, tokens }: FakeUser): object {
  return {
    id,
    name,
    user_email,
    account_status: 'Active',
    account_lock_after_date: null,
    user_service_account: false,
    capabilities: capabilities.map((capability) => ({ name: capability })),
    api_tokens: tokens,
    sessions: [],
  }
}
