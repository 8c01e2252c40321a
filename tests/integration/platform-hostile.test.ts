import { randomInt } from 'node:crypto'
import { Agent } from 'node:http'
import { connect } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createLogger } from '#base/logger.ts'
import { fuzzCase, numbers } from '../support/fuzz-inputs.ts'
import { sendFuzzCase } from '../support/fuzz-send.ts'
import { startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'

const CASES = 6_000
const CONNECTIONS = 16
/** Credentials of every age and kind, obviously made up; a marker in each that is looked for in pieces. */
const CANARIES = [
  `flgrn_octi_tkn_${'CanaryOne7'.repeat(7).slice(0, 64)}`,
  '0ca7a4e0-1111-4222-8333-ca7a4e0ca7a4',
  'CanaryTwo9CanaryTwo9CanaryTwo9CanaryTwo9',
  'ca7a4e0fca7a4e0fca7a4e0fca7a4e0f',
]
const MARKERS = ['CanaryOne', 'ca7a4e0', 'CanaryTwo']

const lines: string[] = []
let local: TestPlatform
beforeAll(async () => {
  const logger = createLogger('test', { write: (line) => void lines.push(line) }, 'trace')
  local = await startTestPlatform({ seed: 'demo', logger })
})
afterAll(() => local.platform.stop())

const found = (text: string): string[] => MARKERS.filter((marker) => text.includes(marker))

describe('canaries', () => {
  const post = async (
    body: string,
    headers: Record<string, string> = {},
    path = '/graphql',
  ): Promise<string> => {
    const response = await fetch(`${local.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    })
    return `${JSON.stringify([...response.headers])}${await response.text()}`
  }
  const HEADERS = [
    'authorization',
    'cookie',
    'user-agent',
    'origin',
    'referer',
    'accept',
    'accept-language',
    'content-type',
    'x-forwarded-for',
    'x-forwarded-proto',
    'forwarded',
    'x-request-id',
    'traceparent',
    'opencti-applicant-id',
    'opencti-work-id',
    'x-api-key',
    'if-none-match',
    'range',
    'x-made-up',
  ]

  it.each(CANARIES)(
    'such as %s come back in no answer and stand in no log line, wherever they are sent',
    async (canary) => {
      const answers: string[] = []
      const ok = '{"query":"{ me { name } }"}'
      for (const name of HEADERS)
        for (const value of [
          canary,
          `Bearer ${canary}`,
          `Basic ${canary}`,
          `opencti_session=${canary}`,
          `a; q=${canary}`,
        ])
          answers.push(await post(ok, { [name]: value }))
      for (const path of [
        `/graphql?token=${canary}`,
        `/${canary}`,
        `/graphql/${canary}?${canary}=1#x`,
        `/health?health_access_key=${canary}`,
      ]) {
        answers.push(await post(ok, {}, path))
        answers.push(await (await fetch(`${local.url}${path}`)).text())
      }
      const admin = { authorization: `Bearer ${local.platform.consoleToken.expose()}` }
      const bodies = [
        canary,
        `{"query": "${canary}`,
        `{"query": ${canary}}`,
        JSON.stringify({ query: canary }),
        JSON.stringify({ query: '{ me { name } }', operationName: canary }),
        JSON.stringify({ query: '{ me { name } }', variables: canary }),
        JSON.stringify({ query: '{ me { name } }', extensions: { [canary]: canary } }),
        JSON.stringify({ query: '{ me { name } }', [canary]: canary }),
        JSON.stringify([{ query: canary }]),
        ...[
          `{ me { ${canary.replaceAll('-', '_')} } }`,
          `{ me(token: "${canary}") { name } }`,
          `{ user(id: "${canary}") { name } }`,
          `{ user(id: ["${canary}"]) { name } }`,
          `{ users(first: "${canary}") { pageInfo { globalCount } } }`,
          `{ users(after: "${canary}") { pageInfo { globalCount } } }`,
          `{ users(orderBy: "${canary}") { pageInfo { globalCount } } }`,
          `{ users(filters: { mode: and, filterGroups: [], filters: [{ key: ["${canary}"], values: ["${canary}"], operator: gt }] }) { pageInfo { globalCount } } }`,
          `{ audit(id: "${canary}") { id } connector(id: "${canary}") { id } }`,
          `{ me { name } } # ${canary}`,
          `query Q($a: String = "${canary}") { user(id: $a) { id } }`,
          `query Q @skip(if: "${canary}") { me { name } }`,
          `{ ...${canary.replaceAll('-', '_')} }`,
          `{ me { name } "${canary}" }`,
          `mutation { userTokenRevoke(id: "${canary}") }`,
          `mutation { sessionKill(id: "${canary}") }`,
          `mutation { token(input: { email: "${canary}", password: "${canary}" }) }`,
          `mutation { userTokenAdd(input: { name: "x", duration: ${canary.replaceAll('-', '_')} }) { token_id } }`,
          `mutation { userTokenAdd(input: { name: "x", duration: DAYS_30, scopes: ["${canary}"] }) { token_id } }`,
          `mutation { otpActivation(input: { secret: "${canary}", code: "${canary}" }) { id } }`,
          `mutation { userEdit(id: "x") { fieldPatch(input: [{ key: "${canary}", value: ["${canary}"] }]) { id } } }`,
          `mutation { userAdd(input: { name: "x", user_email: "${canary}" }) { id } }`,
        ].map((query) => JSON.stringify({ query })),
      ]
      for (const body of bodies) answers.push(await post(body), await post(body, admin))
      const operations = [
        'query ($v: String!) { user(id: $v) { id } }',
        'query ($v: Int) { users(first: $v) { pageInfo { globalCount } } }',
        'query ($v: FilterGroup) { users(filters: $v) { pageInfo { globalCount } } }',
        'mutation ($v: UserLoginInput) { token(input: $v) }',
        'mutation ($v: UserTokenAddInput!) { userTokenAdd(input: $v) { token_id } }',
        'mutation ($v: [EditInput]!) { userEdit(id: "x") { fieldPatch(input: $v) { id } } }',
        'mutation ($v: TokenDuration!) { userTokenAdd(input: { name: "x", duration: $v }) { token_id } }',
      ]
      const shapes = [
        canary,
        [canary],
        { [canary]: canary },
        { email: canary, password: { is: canary } },
        { email: canary, password: canary },
        { name: canary, duration: canary },
        { name: [canary], duration: 'DAYS_30', scopes: [canary, 1] },
        [{ key: 'password', value: canary }],
        [{ key: canary, value: [{ x: canary }] }],
        { mode: 'and', filterGroups: [canary], filters: [{ key: [canary], values: [canary] }] },
      ]
      for (const query of operations)
        for (const v of shapes)
          for (const headers of [{}, admin])
            answers.push(await post(JSON.stringify({ query, variables: { v, [canary]: canary } }), headers))
      expect(answers.length).toBeGreaterThan(200)
      expect(answers.filter((answer) => found(answer).length > 0)).toEqual([])
      expect(lines.length).toBeGreaterThan(10)
      expect(lines.filter((line) => found(line).length > 0)).toEqual([])
    },
    60_000,
  )

  it('in names are the client’s own data and come back only as such', async () => {
    const name = 'CanaryTwo9 my laptop'
    await local.generate(undefined, 'DAYS_30', name)
    const { data } = await local.ask('{ me { api_tokens { name } } }')
    expect(data.me.api_tokens).toContainEqual({ name })
    expect(lines.filter((line) => found(line).length > 0)).toEqual([])
  })
})

