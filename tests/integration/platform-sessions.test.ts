import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '#base/secret.ts'
import { openDatabase } from '#base/sqlite.ts'
import { MIGRATIONS } from '../../electron/local-platform/database/migrations.ts'
import { codeOf, startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'

const PASSWORD = 'not-a-real-password'
const EMAIL = 'admin@soc.example.org'
const LOGIN = 'mutation ($input: UserLoginInput) { token(input: $input) }'

let local: TestPlatform
beforeAll(async () => {
  local = await startTestPlatform({ admin: { email: EMAIL, password: new Secret(PASSWORD) }, seed: 'demo' })
})
afterAll(() => local.platform.stop())

const login = (email = EMAIL, password = PASSWORD) =>
  local.ask(LOGIN, { token: null, variables: { input: { email, password } } })

async function cookieOf(answer: Awaited<ReturnType<typeof login>>): Promise<string> {
  return answer.headers.get('set-cookie')?.split(';')[0] ?? ''
}

describe('a cookie login', () => {
  it('answers null, opens a session that is listed, and a killed one is refused at the next request', async () => {
    const answer = await login()
    expect(answer.data).toEqual({ token: null })
    expect(answer.headers.get('set-cookie')).toMatch(
      /^opencti_session=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
    )
    const cookie = await cookieOf(answer)
    const me = () => local.ask('{ me { user_email } }', { token: null, headers: { cookie } })
    expect((await me()).data.me.user_email).toBe(EMAIL)

    const { data } = await local.ask(
      '{ sessions { user { id name } sessions { id created ttl originalMaxAge } } }',
    )
    const [{ user, sessions }] = data.sessions
    expect(user.name).toBe('admin')
    expect(sessions[0]).toMatchObject({ ttl: 1200, originalMaxAge: 1200 })
    // The listed id opens nothing.
    expect(cookie).not.toContain(sessions[0].id.replace('sess:', ''))

    const killed = await local.ask(`mutation { sessionKill(id: "${sessions[0].id}") }`)
    expect(killed.data.sessionKill).toBe(sessions[0].id)
    expect(codeOf(await me())).toBe('AUTH_REQUIRED')
  })

  it('lives on with use and ends 20 minutes after it', async () => {
    const cookie = await cookieOf(await login())
    const me = () => local.ask('{ me { user_email } }', { token: null, headers: { cookie } })
    local.clock.advance(15 * 60_000)
    expect(codeOf(await me())).toBeUndefined()
    local.clock.advance(15 * 60_000)
    expect(codeOf(await me())).toBeUndefined()
    local.clock.advance(20 * 60_000)
    expect(codeOf(await me())).toBe('AUTH_REQUIRED')
  })

  it('ends with logout, and all of a user with userSessionsKill', async () => {
    const cookies = [
      await cookieOf(await login()),
      await cookieOf(await login()),
      await cookieOf(await login()),
    ]
    const [first] = cookies
    const out = await local.ask('mutation { logout }', { token: null, headers: { cookie: first ?? '' } })
    expect(out.headers.get('set-cookie')).toContain('Max-Age=0')
    const { data } = await local.ask('{ me { id } }')
    const user = `{ user(id: "${data.me.id}") { sessions { id } } }`
    expect((await local.ask(user)).data.user.sessions).toHaveLength(2)
    const killed = await local.ask(`mutation { userSessionsKill(id: "${data.me.id}") }`)
    expect(killed.data.userSessionsKill).toHaveLength(2)
    for (const cookie of cookies)
      expect(codeOf(await local.ask('{ me { id } }', { token: null, headers: { cookie } }))).toBe(
        'AUTH_REQUIRED',
      )
  })

  it('fails alike for a wrong password and for nobody, and brakes the guessing', async () => {
    for (const attempt of [
      () => login(EMAIL, 'wrong'),
      () => login('nobody@example.org'),
      () => login('siem.export@opencti.invalid'),
    ]) {
      const answer = await attempt()
      expect(answer.errors?.[0]).toMatchObject({
        message: 'Bad login or password',
        name: 'AUTH_FAILURE',
        extensions: { data: { http_status: 401 } },
      })
      expect(answer.headers.get('set-cookie')).toBeNull()
      // At once after a failure even the right password has to wait.
      expect((await login()).errors?.[0].message).toMatch(/wait/)
      local.clock.advance(1000)
    }
    expect((await login()).errors).toBeUndefined()
  })

  it('is tried once at a time by each source: of 60 guesses sent together one is checked', async () => {
    const guesses = Array.from({ length: 60 }, (_, number) => `wrong ${number}`)
    const answers = await Promise.all(guesses.map((guess) => login(EMAIL, guess)))
    const refused = answers.filter(({ errors }) => /wait/.test(errors?.[0].message ?? ''))
    expect(refused).toHaveLength(59)
    local.clock.advance(1000)
    // A login that succeeds gives its try back.
    for (let again = 0; again < 2; again++) expect((await login()).errors).toBeUndefined()
  })

  it('is refused to a locked account and to a service account, with the answer of a wrong password', async () => {
    const rig = await startTestPlatform({ admin: { email: EMAIL, password: new Secret(PASSWORD) } })
    const database = openDatabase(join(rig.dataFolder, 'platform.sqlite'), MIGRATIONS)
    const attempt = () =>
      rig.ask(LOGIN, { token: null, variables: { input: { email: EMAIL, password: PASSWORD } } })
    const cookie = await cookieOf(await attempt())
    const me = () => rig.ask('{ me { id } }', { token: null, headers: { cookie } })
    expect((await me()).errors).toBeUndefined()

    database.exec("UPDATE users SET account_status = 'Locked'")
    expect(codeOf(await me())).toBe('AUTH_REQUIRED')
    expect((await attempt()).errors?.[0].message).toBe('Bad login or password')
    rig.clock.advance(1000)
    database.exec("UPDATE users SET account_status = 'Active', user_service_account = 1")
    expect((await attempt()).errors?.[0].message).toBe('Bad login or password')
    rig.clock.advance(1000)
    database.exec('UPDATE users SET user_service_account = 0')
    expect((await attempt()).errors).toBeUndefined()
    database.close()
    await rig.platform.stop()
  })

  it('is not enough for a request that another site’s form could send', async () => {
    const cookie = await cookieOf(await login())
    const response = await fetch(`${local.url}/graphql`, {
      method: 'POST',
      headers: { cookie, 'content-type': 'text/plain' },
      body: '{"query":"{me{name}}"}',
    })
    expect(response.status).toBe(415)
  })

  it('has no Access-Control header for any origin', async () => {
    const answer = await local.ask('{ me { id } }', { headers: { origin: 'https://evil.example' } })
    expect([...answer.headers.keys()].filter((name) => name.startsWith('access-control'))).toEqual([])
  })
})

describe('the HTTP layer', () => {
  const post = (body: string) =>
    fetch(`${local.url}/graphql`, { method: 'POST', headers: { 'content-type': 'application/json' }, body })

  it('refuses what is too large, too deep or no JSON, and stays up', async () => {
    expect((await post(JSON.stringify({ query: 'x'.repeat(2_000_000) }))).status).toBe(413)
    const garbage = [
      '',
      'null',
      '[]',
      '{',
      '"x"',
      '{"query":1}',
      '{"query":null}',
      '[[[[[['.repeat(1000),
      '{"__proto__":{}}',
    ]
    for (const body of garbage) {
      const response = await post(body)
      expect(response.status, body.slice(0, 20)).toBe(200)
      expect(((await response.json()) as { errors: unknown[] }).errors.length).toBeGreaterThan(0)
    }
    const many = `{ me { ${'id '.repeat(50_000)} } }`
    expect(codeOf(await local.ask(many))).toBe('GRAPHQL_PARSE_FAILED')
    expect((await fetch(`${local.url}/graphql`)).status).toBe(405)
    expect((await fetch(`${local.url}/`)).status).toBe(404)
    expect((await local.ask('{ me { id } }')).errors).toBeUndefined()
  })
})

describe('/health', () => {
  const health = async (healthAccessKey: string | null, query: string) => {
    const { platform } = await startTestPlatform({ healthAccessKey })
    const response = await fetch(`${platform.url}/health${query}`)
    const answer = [response.status, await response.json()]
    await platform.stop()
    return answer
  }
  const success = [200, { status: 'success' }]
  const unauthorized = [401, { status: 'unauthorized' }]

  it('answers to the key alone; to nobody without one or with the default; to all when public', async () => {
    expect(await health('a+key', '?health_access_key=a%2Bkey')).toEqual(success)
    expect(await health('a+key', '?health_access_key=a+key')).toEqual(unauthorized)
    expect(await health('a+key', '')).toEqual(unauthorized)
    expect(await health(null, '')).toEqual(unauthorized)
    expect(await health('', '?health_access_key=')).toEqual(unauthorized)
    expect(await health('ChangeMe', '?health_access_key=ChangeMe')).toEqual(unauthorized)
    expect(await health('public', '')).toEqual(success)
  })
})
