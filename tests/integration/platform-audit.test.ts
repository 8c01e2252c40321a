import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { codeOf, startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'

const ADMIN_ID = '88ec0c6a-13ce-5e39-b486-354fe4a7084f'
const LOG = `{ edges { cursor node { id entity_type event_type event_scope event_status timestamp user_id user { name } raw_data
  context_data { entity_id entity_name entity_type message changes { field changes_added } input } user_metadata } }
  pageInfo { endCursor hasNextPage globalCount } }`

interface Page {
  edges: { node: Record<string, never> & { context_data: { message: string; entity_id: string } } }[]
  pageInfo: { endCursor: string; hasNextPage: boolean; globalCount: number }
}

let local: TestPlatform
let alice: string
let tokenId: string
beforeAll(async () => {
  local = await startTestPlatform({ seed: 'demo' })
  alice = await local.userIdOf('Alice')
  tokenId = (await local.generate(alice, 'DAYS_30', 'lost laptop')).token_id
  local.clock.advance(60_000)
  await local.generate(undefined, 'DAYS_30', 'own')
  local.clock.advance(60_000)
  await local.ask(`mutation { userAdminTokenRevoke(userId: "${alice}", id: "${tokenId}", reason: "stolen") }`)
  await local.ask(
    `mutation { userEdit(id: "${alice}") { fieldPatch(input: [{ key: "account_status", value: ["Inactive"] }]) { account_status } } }`,
  )
})
afterAll(() => local.platform.stop())

const audits = async (more: string, token?: string): Promise<Page> => {
  const answer = await local.ask(`{ audits${more ? `(${more})` : ''} ${LOG} }`, token ? { token } : {})
  expect(answer.errors).toBeUndefined()
  return answer.data.audits
}
const messages = async (more: string, token?: string): Promise<string[]> =>
  (await audits(more, token)).edges.map(({ node }) => node.context_data.message)

describe('audits', () => {
  it('speak OpenCTI’s words, newest first', async () => {
    expect(await messages('')).toEqual([
      'updates `account_status` for user `alice.moreau@soc.example.org`',
      "revoked API token 'lost laptop' for user 'alice.moreau@soc.example.org'",
      "generated a new API token 'own'",
      "generated a new API token 'lost laptop' for user 'alice.moreau@soc.example.org'",
    ])
    const { edges } = await audits('search: "revoked API token", types: ["Activity"]')
    expect(edges).toHaveLength(1)
    expect(edges[0]?.node).toMatchObject({
      entity_type: 'Activity',
      event_type: 'mutation',
      event_scope: 'update',
      event_status: 'success',
      timestamp: new Date(local.clock.now()).toISOString(),
      user_id: ADMIN_ID,
      user: { name: 'admin' },
      context_data: {
        entity_id: alice,
        entity_type: 'User',
        entity_name: 'alice.moreau@soc.example.org',
        input: { token_id: tokenId, reason: 'stolen' },
      },
      user_metadata: { ip: '127.0.0.1', via: 'console' },
    })
  })

  it('come in pages, in both directions, and are filtered', async () => {
    for (const mode of ['asc', 'desc']) {
      const seen: string[] = []
      let after = ''
      for (let turn = 0; turn < 10; turn++) {
        const page = await audits(`first: 1, orderBy: timestamp, orderMode: ${mode} ${after}`)
        seen.push(...page.edges.map(({ node }) => node.context_data.message))
        expect(page.pageInfo.globalCount).toBe(4)
        after = `, after: "${page.pageInfo.endCursor}"`
        if (!page.pageInfo.hasNextPage) break
      }
      expect(seen).toEqual(await messages(`orderMode: ${mode}`))
    }
    const filtered = (key: string, value: string, operator = 'eq') =>
      messages(
        `filters: { mode: and, filterGroups: [], filters: [{ key: ["${key}"], values: ["${value}"], operator: ${operator} }] }`,
      )
    expect(await filtered('context_data.id', alice)).toHaveLength(3)
    expect(await filtered('contextEntityId', alice, 'not_eq')).toEqual(["generated a new API token 'own'"])
    expect(await filtered('members_user', ADMIN_ID)).toHaveLength(4)
    expect(await filtered('event_scope', 'update')).toHaveLength(4)
    expect(await filtered('event_scope', 'login')).toEqual([])
    expect(await filtered('message', "revoked API token 'lost", 'starts_with')).toHaveLength(1)
    const middle = new Date(local.clock.now() - 60_000).toISOString()
    expect(await filtered('timestamp', middle, 'gt')).toHaveLength(2)
    expect(await filtered('created_at', middle, 'lte')).toHaveLength(2)
    expect(await messages('search: "%"')).toEqual([])
    for (const wrong of [
      'filters: { mode: and, filterGroups: [], filters: [{ key: ["body"], values: ["x"] }] }',
      'after: "bogus"',
    ])
      expect(codeOf(await local.ask(`{ audits(${wrong}) ${LOG} }`))).toBe('FUNCTIONAL_ERROR')
    const [first] = (await audits('first: 1')).edges
    const one = await local.ask(`{ audit(id: "${first?.node.id}") { id context_data { message } } }`)
    expect(one.data.audit.context_data.message).toBe(first?.node.context_data.message)
    expect((await local.ask('{ audit(id: "audit--999") { id } }')).data.audit).toBeNull()
  })

  it('follow the capabilities: security reads all, others nothing, an organisation’s administrator their own', async () => {
    const bob = (await local.generate(await local.userIdOf('Bob'))).plaintext_token
    expect((await messages('', bob)).length).toBeGreaterThanOrEqual(4)
    const analyst = (await local.generate(await local.userIdOf('Jonas'))).plaintext_token
    expect(codeOf(await local.ask(`{ audits ${LOG} }`, { token: analyst }))).toBe('FORBIDDEN_ACCESS')
    const organiser = (await local.generate(await local.userIdOf('Kowalczyk'))).plaintext_token
    // KNOWLEDGE alone leaves History, of which there is none here; Activity is refused.
    expect(await messages('', organiser)).toEqual([])
    expect(codeOf(await local.ask(`{ audits(types: ["Activity"]) ${LOG} }`, { token: organiser }))).toBe(
      'FORBIDDEN_ACCESS',
    )
  })

  it('hold no token value and no password', async () => {
    const { plaintext_token } = await local.generate(undefined, 'UNLIMITED', 'canary')
    const password = 'not-a-real-password-canary'
    await local.ask(
      `mutation { userEdit(id: "${alice}") { fieldPatch(input: [{ key: "password", value: ["${password}"] }]) { id } } }`,
    )
    const all = JSON.stringify(await audits(''))
    expect(all).toContain('updates `password` for user')
    expect(all).not.toContain(plaintext_token.slice(15))
    expect(all).not.toContain(password)
    expect(local.platform.verifyAudit()).toMatchObject({ ok: true })
  })
})
