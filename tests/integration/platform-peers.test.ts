import { afterEach, describe, expect, it } from 'vitest'
import { LEGACY_TOKEN_PATTERN } from '#shared/domain/token.ts'
import { Secret } from '../../electron/base/secret.ts'
import { openPlatformDatabase } from '../../electron/local-platform/database/open.ts'
import type { PlatformOptions } from '../../electron/local-platform/platform.ts'
import { codeOf, startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'

/** The local platform in the part of others: what they lack is absent, what they do is done (docs/decisions/0070). */
const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function standing(options: Partial<PlatformOptions>): Promise<TestPlatform> {
  const platform = await startTestPlatform(options)
  ends.push(() => platform.platform.stop())
  return platform
}

const TOKENS = '{ me { api_tokens { id name last_used_at } } }'

describe('as OpenCTI 7', () => {
  const as = 'opencti-7'

  it('knows no field and no argument that OpenCTI does not have', async () => {
    const { ask } = await standing({ as, seed: 'demo' })
    for (const query of [
      '{ me { revoked_api_tokens { id } } }',
      '{ me { api_tokens { scopes } } }',
      '{ me { api_tokens { apiTokenUsage { requests } } } }',
      '{ authFailures { total } }',
      'mutation { userTokenRevoke(id: "none", reason: "none") @skip(if: true) }',
      'mutation { userTokenAdd(input: { name: "x", duration: UNLIMITED, scopes: ["KNOWLEDGE"] }) { token_id } }',
      '{ me { api_token } }',
      'mutation { meTokenRenew { id } }',
      '{ __schema { types { name } } }',
    ]) {
      const answer = await ask(query)
      expect({ query, status: answer.status, code: codeOf(answer) }).toEqual({
        query,
        status: 200,
        code: 'GRAPHQL_VALIDATION_FAILED',
      })
    }
  })

  it('its demo has people and tokens, expired ones too, and none that was revoked', async () => {
    const { ask } = await standing({ as, seed: 'demo' })
    const { data } = await ask(
      '{ users { edges { node { api_tokens { name expires_at } } } } about { version } }',
    )
    const tokens = data.users.edges.flatMap(
      ({ node }: { node: { api_tokens: unknown[] } }) => node.api_tokens,
    )
    const original = await standing({ seed: 'demo' })
    const all = await original.ask(
      '{ users { edges { node { api_tokens { id } revoked_api_tokens { id } } } } }',
    )
    const count = (field: string): number =>
      all.data.users.edges.reduce(
        (sum: number, { node }: { node: Record<string, unknown[]> }) => sum + (node[field]?.length ?? 0),
        0,
      )
    expect(tokens).toHaveLength(count('api_tokens'))
    expect(count('revoked_api_tokens')).toBeGreaterThan(0)
    expect(data.about.version).toMatch(/^7\.26\d{4}\.\d+$/)
  })

  it('revoking removes the record, and the token is refused without a word why', async () => {
    const { ask, generate, url } = await standing({ as })
    const token = await generate()
    expect((await ask('{ me { id } }', { token: token.plaintext_token })).errors).toBeUndefined()
    const revoke = `mutation { userTokenRevoke(id: "${token.token_id}") }`
    expect((await ask(revoke)).data.userTokenRevoke).toBe(token.token_id)
    expect((await ask(TOKENS)).data.me.api_tokens).toEqual([])
    const again = await ask(revoke)
    expect(codeOf(again)).toBe('FUNCTIONAL_ERROR')
    expect(again.errors?.[0].message).toBe('Token not found')

    const refused = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${token.plaintext_token}`,
        'content-type': 'application/json',
        accept: 'application/graphql-response+json',
      },
      body: '{"query":"{me{id}}"}',
    })
    expect(refused.status).toBe(200)
    expect(refused.headers.get('www-authenticate')).toBeNull()
    expect(await refused.json()).toMatchObject({
      errors: [{ extensions: { code: 'AUTH_REQUIRED', data: { http_status: 401 } } }],
    })
  })

  it('a token created again after a revocation starts anew: nothing of the old one is left behind', async () => {
    const { ask, generate, dataFolder, platform } = await standing({ as })
    const token = await generate()
    await ask('{ me { id } }', { token: token.plaintext_token })
    await ask(`mutation { userTokenRevoke(id: "${token.token_id}") }`)
    await platform.stop()
    const database = openPlatformDatabase(dataFolder)
    for (const table of ['tokens', 'token_usage'])
      expect(database.prepare(`SELECT * FROM ${table}`).all()).toEqual([])
    database.close()
  })

  it('last use is written at once and then not before a minute has passed', async () => {
    const { ask, generate, clock } = await standing({ as })
    const token = await generate()
    const lastUsed = async () => (await ask(TOKENS)).data.me.api_tokens[0].last_used_at
    const use = () => ask('{ me { id } }', { token: token.plaintext_token })
    expect(await lastUsed()).toBeNull()
    const first = new Date(clock.now()).toISOString()
    await use()
    expect(await lastUsed()).toBe(first)
    await clock.pass(59_999)
    await use()
    expect(await lastUsed()).toBe(first)
    await clock.pass(1)
    const next = new Date(clock.now()).toISOString()
    await use()
    expect(await lastUsed()).toBe(next)
  })

  it('the audit is empty without Enterprise Edition, and says so by its licence', async () => {
    const { ask, generate } = await standing({ as })
    await generate()
    const { data } = await ask(
      `{ audits(types: ["Activity"]) { edges { node { id } } pageInfo { globalCount } } audit(id: "audit--1") { id }
         settings { platform_enterprise_edition { license_validated } } }`,
    )
    expect(data).toEqual({
      audits: { edges: [], pageInfo: { globalCount: 0 } },
      audit: null,
      settings: { platform_enterprise_edition: { license_validated: false } },
    })
  })

  it('with Enterprise Edition it holds what happened since, in the words and fields of OpenCTI', async () => {
    const before = await startTestPlatform({ as })
    await before.generate(undefined, 'DAYS_30', 'unseen')
    await before.platform.stop()
    const { ask, generate } = await standing({ as, enterprise: true, dataFolder: before.dataFolder })
    const token = await generate(undefined, 'DAYS_90', 'ci')
    await ask(`mutation { userTokenRevoke(id: "${token.token_id}") }`)
    const { data } = await ask(
      `{ audits(types: ["Activity"]) { edges { node { event_type event_scope raw_data context_data { message } } } }
         settings { platform_enterprise_edition { license_validated } } }`,
    )
    expect(data.settings.platform_enterprise_edition.license_validated).toBe(true)
    const nodes = data.audits.edges.map(({ node }: { node: unknown }) => node)
    expect(nodes).toMatchObject([
      { context_data: { message: "revoked API token 'ci'" } },
      { context_data: { message: "generated a new API token 'ci'" } },
    ])
    expect(nodes.map(({ raw_data }: { raw_data: string }) => JSON.parse(raw_data))).toMatchObject([
      { event_access: 'administration', context_data: { input: { token_id: token.token_id } } },
      { context_data: { input: { token_id: token.token_id, name: 'ci', duration: 'DAYS_90' } } },
    ])
    expect(nodes[0].raw_data).not.toContain('reason')
  })
})

describe('as OpenCTI 6.9', () => {
  const as = 'opencti-6.9'
  const uuid = '11111111-2222-4333-8444-555555555555'

  it('each user has one plaintext token that works, and no tokens of their own', async () => {
    const { ask } = await standing({ as, seed: 'demo', admin: { token: new Secret(uuid) } })
    const { data } = await ask(
      '{ about { version } me { api_token } users { edges { node { api_token } } } }',
      {
        token: uuid,
      },
    )
    expect(data.about.version).toBe('6.9.4')
    expect(data.me.api_token).toBe(uuid)
    const values = data.users.edges.map(({ node }: { node: { api_token: string } }) => node.api_token)
    expect(values.length).toBeGreaterThan(5)
    expect(new Set(values).size).toBe(values.length)
    for (const value of values) expect(value).toMatch(LEGACY_TOKEN_PATTERN)
    for (const query of [
      TOKENS,
      'mutation { userTokenRevoke(id: "x") }',
      '{ me { revoked_api_tokens { id } } }',
    ])
      expect(codeOf(await ask(query))).toBe('GRAPHQL_VALIDATION_FAILED')
  })

  it('a renewed token ends the old one, whoever renews it', async () => {
    const { ask, userIdOf } = await standing({ as, seed: 'demo', admin: { token: new Secret(uuid) } })
    await ask('mutation { meTokenRenew { id } }', { token: uuid })
    expect(codeOf(await ask('{ me { id } }', { token: uuid }))).toBe('AUTH_REQUIRED')

    const id = await userIdOf('佐藤')
    const tokenOf = async () => (await ask(`{ user(id: "${id}") { api_token } }`)).data.user.api_token
    const old = await tokenOf()
    await ask(`mutation { userEdit(id: "${id}") { tokenRenew { id } } }`)
    expect(await tokenOf()).not.toBe(old)
    expect(codeOf(await ask('{ me { id } }', { token: old }))).toBe('AUTH_REQUIRED')
  })

  it('a user made there gets a token; tokens stay over a restart', async () => {
    const first = await startTestPlatform({ as })
    const added = await first.ask(
      'mutation { userAdd(input: { name: "Robin", user_email: "robin@example.org" }) { id api_token } }',
    )
    const { id, api_token } = added.data.userAdd
    await first.platform.stop()
    const { ask } = await standing({ as, dataFolder: first.dataFolder })
    expect((await ask(`{ user(id: "${id}") { api_token } }`)).data.user.api_token).toBe(api_token)
  })

  it('its folder can be brought to tokens of their own, a folder with those never back', async () => {
    const old = await startTestPlatform({ as, seed: 'demo', admin: { token: new Secret(uuid) } })
    await old.platform.stop()
    const upgraded = await startTestPlatform({ as: 'opencti-7', dataFolder: old.dataFolder })
    await upgraded.generate()
    const { data } = await upgraded.ask(TOKENS, { token: uuid })
    const legacy = data.me.api_tokens.find(({ name }: { name: string }) => name === 'Legacy Token')
    expect(legacy.id).toMatch(/^base_token_/)
    // Revoked it leaves nothing that a rollback of the migration could revive.
    await upgraded.ask(`mutation { userTokenRevoke(id: "${legacy.id}") }`)
    await upgraded.platform.migration.rollBack()
    expect(codeOf(await upgraded.ask(TOKENS, { token: uuid }))).toBe('AUTH_REQUIRED')
    await upgraded.platform.stop()
    await expect(startTestPlatform({ as, dataFolder: old.dataFolder })).rejects.toThrow(/folder of its own/)
  })
})
