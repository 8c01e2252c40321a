import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { Secret } from '#base/secret.ts'
import { DAY_MS, ISSUED_TOKEN_PATTERN } from '#shared/domain/token.ts'
import { findCanary } from '../support/canary.ts'
import { codeOf, startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'

const ADMIN_ID = '88ec0c6a-13ce-5e39-b486-354fe4a7084f'
const BASE_TOKEN = '00000000-1111-4222-8333-444444444444'
const RESPONSE_JSON = { accept: 'application/graphql-response+json' }

interface UserPage {
  edges: { node: { name: string } }[]
  pageInfo: { endCursor: string; hasNextPage: boolean; globalCount: number }
}

let local: TestPlatform
beforeAll(async () => {
  local = await startTestPlatform({ seed: 'demo', admin: { token: new Secret(BASE_TOKEN) } })
})
afterAll(() => local.platform.stop())

describe('a token', () => {
  it('is generated, used, listed with its mask, revoked, and refused at the very next request', async () => {
    const { ask, generate } = local
    const token = await generate(undefined, 'DAYS_90', 'Alice’s scripts')
    expect(token.plaintext_token).toMatch(ISSUED_TOKEN_PATTERN)
    expect(token.masked_token).toBe(`****${token.plaintext_token.slice(-4)}`)
    expect(token.expires_at).toBe(new Date(local.clock.now() + 90 * DAY_MS).toISOString())

    const used = await ask('{ me { id name } }', { token: token.plaintext_token })
    expect(used.data.me.id).toBe(ADMIN_ID)
    const listed = await ask(
      '{ me { api_tokens { id name masked_token created_at expires_at last_used_at } } }',
    )
    expect(listed.data.me.api_tokens).toContainEqual({
      id: token.token_id,
      name: 'Alice’s scripts',
      masked_token: token.masked_token,
      created_at: new Date(local.clock.now()).toISOString(),
      expires_at: token.expires_at,
      last_used_at: new Date(local.clock.now()).toISOString(),
    })

    const revoked = await ask(
      `mutation { userTokenRevoke(id: "${token.token_id}", reason: "laptop lost") }`,
      {
        token: token.plaintext_token,
      },
    )
    expect(revoked.data.userTokenRevoke).toBe(token.token_id)
    expect(codeOf(await ask('{ me { name } }', { token: token.plaintext_token }))).toBe('AUTH_REQUIRED')

    const after = await ask(
      '{ me { api_tokens { id } revoked_api_tokens { id masked_token revoked_at revoked_by reason } } }',
    )
    expect(after.data.me.api_tokens.map(({ id }: { id: string }) => id)).not.toContain(token.token_id)
    expect(after.data.me.revoked_api_tokens).toEqual([
      {
        id: token.token_id,
        masked_token: token.masked_token,
        revoked_at: new Date(local.clock.now()).toISOString(),
        revoked_by: 'admin',
        reason: 'laptop lost',
      },
    ])
  })

  it('works with plain curl -d, which sends no JSON content type', async () => {
    const { plaintext_token } = await local.generate()
    const response = await fetch(`${local.url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${plaintext_token}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
      body: '{"query":"{me{name}}"}',
    })
    expect(await response.json()).toEqual({ data: { me: { name: 'admin' } } })
  })

  it('cannot be revoked twice, nor through another user', async () => {
    const alice = await local.userIdOf('Alice')
    const bob = await local.userIdOf('Bob')
    const { token_id } = await local.generate(alice)
    const revoke = (userId: string) =>
      local.ask(`mutation { userAdminTokenRevoke(userId: "${userId}", id: "${token_id}") }`)
    expect((await revoke(bob)).errors?.[0]).toMatchObject({
      message: 'Token not found',
      name: 'FUNCTIONAL_ERROR',
      extensions: {
        code: 'FUNCTIONAL_ERROR',
        data: { http_status: 400, genre: 'BUSINESS', tokenId: token_id },
      },
    })
    expect((await revoke(alice)).data.userAdminTokenRevoke).toBe(token_id)
    expect((await revoke(alice)).errors?.[0].message).toBe('Token not found')
    expect((await revoke('nobody')).errors?.[0].message).toBe('User not found')
  })

  it('is refused for an account that may not use it, without saying why', async () => {
    for (const name of ['Ravi', 'Hugo', 'Owen']) {
      const { plaintext_token } = await local.generate(await local.userIdOf(name))
      const answer = await local.ask('{ me { name } }', { token: plaintext_token, headers: RESPONSE_JSON })
      expect(answer.status, name).toBe(401)
      expect(answer.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"')
    }
  })

  it('of the admin’s configuration is the base token, a UUID', async () => {
    const answer = await local.ask('{ me { api_tokens { id name expires_at } } }', { token: BASE_TOKEN })
    expect(answer.data.me.api_tokens).toContainEqual({
      id: `base_token_${ADMIN_ID}`,
      name: 'Base token',
      expires_at: null,
    })
  })
})

describe('expiry', () => {
  it('counts from the very millisecond, and the holder is told (Journey 3)', async () => {
    const rig = await startTestPlatform()
    const { plaintext_token } = await rig.generate(undefined, 'DAYS_30')
    rig.clock.advance(30 * DAY_MS - 1)
    expect((await rig.ask('{ me { id } }', { token: plaintext_token })).data.me.id).toBe(ADMIN_ID)
    rig.clock.advance(1)
    const expired = await rig.ask('{ me { id } }', { token: plaintext_token })
    expect([expired.status, codeOf(expired)]).toEqual([200, 'AUTH_REQUIRED'])
    rig.clock.advance(DAY_MS)
    const told = await rig.ask('{ me { id } }', { token: plaintext_token, headers: RESPONSE_JSON })
    expect(told.status).toBe(401)
    expect(told.headers.get('www-authenticate')).toBe(
      'Bearer error="invalid_token", error_description="Token Expired"',
    )
    await rig.platform.stop()
  })
})

describe('a bearer that does not count', () => {
  it('makes the request anonymous, with OpenCTI’s error and HTTP 200', async () => {
    for (const token of [
      null,
      'nonsense',
      '',
      `flgrn_octi_tkn_${'x'.repeat(64)}`,
      'ey.not.ours',
      'x'.repeat(4000),
    ]) {
      const answer = await local.ask('{ me { name } }', { token })
      expect(answer.status).toBe(200)
      expect(answer.errors?.[0]).toMatchObject({
        message: 'You must be logged in to do this.',
        name: 'AUTH_REQUIRED',
        extensions: { code: 'AUTH_REQUIRED', data: { http_status: 401, genre: 'TECHNICAL' } },
      })
      expect((await local.ask('{ publicSettings { platform_title } }', { token })).errors).toBeUndefined()
    }
  })

  it('gives HTTP 401 only to clients that name the newer media type, and a reason only to the holder', async () => {
    const { token_id, plaintext_token } = await local.generate()
    await local.ask(`mutation { userTokenRevoke(id: "${token_id}") }`)
    const status = async (token: string, accept?: string) => {
      const answer = await local.ask('{ me { name } }', { token, headers: accept ? { accept } : {} })
      return [answer.status, answer.headers.get('www-authenticate')]
    }
    const revoked = 'Bearer error="invalid_token", error_description="Token Revoked"'
    expect(await status(plaintext_token, 'application/graphql-response+json, */*;q=0.1')).toEqual([
      401,
      revoked,
    ])
    expect(await status(plaintext_token, '*/*')).toEqual([200, revoked])
    expect(await status(plaintext_token, 'application/json')).toEqual([200, revoked])
    expect(await status(plaintext_token)).toEqual([200, revoked])
    const nearMiss = `${plaintext_token.slice(0, -1)}${plaintext_token.endsWith('a') ? 'b' : 'a'}`
    expect(await status(nearMiss, 'application/graphql-response+json')).toEqual([
      401,
      'Bearer error="invalid_token"',
    ])
  })

  it('is logged with its constant prefix, user agent and origin, and nothing more', async () => {
    const { lines } = local
    const before = lines.length
    const token = `flgrn_octi_tkn_${'Canary'.padEnd(64, '7')}`
    await local.ask('{ me { name } }', {
      token,
      headers: { 'user-agent': `pycti ${token}`, origin: 'https://evil.example' },
    })
    const [line] = lines.slice(before)
    expect(JSON.parse(line ?? '')).toMatchObject({
      msg: 'Error resolving user by token',
      bearer: 'flgrn_octi_tkn_',
      userAgent: 'pycti flgrn_octi_tkn_[redacted]',
      origin: 'https://evil.example',
    })
    expect(lines.join('')).not.toContain('Canary')
  })
})

describe('the schema', () => {
  it('tells unknown fields by GRAPHQL_VALIDATION_FAILED, so that extensions are found by a trial query', async () => {
    const answer = await local.ask('{ me { no_such_field } }')
    expect([answer.status, codeOf(answer), answer.errors?.[0].name]).toEqual([
      200,
      'GRAPHQL_VALIDATION_FAILED',
      'GRAPHQL_VALIDATION_FAILED',
    ])
    expect(codeOf(await local.ask('{ __schema { types { name } } }'))).toBe('GRAPHQL_VALIDATION_FAILED')
    expect(codeOf(await local.ask('{ me { '))).toBe('GRAPHQL_PARSE_FAILED')
    expect(codeOf(await local.ask('query ($id: String!) { user(id: $id) { id } }'))).toBe('BAD_USER_INPUT')
  })

  it('allows a root query twice and a root mutation once in a document, also through fragments', async () => {
    expect((await local.ask('{ a: me { id } b: me { id } }')).errors).toBeUndefined()
    const thrice = [
      '{ a: me { id } b: me { id } c: me { id } }',
      '{ a: me { id } b: me { id } ...more } fragment more on Query { c: me { id } }',
      'mutation { a: userTokenRevoke(id: "1") b: userTokenRevoke(id: "2") }',
    ]
    for (const query of thrice)
      expect(codeOf(await local.ask(query)), query).toBe('GRAPHQL_VALIDATION_FAILED')
    const deep = `{ users { edges { node { ${'groups { edges { node { id } } } '.repeat(2)} } } } }`
    expect((await local.ask(deep)).errors).toBeUndefined()
  })

  it('answers the connection test', async () => {
    const { data } = await local.ask(
      '{ me { id name user_email capabilities { name } } about { version } settings { id platform_title platform_url } }',
    )
    expect(data.about.version).toMatch(/^7\.26\d{4}\.\d+$/)
    expect(data.settings.platform_url).toBe(local.url)
    expect(data.me.capabilities).toEqual([{ name: 'BYPASS' }])
  })
})

describe('users', () => {
  const page =
    '{ edges { cursor node { id name user_email } } pageInfo { endCursor hasNextPage globalCount } }'

  it('come in pages without a gap or a repetition, in both directions', async () => {
    for (const mode of ['asc', 'desc']) {
      const names: string[] = []
      let after: string | null = null
      for (let turn = 0; turn < 100; turn++) {
        const query = `query ($after: ID) { users(first: 7, after: $after, orderBy: name, orderMode: ${mode}) ${page} }`
        const { users }: { users: UserPage } = (await local.ask(query, { variables: { after } })).data
        names.push(...users.edges.map((edge) => edge.node.name))
        expect(users.pageInfo.globalCount).toBe(31)
        after = users.pageInfo.endCursor
        if (!users.pageInfo.hasNextPage) break
      }
      expect(new Set(names).size).toBe(31)
      const [first, last] = mode === 'asc' ? ['[C] AlienVault', '김민지'] : ['김민지', '[C] AlienVault']
      expect([names[0], names.at(-1)]).toEqual([first, last])
    }
  })

  it('are searched and filtered, with wildcards taken literally', async () => {
    const search = async (text: string) =>
      (await local.ask(`query ($text: String) { users(search: $text) ${page} }`, { variables: { text } }))
        .data.users.pageInfo.globalCount
    expect([await search('moreau'), await search('محمد'), await search('%'), await search('_')]).toEqual([
      1, 1, 0, 0,
    ])
    const filtered = await local.ask(
      `{ users(filters: { mode: and, filterGroups: [], filters: [
        { key: ["user_service_account"], values: ["true"] }, { key: ["name"], values: ["[C]"], operator: starts_with }
      ] }) ${page} }`,
    )
    expect(filtered.data.users.pageInfo.globalCount).toBe(3)
    expect(codeOf(await local.ask(`{ users(after: "bogus") ${page} }`))).toBe('FUNCTIONAL_ERROR')
  })

  it('show tokens in every state', async () => {
    const { data } = await local.ask(
      '{ users { edges { node { name api_tokens { name expires_at last_used_at } } } } }',
    )
    const tokens = data.users.edges.flatMap(
      ({ node }: { node: { api_tokens: unknown[] } }) => node.api_tokens,
    )
    expect(tokens.length).toBeGreaterThan(35)
    expect(tokens.some((token: { last_used_at: unknown }) => token.last_used_at === null)).toBe(true)
    expect(tokens.some((token: { expires_at: unknown }) => token.expires_at === null)).toBe(true)
  })
})

describe('capabilities', () => {
  const forbidden = { code: 'FORBIDDEN_ACCESS', data: { http_status: 403 } }

  it('an analyst has tokens of their own and sees nobody else', async () => {
    const alice = await local.userIdOf('Alice')
    const { plaintext_token: token } = await local.generate(alice)
    expect((await local.ask('{ me { name } }', { token })).data.me.name).toBe('Alice Moreau')
    const refused = [
      '{ users { edges { node { id } } } }',
      `{ user(id: "${ADMIN_ID}") { id } }`,
      '{ sessions { sessions { id } } }',
      `mutation { userAdminTokenAdd(userId: "${alice}", input: { name: "x", duration: UNLIMITED }) { token_id } }`,
      `mutation { userAdminTokenRevoke(userId: "${alice}", id: "x") }`,
      'mutation { sessionKill(id: "x") }',
      `mutation { userSessionsKill(id: "${alice}") }`,
    ]
    for (const query of refused) {
      const answer = await local.ask(query, { token })
      expect(answer.errors?.[0], query).toMatchObject({
        message: 'You are not allowed to do this.',
        extensions: forbidden,
      })
    }
  })

  it('an organisation’s administrator lists its users and revokes nothing of theirs', async () => {
    const { plaintext_token: token } = await local.generate(await local.userIdOf('Kowalczyk'))
    const { data } = await local.ask(
      '{ users { edges { node { id name api_tokens { id } } } pageInfo { globalCount } } }',
      {
        token,
      },
    )
    const names = data.users.edges.map(({ node }: { node: { name: string } }) => node.name)
    expect(data.users.pageInfo.globalCount).toBe(names.length)
    expect(names).toContain('Jonas Weber')
    expect(names).not.toContain('Alice Moreau')
    expect(names).not.toContain('admin')

    const jonas = data.users.edges.find(
      ({ node }: { node: { name: string } }) => node.name === 'Jonas Weber',
    ).node
    expect((await local.ask(`{ user(id: "${jonas.id}") { name } }`, { token })).data.user.name).toBe(
      'Jonas Weber',
    )
    const outside = await local.ask(`{ user(id: "${await local.userIdOf('Alice')}") { name } }`, { token })
    expect(outside.errors?.[0]?.extensions).toMatchObject(forbidden)
    const revoke = `mutation { userAdminTokenRevoke(userId: "${jonas.id}", id: "${jonas.api_tokens[0].id}") }`
    expect((await local.ask(revoke, { token })).errors?.[0]?.extensions).toMatchObject(forbidden)
  })

  it('SETTINGS_SETACCESSES manages others', async () => {
    const { plaintext_token: token } = await local.generate(await local.userIdOf('Bob'))
    const guest = await local.userIdOf('Ravi')
    const add = `mutation { userAdminTokenAdd(userId: "${guest}", input: { name: "", duration: UNLIMITED }) { token_id expires_at } }`
    const made = (await local.ask(add, { token })).data.userAdminTokenAdd
    expect(made.expires_at).toBeNull()
    const revoke = `mutation { userAdminTokenRevoke(userId: "${guest}", id: "${made.token_id}") }`
    expect((await local.ask(revoke, { token })).data.userAdminTokenRevoke).toBe(made.token_id)
  })
})

describe('what is written', () => {
  it('has no token value in any file or log line, whatever went wrong, and the audit holds', async () => {
    const rig = await startTestPlatform({ seed: 'demo' })
    const tokens = [await rig.generate(), await rig.generate(await rig.userIdOf('Alice'), 'UNLIMITED')]
    for (const { plaintext_token: token, token_id } of tokens) {
      await rig.ask('{ me { name } }', { token })
      // A client that mixes up id and value.
      const mixed = await rig.ask('mutation ($id: ID!) { userTokenRevoke(id: $id) }', {
        variables: { id: token },
      })
      expect(JSON.stringify(mixed.errors)).not.toContain(token)
      await rig.ask(`mutation { userTokenRevoke(id: "${token_id}") }`)
      await rig.ask('{ me { name } }', { token })
      await fetch(`${rig.url}/${token}?token=${token}`)
    }
    for (const canary of [
      ...tokens.map((token) => token.plaintext_token),
      rig.platform.consoleToken.expose(),
    ]) {
      const found = findCanary(rig.dataFolder, canary)
      expect(found.hits).toEqual([])
      expect(found.files).toBeGreaterThanOrEqual(3)
      expect(rig.lines.join('')).not.toContain(canary.slice(20))
    }
    expect(rig.platform.verifyAudit()).toMatchObject({ ok: true, head: { count: 3 } })
    await rig.platform.stop()
  })
})
