import fc from 'fast-check'
import { expect, it } from 'vitest'
import { UserAccessAnswer } from './answers.ts'
import { readInventoryUser } from './inventory-user.ts'

const TOKEN = {
  id: 't-1',
  name: 'nightly',
  masked_token: '****a1b2',
  created_at: '2026-01-01T00:00:00.000Z',
  expires_at: null,
  last_used_at: null,
}
const USER = {
  id: 'u-1',
  name: 'Alice',
  user_email: 'alice@example.org',
  account_status: 'Active',
  account_lock_after_date: null,
  user_service_account: false,
  capabilities: [{ name: 'APIACCESS_USETOKEN' }],
  api_tokens: [TOKEN],
}

/** The same by the schema that reads one user. */
function bySchema(node: unknown) {
  const { user } = UserAccessAnswer.safeParse({ user: node }).data ?? {}
  if (!user) return null
  const { capabilities, ...owner } = user.user
  return { owner, tokens: user.tokens, can: capabilities.some((name) => name.includes('APIACCESS_USETOKEN')) }
}

function byHand(node: unknown) {
  const user = readInventoryUser(node)
  if (!user) return null
  const { canUseTokens: can, ...owner } = user.owner
  return { owner, tokens: user.tokens, can }
}

it('reads a user', () => {
  expect(byHand(USER)).toEqual(bySchema(USER))
  expect(byHand(USER)?.can).toBe(true)
})

it('reads whatever comes as the schema does, field by field', () => {
  const text = fc.oneof(
    fc.string(),
    fc.constantFrom('', 'x'.repeat(5_000), '__proto__', '2026-01-01', '\u202e'),
  )
  const anything = fc.oneof(
    text,
    fc.constantFrom(null, undefined, 0, 1e300, true, [], {}, [null], [[]], '2026-02-30T00:00:00Z', 'never'),
    fc.record({ name: text }),
    fc.array(fc.oneof(fc.constant(null), fc.record({ name: fc.oneof(text, fc.constant(1)) })), {
      maxLength: 3,
    }),
  )
  const change = (fields: object) => fc.tuple(fc.constantFrom(...Object.keys(fields)), anything)
  let read = 0
  let refused = 0
  fc.assert(
    fc.property(change(USER), fc.array(change(TOKEN), { maxLength: 2 }), ([field, value], tokens) => {
      const api_tokens = tokens.map(([key, other]) => ({ ...TOKEN, [key]: other }))
      const node = { ...USER, api_tokens: [TOKEN, ...api_tokens], [field]: value }
      const expected = bySchema(node)
      expect(byHand(node)).toEqual(expected)
      if (expected) read += 1
      else refused += 1
    }),
    { numRuns: 3_000 },
  )
  expect(read).toBeGreaterThan(300)
  expect(refused).toBeGreaterThan(300)
})

it.each([null, undefined, 1, 'user', [], [USER]])('refuses %j', (node) => {
  expect(readInventoryUser(node)).toBeNull()
})

it('an expiry that cannot be read does not pass as none', () => {
  expect(readInventoryUser({ ...USER, api_tokens: [{ ...TOKEN, expires_at: 'soon' }] })).toBeNull()
  expect(readInventoryUser({ ...USER, api_tokens: [{ ...TOKEN, expires_at: 0 }] })).toBeNull()
})
