import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { Secret } from '#base/secret.ts'
import { payloadBody, payloadHead } from './payload.ts'
import type { PlatformFacts } from './ports.ts'

const facts: PlatformFacts = {
  id: 'p1',
  url: 'https://opencti.example.org',
  title: 'Title with "quotes"',
  version: '7.261101.0',
  licencePem: null,
  supportsApprovalPrompts: true,
}
const users = (async function* () {
  yield [{ email: 'a@example.org', display_name: 'A', api_key: 'not-a-real-key' }]
  yield [{ email: 'b@example.org', display_name: 'B', api_key: '' }]
})()

const whole = async (pieces: AsyncIterable<string>): Promise<Record<string, unknown>> => {
  let text = ''
  for await (const piece of pieces) text += piece
  return JSON.parse(text)
}

const KNOWN = {
  platform_identifier: 'opencti',
  platform_url: 'https://opencti.example.org',
  platform_title: 'Title with "quotes"',
  platform_version: '7.261101.0',
  platform_id: 'p1',
  business_vertical: 'cti',
  supports_approval_prompts: true,
}

it('the current profile sends what is known of the platform and nothing of its users', async () => {
  const body = await whole(payloadBody(payloadHead(facts, { pem: null, type: null })))
  const { intents, ...rest } = body
  expect(rest).toEqual(KNOWN)
  expect(intents).toHaveLength(20)
  expect(intents).toContainEqual({ name: 'global.assistant' })
})

it('a licence type without a licence is not sent', () => {
  const head = payloadHead(facts, { pem: null, type: 'standard' })
  expect(head).not.toHaveProperty('license_type')
})

it('the poc profile is one JSON document too, and every field that leaves is reviewed in the security notes', async () => {
  const head = payloadHead(facts, { pem: 'PEM', type: 'standard' })
  const body = await whole(payloadBody(head, { adminKey: new Secret('not-a-real-admin-key'), users }))
  expect(body).toMatchObject({
    ...KNOWN,
    admin_api_key: 'not-a-real-admin-key',
    users: [
      { email: 'a@example.org', display_name: 'A', api_key: 'not-a-real-key' },
      { email: 'b@example.org', display_name: 'B', api_key: '' },
    ],
  })
  const notes = readFileSync(join(import.meta.dirname, '../../docs/security-registration.md'), 'utf8')
  const fields = Object.keys(body).filter((field) => field !== 'users')
  const userFields = Object.keys((body.users as object[])[0] ?? {}).map((field) => `users[].${field}`)
  for (const field of [...fields, ...userFields]) expect(notes).toContain(`| \`${field}\` |`)
})

it('no users is an empty list', async () => {
  const none = (async function* () {})()
  expect(
    await whole(payloadBody(payloadHead(facts, { pem: null, type: null }), { adminKey: null, users: none })),
  ).toMatchObject({ users: [] })
})
