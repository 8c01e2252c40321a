import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { newTokenValue, randomText, systemRandom } from '#base/crypto.ts'
import { transaction } from '#base/sqlite.ts'
import { TOKEN_PREFIX } from '#shared/domain/token.ts'
import { type TimingDifference, timingDifference } from '../../../tests/support/timing-difference.ts'
import { auditLog } from '../audit/audit-log.ts'
import { openPlatformDatabase } from '../database/open.ts'
import { platformKeys } from '../platform-keys.ts'
import { userStore } from '../users/user-store.ts'
import { tokenStore } from './token-store.ts'
import { tokenValidator } from './validator.ts'

const NOW = Date.UTC(2026, 0, 15)
const TOKENS = 2_000
const BLOCKS = 500
const SHARED = 60
/** What nobody could use over a network: a hundredth of a validation is far below a microsecond. */
const USABLE = 0.01

const database = openPlatformDatabase(mkdtempSync(join(tmpdir(), 'gatehouse-timing-')))
const keys = platformKeys(new Uint8Array(32).fill(7))
const store = tokenStore(database, keys, auditLog(database, keys.audit), systemRandom)
const user = userStore(database).add({
  id: 'alice',
  name: 'Alice',
  email: 'alice@example.org',
  createdAt: NOW,
})
const values = transaction(database, () =>
  Array.from({ length: TOKENS }, (_, index) => {
    const value = newTokenValue(systemRandom).secret
    store.put(user, { id: `token-${index}`, name: 'test', value, createdAt: NOW, expiresAt: null })
    return value.expose()
  }),
)
const validate = tokenValidator(database, keys.token)

const letters = (count: number): string => randomText(count).replace(/[-_]/g, 'x').slice(0, count)
/** Unknown tokens, made beforehand; `near` ones begin like a real one. */
const near = values.map((value) => value.slice(0, TOKEN_PREFIX.length + SHARED) + letters(64 - SHARED))
const far = values.map(() => TOKEN_PREFIX + letters(64))

function caller(bearers: readonly string[], check: (bearer: string) => void): () => void {
  let at = 0
  return () => {
    at = (at + 1) % bearers.length
    check(bearers[at] ?? '')
  }
}

const ours = (bearer: string): void => void validate(bearer, NOW)

/** Usable = large and not chance. A machine that does other things too may show one once, never each time. */
function isUsable(measure: () => TimingDifference): boolean {
  for (let round = 0; round < 3; round++) {
    const { relative, chance } = measure()
    if (relative < USABLE || chance > 0.002) return false
  }
  return true
}

it('an unknown token takes as long whether or not it begins like a real one', () => {
  expect(near.some((value) => values.includes(value))).toBe(false)
  expect(isUsable(() => timingDifference(caller(near, ours), caller(far, ours), BLOCKS))).toBe(false)
}, 60_000)

it('the same measurement sees a comparison that stops at the first difference', () => {
  const [real = ''] = values
  const leaky = (bearer: string): void => {
    ours(bearer)
    for (let at = 0; at < real.length * 20; at++) if (bearer[at % 79] !== real[at % 79]) return
  }
  const nearOne = [real.slice(0, -1) + (real.endsWith('a') ? 'b' : 'a')]
  const first = Array.from({ length: 1 }, () => `x${real.slice(1)}`)
  expect(isUsable(() => timingDifference(caller(nearOne, leaky), caller(first, leaky), BLOCKS))).toBe(true)
}, 60_000)
