import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { oneTimeCode } from '#base/crypto.ts'
import { Secret } from '#base/secret.ts'
import { fromBase32 } from '../../electron/local-platform/sessions/base32.ts'
import { codeOf, startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'

const PASSWORD = 'not-a-real-password'
const EMAIL = 'admin@soc.example.org'

let local: TestPlatform
beforeAll(async () => {
  local = await startTestPlatform({ admin: { email: EMAIL, password: new Secret(PASSWORD) }, seed: 'demo' })
})
afterAll(() => local.platform.stop())

const login = async (email: string, password = PASSWORD) => {
  const answer = await local.ask('mutation ($input: UserLoginInput) { token(input: $input) }', {
    token: null,
    variables: { input: { email, password } },
  })
  return { answer, cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' }
}
const inSession = (cookie: string, query: string, variables = {}) =>
  local.ask(query, { token: null, headers: { cookie }, variables })
const patch = (id: string, key: string, value: unknown) =>
  local.ask(
    'mutation ($id: ID!, $input: [EditInput]!) { userEdit(id: $id) { fieldPatch(input: $input) { id account_status account_lock_after_date otp_mandatory } } }',
    {
      variables: { id, input: [{ key, value: [value] }] },
    },
  )
const addUser = async (input: Record<string, unknown>) => {
  const answer = await local.ask(
    'mutation ($input: UserAddInput!) { userAdd(input: $input) { id user_email user_service_account } }',
    {
      variables: { input },
    },
  )
  return { answer, user: answer.data?.userAdd }
}
const groupId = async (name: string): Promise<string> => {
  const { data } = await local.ask('{ groups { edges { node { id name } } } }')
  return data.groups.edges.find(({ node }: { node: { name: string } }) => node.name === name).node.id
}
/** A person with a password and their own token. */
const newPerson = async (email: string) => {
  const { user } = await addUser({
    name: 'Test Person',
    user_email: email,
    password: PASSWORD,
    groups: [await groupId('Analysts')],
  })
  return { id: user.id as string, token: (await local.generate(user.id)).plaintext_token }
}

describe('a second factor', () => {
  it('is asked of every session of a user who must have one, and never of their token (FR-018)', async () => {
    const { id, token } = await newPerson('otp@example.org')
    expect((await patch(id, 'otp_mandatory', true)).data.userEdit.fieldPatch.otp_mandatory).toBe(true)
    const { cookie } = await login('otp@example.org')
    const me = (own = cookie) => inSession(own, '{ me { name otp_activated } }')
    expect(codeOf(await me())).toBe('OTP_REQUIRED_ACTIVATION')
    expect((await local.ask('{ me { name } }', { token })).data.me.name).toBe('Test Person')

    const { secret, uri } = (await inSession(cookie, '{ otpGeneration { secret uri } }')).data.otpGeneration
    expect(uri).toContain(`secret=${secret}`)
    const code = (offset = 0) =>
      oneTimeCode(fromBase32(secret) ?? new Uint8Array(), Math.floor(local.clock.now() / 30_000) + offset)
    const activate = (given: string) =>
      inSession(cookie, 'mutation ($input: UserOTPActivationInput) { otpActivation(input: $input) { id } }', {
        input: { secret, code: given },
      })
    expect(codeOf(await activate('000000'))).toBe('AUTH_FAILURE')
    local.clock.advance(30_000)
    expect((await activate(code())).errors).toBeUndefined()
    expect((await me()).data.me).toEqual({ name: 'Test Person', otp_activated: true })

    // Another session: OTP_REQUIRED everywhere until the code is given, and a code counts once.
    const second = (await login('otp@example.org')).cookie
    const give = (own: string, given: string) =>
      inSession(own, 'mutation ($input: UserOTPLoginInput) { otpLogin(input: $input) }', {
        input: { code: given },
      })
    for (const query of [
      '{ me { name } }',
      '{ about { version } }',
      '{ settings { id } }',
      '{ otpGeneration { secret } }',
    ])
      expect(codeOf(await inSession(second, query)), query).toBe('OTP_REQUIRED')
    expect(codeOf(await give(second, code()))).toBe('AUTH_FAILURE')
    expect((await local.ask('{ me { name } }', { token })).data.me.name).toBe('Test Person')
    local.clock.advance(30_000)
    expect((await give(second, code())).data.otpLogin).toBe(true)
    expect((await me(second)).data.me.name).toBe('Test Person')
    expect(codeOf(await give(token, code()))).toBe('AUTH_REQUIRED')

    // Five wrong codes end the session.
    const third = (await login('otp@example.org')).cookie
    for (let wrong = 0; wrong < 5; wrong++) {
      expect(codeOf(await give(third, 'wrong'))).toBe('AUTH_FAILURE')
      local.clock.advance(1_000)
    }
    expect(codeOf(await inSession(third, '{ me { name } }'))).toBe('AUTH_REQUIRED')

    // An administrator resets it in a session of their own, not with a token.
    const reset = `mutation { otpUserDeactivation(id: "${id}") { id } }`
    expect(codeOf(await local.ask(reset))).toBe('FORBIDDEN_ACCESS')
    const admin = (await login(EMAIL)).cookie
    expect((await inSession(admin, reset)).errors).toBeUndefined()
    expect(codeOf(await me(second))).toBe('OTP_REQUIRED_ACTIVATION')
  })
})

describe('an account', () => {
  it('that is locked loses sessions and tokens at the next request, and gets its tokens back', async () => {
    const { id, token } = await newPerson('locked@example.org')
    const { cookie } = await login('locked@example.org')
    const both = async () => [
      codeOf(await local.ask('{ me { name } }', { token })),
      codeOf(await inSession(cookie, '{ me { name } }')),
    ]
    expect(await both()).toEqual([undefined, undefined])
    for (const status of ['Inactive', 'Locked', 'Expired']) {
      expect((await patch(id, 'account_status', status)).data.userEdit.fieldPatch.account_status).toBe(status)
      expect(await both(), status).toEqual(['AUTH_REQUIRED', 'AUTH_REQUIRED'])
    }
    await patch(id, 'account_status', 'Active')
    expect(await both()).toEqual([undefined, 'AUTH_REQUIRED'])
    const soon = new Date(local.clock.now() + 5_000).toISOString()
    expect(
      (await patch(id, 'account_lock_after_date', soon)).data.userEdit.fieldPatch.account_lock_after_date,
    ).toBe(soon)
    expect((await both())[0]).toBeUndefined()
    local.clock.advance(5_000)
    expect((await both())[0]).toBe('AUTH_REQUIRED')
    await patch(id, 'account_lock_after_date', null)
    expect((await both())[0]).toBeUndefined()
  })

  it('is changed within limits only, and the built-in administrator is never locked', async () => {
    const { data } = await local.ask('{ me { id } }')
    const refused = [
      await patch(data.me.id, 'account_status', 'Locked'),
      await patch(data.me.id, 'account_lock_after_date', '2020-01-01T00:00:00.000Z'),
      await patch(data.me.id, 'account_status', 'Sleeping'),
      await patch(data.me.id, 'api_tokens', 'x'),
      await patch(data.me.id, 'external', 'true'),
      await patch(data.me.id, 'capabilities', 'BYPASS'),
      await patch(data.me.id, 'password', 'short'),
      await patch(data.me.id, 'user_email', 'no address'),
      await patch(data.me.id, 'name', ''),
    ]
    expect(refused.map(codeOf)).toEqual(refused.map(() => 'FUNCTIONAL_ERROR'))
    expect((await patch('nobody', 'name', 'x')).errors?.[0].message).toBe('User not found')
    const analyst = (await local.generate(await local.userIdOf('Jonas'))).plaintext_token
    const query = `mutation { userEdit(id: "${data.me.id}") { fieldPatch(input: []) { id } } }`
    expect(codeOf(await local.ask(query, { token: analyst }))).toBe('FORBIDDEN_ACCESS')
  })
})

describe('a service account', () => {
  it('has tokens and no way to log in', async () => {
    const groups = [await groupId('Connectors')]
    const { user } = await addUser({ name: 'Feed importer', user_service_account: true, groups })
    expect(user).toMatchObject({
      user_service_account: true,
      user_email: expect.stringMatching(/^automatic\+[0-9a-f-]{36}@opencti\.invalid$/),
    })
    const { plaintext_token: token } = await local.generate(user.id)
    expect((await local.ask('{ me { user_service_account } }', { token })).data.me.user_service_account).toBe(
      true,
    )
    for (const password of ['', PASSWORD]) {
      expect((await login(user.user_email, password)).answer.errors?.[0].message).toBe(
        'Bad login or password',
      )
      local.clock.advance(1_000)
    }
    const refused = [
      await addUser({ name: 'Another', user_service_account: true, password: PASSWORD }),
      await addUser({ name: 'Nobody' }),
      await addUser({ name: 'Twice', user_email: EMAIL }),
      await addUser({ name: 'Lost', user_email: 'lost@example.org', groups: ['none'] }),
    ]
    expect(refused.map(({ answer }) => answer.errors?.[0].message)).toEqual([
      'A service account cannot log in and has no password',
      'user_email is missing; only a service account does without',
      'A user with this e-mail address exists already',
      'One of the groups does not exist',
    ])
    expect((await patch(user.id, 'password', PASSWORD)).errors?.[0].message).toMatch(
      /service account cannot log in/,
    )
  })
})

describe('a token with a scope', () => {
  const ADD =
    'mutation ($input: UserTokenAddInput!) { userTokenAdd(input: $input) { token_id plaintext_token } }'
  const add = (scopes: readonly string[] | undefined, token?: string) =>
    local.ask(ADD, {
      variables: { input: { name: 'scoped', duration: 'DAYS_30', scopes } },
      ...(token ? { token } : {}),
    })

  it('can do what its scope and its user both can, and says so when it is exceeded', async () => {
    const { data } = await add(['KNOWLEDGE', 'SETTINGS_SETACCESSES'])
    const token = data.userTokenAdd.plaintext_token
    expect((await local.ask('{ users { pageInfo { globalCount } } }', { token })).errors).toBeUndefined()
    const me = await local.ask('{ me { capabilities { name } api_tokens { name scopes } } }', { token })
    expect(me.data.me.capabilities).toEqual([{ name: 'KNOWLEDGE' }, { name: 'SETTINGS_SETACCESSES' }])
    expect(me.data.me.api_tokens).toContainEqual({
      name: 'scoped',
      scopes: ['KNOWLEDGE', 'SETTINGS_SETACCESSES'],
    })
    const refused = await local.ask('{ connectors { id } }', { token })
    expect(refused.errors?.[0]).toMatchObject({
      message: 'The scope of this token does not include MODULES',
      extensions: { code: 'FORBIDDEN_ACCESS', data: { scopes: ['KNOWLEDGE', 'SETTINGS_SETACCESSES'] } },
    })
  })

  it('never exceeds its user, nor the token that makes it', async () => {
    const analyst = (await local.generate(await local.userIdOf('Jonas'))).plaintext_token
    const message = async (scopes: readonly string[] | undefined, token?: string) =>
      (await add(scopes, token)).errors?.[0].message
    expect(await message(['KNOWLEDGE', 'SETTINGS_SETACCESSES'], analyst)).toBe(
      'The scope exceeds what its user may do: SETTINGS_SETACCESSES',
    )
    expect(await message(['BYPASS'], analyst)).toMatch(/exceeds/)
    expect(await message([], analyst)).toMatch(/at least one/)
    expect(await message(['knowledge; drop'], analyst)).toMatch(/names of capabilities/)
    const limited = (await add(['APIACCESS_USETOKEN', 'KNOWLEDGE'])).data.userTokenAdd.plaintext_token
    expect(await message(undefined, limited)).toMatch(/only make tokens with scopes/)
    expect(await message(['MODULES'], limited)).toMatch(/exceeds that of the token/)
    expect(await message(['KNOWLEDGE'], limited)).toBeUndefined()
    const noTokens = (await add(['KNOWLEDGE'])).data.userTokenAdd.plaintext_token
    expect(await message(['KNOWLEDGE'], noTokens)).toBe(
      'The scope of this token does not include APIACCESS_USETOKEN',
    )
  })
})

describe('use and misuse', () => {
  it('of a token is counted by day, address and user agent', async () => {
    const { token_id, plaintext_token: token } = await local.generate(undefined, 'DAYS_30', 'counted')
    const use = (agent: string) => local.ask('{ me { id } }', { token, headers: { 'user-agent': agent } })
    for (let turn = 0; turn < 3; turn++) await use('pycti/7')
    await use('curl/8')
    local.clock.advance(61_000)
    const { data } = await local.ask(
      '{ me { api_tokens { id last_used_at apiTokenUsage { requests kept_days days { day requests } source_ips { value requests } user_agents { value requests } } } } }',
    )
    const own = data.me.api_tokens.find(({ id }: { id: string }) => id === token_id)
    expect(own.apiTokenUsage).toEqual({
      requests: 4,
      kept_days: 90,
      days: [{ day: new Date(local.clock.now()).toISOString().slice(0, 10), requests: 4 }],
      source_ips: [{ value: '127.0.0.1', requests: 4 }],
      user_agents: expect.arrayContaining([
        { value: 'pycti/7', requests: 3 },
        { value: 'curl/8', requests: 1 },
      ]),
    })
  })

  it('of an unknown bearer is counted by source and shown to admins alone, never to its sender', async () => {
    const before = (await local.ask('{ authFailures { total } }')).data.authFailures.total
    const answers = []
    for (const token of ['unknown', 'flgrn_octi_tkn_x', `flgrn_octi_tkn_${'a'.repeat(64)}`])
      answers.push(await local.ask('{ me { id } }', { token }))
    expect(new Set(answers.map(({ errors }) => JSON.stringify(errors))).size).toBe(1)
    const { authFailures } = (
      await local.ask(
        '{ authFailures { since total sources list { ip failures user_agent reasons { reason failures } } } }',
      )
    ).data
    expect(authFailures.total).toBe(before + 3)
    expect(authFailures.list[0]).toMatchObject({ ip: '127.0.0.1', failures: authFailures.total })
    expect(authFailures.list[0].reasons).toContainEqual({ reason: 'unknown', failures: 3 })
    const analyst = (await local.generate(await local.userIdOf('Jonas'))).plaintext_token
    expect(codeOf(await local.ask('{ authFailures { total } }', { token: analyst }))).toBe('FORBIDDEN_ACCESS')
  })

  it('is seen with the client’s address behind a trusted proxy, and a forged one is not believed', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.99, 198.51.100.7', 'x-forwarded-proto': 'https' }
    const behind = await startTestPlatform({
      trustedProxies: ['127.0.0.1', '::1'],
      admin: { email: EMAIL, password: new Secret(PASSWORD) },
    })
    await behind.ask('{ me { id } }', { token: 'unknown', headers })
    const list = async (rig: TestPlatform) =>
      (await rig.ask('{ authFailures { list { ip } } }')).data.authFailures.list
    expect(await list(behind)).toEqual([{ ip: '198.51.100.7' }])
    const opened = await behind.ask('mutation ($input: UserLoginInput) { token(input: $input) }', {
      token: null,
      headers,
      variables: { input: { email: EMAIL, password: PASSWORD } },
    })
    expect(opened.headers.get('set-cookie')).toContain('; Secure')
    await behind.platform.stop()
    await local.ask('{ me { id } }', { token: 'unknown', headers })
    expect((await list(local)).map(({ ip }: { ip: string }) => ip)).toEqual(['127.0.0.1'])
  })
})

describe('connectors', () => {
  it('are listed with the user whose tokens they need', async () => {
    const { data } = await local.ask(
      '{ connectors { id name active is_managed connector_user_id connector_user { name } connector_scope manager_requested_status manager_current_status } }',
    )
    expect(data.connectors.length).toBeGreaterThan(4)
    const mitre = data.connectors.find(({ name }: { name: string }) => name === 'mitre')
    expect(mitre).toMatchObject({
      is_managed: true,
      connector_user_id: await local.userIdOf('MITRE'),
      connector_user: { name: '[C] MITRE ATT&CK' },
      manager_requested_status: 'starting',
      manager_current_status: 'stopped',
    })
    expect((await local.ask(`{ connector(id: "${mitre.id}") { title } }`)).data.connector.title).toBe(
      'MITRE ATT&CK',
    )
    const analyst = (await local.generate(await local.userIdOf('Jonas'))).plaintext_token
    expect(codeOf(await local.ask('{ connectors { id } }', { token: analyst }))).toBe('FORBIDDEN_ACCESS')
  })
})
