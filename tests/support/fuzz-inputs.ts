/** Inputs of every kind for `/graphql`, `/api` and `/health`: valid ones bent a little, and garbage. The same seed gives the same ones. */

export interface FuzzCase {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string | null
}

export type Numbers = (below: number) => number

/** A small generator (mulberry32), so that a case that fails can be made again. */
export function numbers(seed: number): Numbers {
  let state = seed >>> 0
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below)
  }
}

const QUERIES = [
  '{ me { id name api_tokens { id name expires_at apiTokenUsage { requests days { day } } } } }',
  'query ($first: Int, $after: ID, $filters: FilterGroup, $search: String) { users(first: $first, after: $after, filters: $filters, search: $search) { edges { cursor node { id name api_tokens { id } } } pageInfo { endCursor globalCount } } }',
  'query ($first: Int, $after: ID, $filters: FilterGroup, $search: String) { audits(first: $first, after: $after, filters: $filters, search: $search) { edges { cursor node { id context_data { message input } } } } }',
  'mutation ($input: UserTokenAddInput!) { userTokenAdd(input: $input) { token_id expires_at } }',
  'mutation ($id: ID!, $reason: String) { userTokenRevoke(id: $id, reason: $reason) }',
  'mutation ($id: ID!, $input: [EditInput]!) { userEdit(id: $id) { fieldPatch(input: $input) { id account_status } } }',
  'mutation ($input: UserAddInput!) { userAdd(input: $input) { id user_email } }',
  'mutation ($input: UserOTPActivationInput) { otpActivation(input: $input) { id } }',
  'mutation ($id: ID!) { sessionKill(id: $id) }',
  'query ($id: String!) { user(id: $id) { id sessions { id } groups { edges { node { name } } } } }',
  '{ connectors { id name active connector_user { name } } authFailures { total list { ip } } sessions { user { name } } }',
  'query ($id: String!) { audit(id: $id) { id raw_data } }',
  '{ settings { id platform_title } about { version } publicSettings { id } }',
  '{ __schema { types { name } } }',
  '{ xtmOneRegistration { running attempts(since: "2026-01-01T00:00:00Z", first: 2) { outcome } payload_preview { fields { value } } } }',
  'mutation { xtmOneRegisterNow { running configuration { state } } }',
  '{ connectorsForManagers { id manager_contract_hash manager_contract_configuration { key value encrypted } } connectorManagers { id active } }',
  '{ connectors { manager_contract_definition manager_connector_logs manager_health_metrics { started_at } update_available } catalogs { contracts } }',
  'mutation ($input: RegisterConnectorsManagerInput) { registerConnectorsManager(input: $input) { id } }',
  'mutation ($input: AddManagedConnectorInput) { managedConnectorAdd(input: $input) { id manager_contract_hash } }',
  'mutation ($input: EditManagedConnectorInput) { managedConnectorEdit(input: $input) { id } }',
  'mutation ($input: LogsConnectorStatusInput!) { updateConnectorLogs(input: $input) }',
  'mutation ($input: HealthConnectorStatusInput!) { updateConnectorHealth(input: $input) }',
  'mutation ($id: ID!) { resetStateConnector(id: $id) { id } deleteConnector(id: $id) }',
]
const REST = [
  '/settings/version',
  '/xtm-composer/register',
  '/xtm-composer/reachable',
  '/xtm-composer/MQ/refresh-connectivity',
  '/xtm-composer/MQ/connector-instances',
  '/xtm-composer/MQ/connector-instances/MQ/status',
  '/xtm-composer/MQ/connector-instances/MQ/logs',
  '/xtm-composer/MQ/connector-instances/MQ/health-check',
]
/** What the fields of connectors and composers are called, so that some of it passes the first check. */
const CONNECTOR_NAMES = [
  'public_key',
  'user_id',
  'catalog_id',
  'automatic_user',
  'manager_contract_image',
  'manager_contract_configuration',
  'logs',
  'restart_count',
  'started_at',
  'is_in_reboot_loop',
  'connector_instance_logs',
  'connector_instance_current_status',
  'connector_instance_started_at',
]
const NAMES = [
  'id',
  'first',
  'after',
  'search',
  'reason',
  'filters',
  'input',
  '__proto__',
  'constructor',
  'userId',
]
const TEXTS = [
  '',
  '\u0000',
  '%',
  "'; DROP TABLE users; --",
  '../../etc/passwd',
  '{{7*7}}',
  '\ud800',
  '\u202e\u2066',
  'a'.repeat(1500),
  '88ec0c6a-13ce-5e39-b486-354fe4a7084f',
  'audit--1',
  'WyJhIiwxXQ',
  'MQ',
  'account_status',
  '1e999',
  '2026-02-30T25:61:61Z',
  'filigran-catalog-id',
  'opencti/connector-mitre',
  'started',
]

