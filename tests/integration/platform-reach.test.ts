import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { oneTimeCode } from '#base/crypto.ts'
import { Secret } from '#base/secret.ts'
import { fromBase32 } from '../../electron/local-platform/sessions/base32.ts'
import { type AskOptions, codeOf, startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'

const ADMIN_ID = '88ec0c6a-13ce-5e39-b486-354fe4a7084f'
const PASSWORD = 'not-a-real-password'
const EMAIL = 'admin@soc.example.org'

let local: TestPlatform
beforeAll(async () => {
  local = await startTestPlatform({ admin: { email: EMAIL, password: new Secret(PASSWORD) }, seed: 'demo' })
})
afterAll(() => local.platform.stop())

const login = async (email = EMAIL): Promise<AskOptions> => {
  const answer = await local.ask('mutation ($input: UserLoginInput) { token(input: $input) }', {
    token: null,
    variables: { input: { email, password: PASSWORD } },
  })
  return { token: null, headers: { cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' } }
}
const groupId = async (name: string): Promise<string> => {
  const { data } = await local.ask('{ groups { edges { node { id name } } } }')
  return data.groups.edges.find(({ node }: { node: { name: string } }) => node.name === name).node.id
}
const ADD_USER = 'mutation ($input: UserAddInput!) { userAdd(input: $input) { id } }'
const addUser = async (email: string, group: string, as: AskOptions = {}) =>
  local.ask(ADD_USER, {
    ...as,
    variables: {
      input: { name: 'Test Person', user_email: email, password: PASSWORD, groups: [await groupId(group)] },
    },
  })
const edit = (id: string, input: readonly { key: string; value: unknown[] }[], as: AskOptions = {}) =>
  local.ask(
    'mutation ($id: ID!, $input: [EditInput]!) { userEdit(id: $id) { fieldPatch(input: $input) { id } } }',
    { ...as, variables: { id, input } },
  )
const scopedToken = async (scopes: readonly string[]): Promise<AskOptions> => {
  const { data } = await local.ask(
    'mutation ($input: UserTokenAddInput!) { userTokenAdd(input: $input) { plaintext_token } }',
    { variables: { input: { name: 'scoped', duration: 'DAYS_30', scopes } } },
  )
  return { token: data.userTokenAdd.plaintext_token }
}
const tokenFor = (id: string, as: AskOptions) =>
  local.ask(
    `mutation { userAdminTokenAdd(userId: "${id}", input: { name: "x", duration: DAYS_30 }) { token_id } }`,
    as,
  )

describe('a second factor', () => {
  const ACTIVATE = 'mutation ($input: UserOTPActivationInput) { otpActivation(input: $input) { id } }'
  const generate = async (as: AskOptions) =>
    (await local.ask('{ otpGeneration { secret } }', as)).data?.otpGeneration
  const code = (secret: string): string => {
    local.clock.advance(30_000)
    return oneTimeCode(fromBase32(secret) ?? new Uint8Array(), Math.floor(local.clock.now() / 30_000))
  }
  const activate = (secret: string, as: AskOptions) =>
    local.ask(ACTIVATE, { ...as, variables: { input: { secret, code: code(secret) } } })

  it('is neither replaced nor removed by a token, scoped or not', async () => {
    const { id } = (await addUser('factor@example.org', 'Analysts')).data.userAdd
    const full: AskOptions = { token: (await local.generate(id)).plaintext_token }
    const session = await login('factor@example.org')
    const { secret } = await generate(session)
    expect((await activate(secret, session)).errors).toBeUndefined()
    for (const as of [full, await scopedToken(['KNOWLEDGE']), {}]) {
      const refused = [
        await local.ask('{ otpGeneration { secret } }', as),
        await activate(secret, as),
        await local.ask('mutation { otpDeactivation { id } }', as),
      ]
      expect(refused.map(({ errors }) => [errors?.[0].name, errors?.[0].message])).toEqual(
        refused.map(() => ['FORBIDDEN_ACCESS', 'This needs a session, a token is not enough']),
      )
    }
    expect((await local.ask('{ me { otp_activated } }', full)).data.me.otp_activated).toBe(true)
  })

  it('is replaced or removed where its code was given, and a code of the one before counts nowhere', async () => {
    await addUser('replaced@example.org', 'Analysts')
    const [first, other] = [await login('replaced@example.org'), await login('replaced@example.org')]
    const { secret: old } = await generate(first)
    await activate(old, first)
    const remove = (as: AskOptions) => local.ask('mutation { otpDeactivation { id } }', as)
    expect(codeOf(await activate(old, other))).toBe('OTP_REQUIRED')
    expect(codeOf(await remove(other))).toBe('OTP_REQUIRED')
    const given = await local.ask('mutation ($input: UserOTPLoginInput) { otpLogin(input: $input) }', {
      ...other,
      variables: { input: { code: code(old) } },
    })
    expect(given.data.otpLogin).toBe(true)
    const { secret } = await generate(other)
    expect((await activate(secret, other)).errors).toBeUndefined()
    expect(codeOf(await remove(first))).toBe('OTP_REQUIRED')
    expect((await remove(other)).errors).toBeUndefined()
  })
})

describe('an account that may do more than its editor', () => {
  const exceeds = (answer: Awaited<ReturnType<typeof edit>>) => [
    codeOf(answer),
    answer.errors?.[0].extensions.data.exceeds,
  ]

  it('is out of the reach of a token whose scope is SETTINGS_SETACCESSES', async () => {
    const as = await scopedToken(['SETTINGS_SETACCESSES', 'APIACCESS_USETOKEN'])
    const beyond = ['FORBIDDEN_ACCESS', ['BYPASS']]
    expect(exceeds(await tokenFor(ADMIN_ID, as))).toEqual(beyond)
    expect(exceeds(await edit(ADMIN_ID, [{ key: 'password', value: [PASSWORD] }], as))).toEqual(beyond)
    const { errors } = await addUser('minted@example.org', 'Platform managers', as)
    expect(errors?.[0].message).toMatch(/^This account may do more than you may here: .*MODULES/)
    const { data } = await local.ask('{ users(search: "minted") { pageInfo { globalCount } } }')
    expect(data.users.pageInfo.globalCount).toBe(0)
  })

  it('is contained by them all the same: revoked, killed and locked, but not let in again', async () => {
    const bob: AskOptions = { token: (await local.generate(await local.userIdOf('Bob'))).plaintext_token }
    const alice = await local.userIdOf('Alice')
    const { token_id } = await local.generate(alice)
    for (const key of ['name', 'user_email', 'password'])
      expect(codeOf(await edit(alice, [{ key, value: ['taken@example.org'] }], bob)), key).toBe(
        'FORBIDDEN_ACCESS',
      )
    expect(codeOf(await edit(alice, [{ key: 'otp_mandatory', value: [false] }], bob))).toBe(
      'FORBIDDEN_ACCESS',
    )
    expect(codeOf(await tokenFor(alice, bob))).toBe('FORBIDDEN_ACCESS')
    expect(codeOf(await addUser('new.analyst@example.org', 'Analysts', bob))).toBe('FORBIDDEN_ACCESS')
    const allowed = [
      await local.ask(`{ user(id: "${alice}") { api_tokens { id } } }`, bob),
      await local.ask(`mutation { userAdminTokenRevoke(userId: "${alice}", id: "${token_id}") }`, bob),
      await local.ask(`mutation { userSessionsKill(id: "${alice}") }`, bob),
      await edit(alice, [{ key: 'account_lock_after_date', value: ['2020-01-01T00:00:00.000Z'] }], bob),
      await edit(alice, [{ key: 'account_status', value: ['Locked'] }], bob),
      await addUser('new.manager@example.org', 'Platform managers', bob),
    ]
    expect(allowed.map(codeOf)).toEqual(allowed.map(() => undefined))
    const unlocking = [
      await edit(alice, [{ key: 'account_status', value: ['Active'] }], bob),
      await edit(alice, [{ key: 'account_lock_after_date', value: [null] }], bob),
      await edit(alice, [{ key: 'account_lock_after_date', value: ['2999-01-01T00:00:00.000Z'] }], bob),
    ]
    expect(unlocking.map(codeOf)).toEqual(unlocking.map(() => 'FORBIDDEN_ACCESS'))
  })
})

describe('a credential that ends in the middle of its request', () => {
  it('mints no token after revoking itself in the same document', async () => {
    const made = await local.generate()
    const answer = await local.ask(
      `mutation { userTokenRevoke(id: "${made.token_id}") userTokenAdd(input: { name: "after", duration: UNLIMITED }) { token_id } }`,
      { token: made.plaintext_token },
    )
    expect(codeOf(answer)).toBe('AUTH_REQUIRED')
    const { data } = await local.ask('{ me { api_tokens { name } revoked_api_tokens { id } } }')
    expect(data.me.api_tokens).not.toContainEqual({ name: 'after' })
    expect(data.me.revoked_api_tokens).toContainEqual({ id: made.token_id })
  })

  it('changes and adds no account once its revocation was acknowledged, however long the hash takes', async () => {
    const { id } = (await addUser('steady@example.org', 'Readers')).data.userAdd
    const groups = [await groupId('Readers')]
    const input = { name: 'Late', user_email: 'late@example.org', password: PASSWORD, groups }
    for (const late of [
      (as: AskOptions) => edit(id, [{ key: 'password', value: [`${PASSWORD}-2`] }], as),
      (as: AskOptions) => local.ask(ADD_USER, { ...as, variables: { input } }),
    ]) {
      const made = await local.generate()
      const pending = late({ token: made.plaintext_token })
      // Let in while the token counted: only then is it the hash that the revocation falls into.
      for (let used = false; !used; ) {
        const { data } = await local.ask('{ me { api_tokens { id last_used_at } } }')
        used = data.me.api_tokens.some(
          (token: { id: string; last_used_at: string | null }) =>
            token.id === made.token_id && token.last_used_at,
        )
      }
      const revoked = await local.ask(`mutation { userTokenRevoke(id: "${made.token_id}") }`)
      expect(revoked.errors).toBeUndefined()
      expect(codeOf(await pending)).toBe('AUTH_REQUIRED')
    }
    expect((await login('steady@example.org')).headers?.cookie).toMatch(/^opencti_session=/)
  })

  it('names each field once, and edits once in a document', async () => {
    const twice = [1, 2].map(() => ({ key: 'password', value: [PASSWORD] }))
    expect((await edit(ADMIN_ID, twice)).errors?.[0].message).toBe('A field is changed once at a time')
    const many = Array.from({ length: 21 }, (_, index) => ({ key: `field${index}`, value: ['x'] }))
    expect((await edit(ADMIN_ID, many)).errors?.[0].message).toBe('At most 20 fields at once')
    const aliases = `mutation { userEdit(id: "${ADMIN_ID}") { a: fieldPatch(input: []) { id } b: fieldPatch(input: []) { id } } }`
    expect(codeOf(await local.ask(aliases))).toBe('GRAPHQL_VALIDATION_FAILED')
  })
})
