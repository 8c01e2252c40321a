import { expect, it } from 'vitest'
import { Secret } from '#base/secret.ts'
import { sealedFor } from './sealed-file.ts'

// That age itself opens one: tests/integration/hand-off.test.ts.
it.each([
  '',
  'bob@example.org',
  'age1',
  'ssh-ed25519 AAAA',
  `age1${'q'.repeat(58)}`,
  'AGE-SECRET-KEY-1QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ',
])('takes no recipient %j, and says nothing of it', async (recipient) => {
  await expect(sealedFor(recipient, new Secret('no-real-token'))).rejects.toMatchObject({
    code: 'bad-recipient',
    detail: null,
  })
})