function text(next: Numbers): string {
  if (next(2)) return TEXTS[next(TEXTS.length)] ?? ''
  return Array.from({ length: next(12) }, () => String.fromCodePoint(1 + next(0xd7fe))).join('')
}

function value(next: Numbers, depth = 0): unknown {
  switch (next(depth > 3 ? 7 : 11)) {
    case 0:
      return null
    case 1:
      return next(2) === 0
    case 2:
      return next(100) - 50
    case 3:
      return (next(1000) - 500) * 1e15
    case 4:
      return next(1000) / 7
    case 5:
    case 6:
      return text(next)
    case 7:
      return Array.from({ length: next(4) }, () => value(next, depth + 1))
    case 8:
      return {
        mode: next(2) ? 'and' : 'or',
        filterGroups: next(3) ? [] : [value(next, depth + 1)],
        filters: [
          {
            key: [['name', 'account_status', 'timestamp', 'event_scope', 'entity_type', text(next)][next(6)]],
            values: [value(next, depth + 1)],
            operator: ['eq', 'not_eq', 'gt', 'contains', 'starts_with', 'nil', 'script', null][next(8)],
          },
        ],
      }
    case 9:
      return [
        { key: ['account_status', 'name', 'password', text(next)][next(4)], value: [value(next, depth + 1)] },
      ]
    default:
      return Object.fromEntries(
        [...NAMES, ...CONNECTOR_NAMES, 'name', 'duration', 'scopes', 'user_email', 'code', 'secret']
          .filter(() => next(3) === 0)
          .map((name) => [name, value(next, depth + 1)]),
      )
  }
}

/** A text with some of its characters gone, doubled or replaced. */
function bent(next: Numbers, original: string): string {
  let bending = original
  for (let turn = next(4); turn > 0; turn--) {
    const at = next(bending.length + 1)
    const pieces = ['', '{', '}', '(', '"', '\\', '$x', '...', '@include(if: true)', '#', text(next)]
    bending = bending.slice(0, at) + (pieces[next(pieces.length)] ?? '') + bending.slice(at + next(3))
  }
  return bending
}

/** A header value that an HTTP client is able to send. */
function header(next: Numbers): string {
  return text(next)
    .replace(/[^\t\x20-\x7e\x80-\xff]/g, '?')
    .slice(0, 2000)
}

/** @param bearer authenticates two of three cases, so that the resolvers are reached */
export function fuzzCase(next: Numbers, bearer: string): FuzzCase {
  const headers: Record<string, string> = {}
  if (next(3)) headers.authorization = `Bearer ${bearer}`
  else if (next(2))
    headers.authorization = ['Bearer', `Basic ${header(next)}`, `Bearer ${header(next)}`][next(3)] ?? ''
  if (next(8) === 0) headers.cookie = `opencti_session=${header(next)}; ${header(next)}`
  if (next(8) === 0)
    headers.accept = [header(next), '*/*', 'application/graphql-response+json'][next(3)] ?? ''
  if (next(16) === 0) headers['x-forwarded-for'] = header(next)
  if (next(16) === 0) headers['user-agent'] = header(next)
  if (next(12) === 0) {
    const paths = ['/health', '/health/readiness', '/health/liveness', '/health/', '//', '/graphql/x']
    const path = `${paths[next(paths.length)]}?${encodeURIComponent(text(next).toWellFormed())}=${encodeURIComponent(text(next).toWellFormed())}`
    return { method: ['GET', 'POST', 'PUT', 'DELETE'][next(4)] ?? 'GET', path, headers, body: null }
  }
  headers['content-type'] = next(10) ? 'application/json' : header(next)
  if (next(10) === 0) {
    const path = `/api${next(4) ? REST[next(REST.length)] : bent(next, REST[next(REST.length)] ?? '')}`
    const method = ['GET', 'POST', 'PUT', 'DELETE'][next(4)] ?? 'GET'
    const json = JSON.stringify(value(next)) ?? ''
    return { method, path: encodeURI(path.toWellFormed()), headers, body: next(6) ? json : bent(next, json) }
  }
  const query = QUERIES[next(QUERIES.length)] ?? ''
  const request = {
    query: next(3) ? query : bent(next, query),
    ...(next(6)
      ? { variables: Object.fromEntries(NAMES.filter(() => next(3) > 0).map((name) => [name, value(next)])) }
      : { variables: value(next) }),
    ...(next(6) ? {} : { operationName: value(next) }),
    ...(next(20) ? {} : { extensions: value(next) }),
  }
  const json = JSON.stringify(next(12) ? request : value(next))
  return { method: 'POST', path: '/graphql', headers, body: next(6) ? json : bent(next, json ?? '') }
}