describe('hostile input', () => {
  it('is answered without a 5xx and without an error that was not meant', async () => {
    const seed = Number(process.env.GATEHOUSE_FUZZ_SEED) || randomInt(2 ** 31)
    const next = numbers(seed)
    const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
    const bearer = local.platform.consoleToken.expose()
    const wrong: unknown[] = []
    let done = 0
    const work = async (): Promise<void> => {
      while (done < CASES && wrong.length < 5) {
        done += 1
        const one = fuzzCase(next, bearer)
        const status = await sendFuzzCase(local.url, agent, one)
        if (status === 0 || status >= 500) wrong.push({ seed, status, one })
      }
    }
    await Promise.all(Array.from({ length: CONNECTIONS }, work))
    agent.destroy()
    expect(wrong).toEqual([])
    expect(lines.filter((line) => /graphql\.unexpected|request\.failed/.test(line))).toEqual([])
    expect((await local.ask('{ me { name } }')).data.me.name).toBe('admin')
  }, 120_000)

  it('below HTTP ends its connection and nothing else', async () => {
    const next = numbers(7)
    const { port } = new URL(local.url)
    const pieces = [
      'GET / HTTP/1.1\r\n',
      'POST /graphql HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n',
      'Transfer-Encoding: chunked\r\n',
      '\u0000',
      '\r\n\r\n',
      'Host: a\r\nHost: b\r\n',
      'PRI * HTTP/2.0\r\n\r\n',
      '\u0016\u0003\u0001',
      'x'.repeat(20_000),
    ]
    await Promise.all(
      Array.from(
        { length: 300 },
        () =>
          new Promise<void>((resolve) => {
            const socket = connect(Number(port), '127.0.0.1', () => {
              socket.end(Array.from({ length: 1 + next(6) }, () => pieces[next(pieces.length)]).join(''))
            })
            socket.resume()
            socket.on('error', () => {})
            socket.on('close', () => resolve())
          }),
      ),
    )
    expect((await fetch(`${local.url}/health/readiness`)).status).toBe(200)
  })
})
