import { Agent, request } from 'node:http'

/**
 * The client of the load row, in a process of its own: keeps `connections` connections busy for `ms`, and tells its parent
 * what it saw. With `revoke` it revokes a token after every hundredth request and sends that token again, at once and from
 * several connections: none of those may be accepted.
 */
export interface LoadOrder {
  readonly url: string
  readonly adminToken: string
  readonly connections: number
  readonly ms: number
  readonly authenticated: boolean
  readonly revoke: boolean
}

export interface LoadReport {
  readonly requests: number
  readonly ms: number
  /** of single requests; ms */
  readonly p50: number
  readonly p99: number
  readonly failures: number
  readonly revocations: number
  /** requests with a token that were begun after its revocation was acknowledged */
  readonly afterRevocation: number
  /** of these, those that were accepted: 0 */
  readonly accepted: number
}

/** Answered only to somebody who is let in: a refused request cannot pass for an answered one. */
const ME = '{ me { id } }'
/** Of the same size, for anybody: what the same server does without authentication. */
const PUBLIC = '{ publicSettings { id } }'
const REVOKE_EVERY = 100
const PROBES = 3
const TOKENS = 1_200

async function load(order: LoadOrder): Promise<LoadReport> {
  const { connections, authenticated } = order
  const agent = new Agent({ keepAlive: true, maxSockets: connections })
  const ask = (query: string, bearer: string | null) => send(order.url, agent, query, bearer)
  const tokens = authenticated ? await makeTokens(order, ask) : []
  const [query, field] = authenticated ? ([ME, 'me'] as const) : ([PUBLIC, 'publicSettings'] as const)
  const times: number[] = []
  /** A request on its way with one of these may be answered or refused: its revocation was begun meanwhile. */
  const leaving = new Set<string>()
  let failures = 0
  let revocations = 0
  let afterRevocation = 0
  let accepted = 0

  const revokeOne = async (): Promise<void> => {
    // Enough stay for every connection, however fast the machine is.
    const token = tokens.length > connections ? tokens.pop() : undefined
    if (!token) return
    leaving.add(token.id)
    const answer = await ask(`mutation { userTokenRevoke(id: "${token.id}") }`, order.adminToken)
    if (!answer.includes(token.id)) {
      failures += 1
      return
    }
    revocations += 1
    // The revocation is acknowledged: from here on every request that begins must be refused.
    const probes = await Promise.all(Array.from({ length: PROBES }, () => ask(ME, token.value)))
    afterRevocation += probes.length
    accepted += probes.filter((probe) => !probe.includes('AUTH_REQUIRED')).length
  }

  const start = performance.now()
  const end = start + order.ms
  let sent = 0
  const connection = async (): Promise<void> => {
    while (performance.now() < end) {
      sent += 1
      if (order.revoke && sent % REVOKE_EVERY === 0) await revokeOne()
      const token = tokens[sent % Math.max(1, tokens.length)]
      const began = performance.now()
      const answer = await ask(query, token?.value ?? null)
      times.push(performance.now() - began)
      if (!isAnswered(answer, field) && !(token && leaving.has(token.id))) failures += 1
    }
  }
  await Promise.all(Array.from({ length: connections }, connection))
  const ms = performance.now() - start
  agent.destroy()
  times.sort((a, b) => a - b)
  const quantile = (part: number): number => times[Math.floor(times.length * part)] ?? Number.NaN
  const report = { requests: times.length, ms, p50: quantile(0.5), p99: quantile(0.99) }
  return { ...report, failures, revocations, afterRevocation, accepted }
}

/** Whether the answer has the object that was asked for, and no error beside it. */
function isAnswered(answer: string, field: 'me' | 'publicSettings'): boolean {
  try {
    const { data, errors } = JSON.parse(answer)
    return errors === undefined && typeof data?.[field]?.id === 'string'
  } catch {
    return false
  }
}

async function makeTokens(
  order: LoadOrder,
  ask: (query: string, bearer: string | null) => Promise<string>,
): Promise<{ id: string; value: string }[]> {
  const made: { id: string; value: string }[] = []
  const work = async (): Promise<void> => {
    while (made.length < TOKENS) {
      const answer = await ask(
        'mutation { userTokenAdd(input: { name: "load", duration: DAYS_30 }) { token_id plaintext_token } }',
        order.adminToken,
      )
      const { token_id, plaintext_token } = JSON.parse(answer).data.userTokenAdd
      made.push({ id: token_id, value: plaintext_token })
    }
  }
  await Promise.all(Array.from({ length: 16 }, work))
  return made
}

function send(url: string, agent: Agent, query: string, bearer: string | null): Promise<string> {
  const body = JSON.stringify({ query })
  return new Promise((resolve) => {
    const sent = request(
      `${url}/graphql`,
      {
        method: 'POST',
        agent,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          ...(bearer === null ? {} : { authorization: `Bearer ${bearer}` }),
        },
      },
      (response) => {
        let text = ''
        response.setEncoding('utf8')
        response.on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () => resolve(text))
        response.on('error', () => resolve(''))
      },
    )
    sent.on('error', () => resolve(''))
    sent.end(body)
  })
}

process.on('message', (order: LoadOrder) => {
  void load(order).then((report) => process.send?.(report))
})
