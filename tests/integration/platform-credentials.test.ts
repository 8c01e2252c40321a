import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { legacySource } from '../../electron/local-platform/migration/legacy-source.ts'
import { findCanary } from '../support/canary.ts'
import { oldUser, oldUsers, writeJsonLines } from '../support/legacy-users.ts'
import { codeOf, startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'

const COUNT = 20
const OLD = oldUser(1).api_token
const DISGUISES = [
  OLD,
  OLD.toUpperCase(),
  Buffer.from(OLD).toString('hex'),
  Buffer.from(OLD).toString('base64'),
  `flgrn_octi_tkn_${'CanaryOne7'.repeat(5)}`,
]

let local: TestPlatform
beforeAll(async () => {
  local = await startTestPlatform({ seed: 'demo' })
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-credentials-'))
  const source = writeJsonLines(join(folder, 'old.jsonl'), oldUsers(COUNT))
  await local.platform.migration.importFrom(legacySource(source))
  await local.platform.migration.migrate()
})
afterAll(() => local.platform.stop())

const addToken = (name: string, token: string) =>
  local.ask(
    'mutation ($name: String!) { userTokenAdd(input: { name: $name, duration: DAYS_30 }) { token_id } }',
    { token, variables: { name } },
  )
const refused = (answer: Awaited<ReturnType<typeof addToken>>, value: string) => {
  expect(codeOf(answer)).toBe('FUNCTIONAL_ERROR')
  expect(JSON.stringify(answer.errors)).toContain('contains an API token')
  expect(JSON.stringify(answer.errors)).not.toContain(value)
}

describe('a token in a text that is kept', () => {
  it.each(DISGUISES)('is refused in the name of a token: %s', async (value) => {
    refused(await addToken(`replaces ${value}`, OLD), value)
  })

  it.each(DISGUISES)('is refused in every text of a user, new or changed: %s', async (value) => {
    const add = 'mutation ($input: UserAddInput!) { userAdd(input: $input) { id } }'
    const edit =
      'mutation ($id: ID!, $input: [EditInput]!) { userEdit(id: $id) { fieldPatch(input: $input) { id } } }'
    for (const field of ['name', 'firstname', 'lastname', 'description', 'language']) {
      const input = { name: 'Someone', user_email: 'someone@example.org', [field]: `x ${value}` }
      refused(await local.ask(add, { variables: { input } }), value)
      const variables = { id: oldUser(2).id, input: [{ key: field, value: [`x ${value}`] }] }
      refused(await local.ask(edit, { variables }), value)
    }
    const mail = { key: 'user_email', value: [`${value.slice(0, 300)}@example.org`] }
    refused(await local.ask(edit, { variables: { id: oldUser(2).id, input: [mail] } }), value)
  })

  it('is taken out of the reason of a revocation, which holds', async () => {
    const { token_id } = (await addToken('', OLD)).data.userTokenAdd
    const answer = await local.ask(
      'mutation ($id: ID!, $reason: String) { userTokenRevoke(id: $id, reason: $reason) }',
      { token: OLD, variables: { id: token_id, reason: `like ${OLD}` } },
    )
    expect(answer.data.userTokenRevoke).toBe(token_id)
  })

  it('is not any UUID: ids may be written anywhere', async () => {
    expect((await addToken(`for ${oldUser(3).id}`, OLD)).errors).toBeUndefined()
  })

  it('keeps nobody from finalizing', async () => {
    const report = await local.platform.migration.finalize()
    expect(report).toMatchObject({ verified: COUNT, wiped: COUNT, scan: { hits: [] } })
    expect(findCanary(local.dataFolder, OLD).hits).toEqual([])
  })
})

describe("a token's name", () => {
  it('has up to 4096 characters', async () => {
    expect((await addToken('n'.repeat(4096), OLD)).errors).toBeUndefined()
    const answer = await addToken('n'.repeat(4097), OLD)
    expect(codeOf(answer)).toBe('FUNCTIONAL_ERROR')
    expect(answer.errors?.[0]?.message).toContain('longer than 4096')
  })
})
