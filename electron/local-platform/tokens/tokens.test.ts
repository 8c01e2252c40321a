import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemRandom } from '#base/crypto.ts'
import type { Database } from '#base/sqlite.ts'
import { DAY_MS, ISSUED_TOKEN_PATTERN, TOKEN_PREFIX } from '#shared/domain/token.ts'
import { disguises, findCanary } from '../../../tests/support/canary.ts'
import { DrivenClock } from '../../../tests/support/driven-clock.ts'
import { quietLogger } from '../../../tests/support/quiet-logger.ts'
import { prepareAdmin } from '../admin.ts'
import { type AuditLog, auditLog } from '../audit/audit-log.ts'
import { bestEffortWrites } from '../database/best-effort.ts'
import { openPlatformDatabase } from '../database/open.ts'
import { platformKeys } from '../platform-keys.ts'
import type { User } from '../users/user.ts'
import { userStore } from '../users/user-store.ts'
import { type Deed, type TokenStore, tokenStore } from './token-store.ts'
import { type TokenUsage, tokenUsage } from './usage.ts'
import { tokenValidator } from './validator.ts'

const NOW = Date.UTC(2026, 0, 15, 12)
const KEYS = platformKeys(new Uint8Array(32).fill(7))

let folder: string
let database: Database
let audit: AuditLog
let store: TokenStore
let usage: TokenUsage
let clock: DrivenClock
let admin: User
let deed: Deed
let validate: ReturnType<typeof tokenValidator>

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-tokens-'))
  database = openPlatformDatabase(folder)
  audit = auditLog(database, KEYS.audit)
  store = tokenStore(database, KEYS, audit, systemRandom)
  clock = new DrivenClock(NOW)
  usage = tokenUsage(database, clock, bestEffortWrites(database, quietLogger().logger))
  const users = userStore(database)
  admin = await prepareAdmin({ database, users, tokens: store, random: systemRandom }, {}, NOW)
  deed = { actor: admin, at: NOW, source: { via: 'console', ip: '127.0.0.1', userAgent: null } }
  validate = tokenValidator(database, KEYS.token)
})
afterEach(() => database.close())

const create = (duration: 'DAYS_30' | 'UNLIMITED' = 'DAYS_30') => store.create(admin, 'test', duration, deed)

describe('ten thousand tokens', () => {
  const COUNT = 10_000

  it('have the pattern, fair characters, no twins, and none of them is in any file', () => {
    // Nothing here has to survive a power cut, and a flush to disk each would take minutes.
    database.exec('PRAGMA synchronous = OFF')
    const values = Array.from({ length: COUNT }, () => create().plaintext.expose())
    expect(values.every((value) => ISSUED_TOKEN_PATTERN.test(value))).toBe(true)
    expect(new Set(values).size).toBe(COUNT)

    const counts = new Map<string, number>()
    for (const value of values)
      for (const character of value.slice(TOKEN_PREFIX.length))
        counts.set(character, (counts.get(character) ?? 0) + 1)
    const expected = (COUNT * 64) / 62
    const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0)
    expect(counts.size).toBe(62)
    // 61 degrees of freedom: a fair source is above 122 once in 200 000 runs, bytes modulo 62 are far above 1000.
    expect(chiSquare).toBeLessThan(122)

    // Each value by any window of 16 of its characters that starts a file's window; the prefix in every disguise.
    const starts = new Set(values.map((value) => value.slice(TOKEN_PREFIX.length, TOKEN_PREFIX.length + 16)))
    const prefixes = disguises(TOKEN_PREFIX)
    let bytes = 0
    for (const name of readdirSync(folder)) {
      const content = readFileSync(join(folder, name))
      bytes += content.length
      expect(prefixes.filter((prefix) => content.includes(prefix))).toEqual([])
      const text = content.toString('latin1')
      for (let at = 0; at + 16 <= text.length; at++)
        if (starts.has(text.slice(at, at + 16))) expect.fail(`a value lies in ${name} at ${at}`)
    }
    expect(bytes).toBeGreaterThan(COUNT * 100)
    for (const value of values.slice(0, 20))
      expect(findCanary(folder, value.slice(TOKEN_PREFIX.length)).hits).toEqual([])
    expect(audit.verify()).toMatchObject({ ok: true, head: { count: COUNT } })
  }, 60_000)
})

describe('validation', () => {
  it('knows its tokens, and nothing that is nearly one', () => {
    const { plaintext } = create()
    const value = plaintext.expose()
    expect(validate(value, NOW)).toMatchObject({ ok: true, user: { id: admin.id } })
    const near = [
      value.slice(0, -1),
      `${value}a`,
      value.toLowerCase(),
      ` ${value}`,
      value.slice(TOKEN_PREFIX.length),
    ]
    for (const other of near) expect(validate(other, NOW)).toEqual({ ok: false, why: 'unknown' })
    for (const none of ['', 'x'.repeat(513)])
      expect(validate(none, NOW)).toEqual({ ok: false, why: 'malformed' })
  })

  it('refuses from the very millisecond of expiry, and revoked before expired', () => {
    const { plaintext, id, expiresAt } = create()
    const value = plaintext.expose()
    expect(expiresAt).toBe(NOW + 30 * DAY_MS)
    expect(validate(value, NOW + 30 * DAY_MS - 1).ok).toBe(true)
    expect(validate(value, NOW + 30 * DAY_MS)).toEqual({ ok: false, why: 'expired' })
    store.revoke(admin, id, null, deed)
    expect(validate(value, NOW)).toEqual({ ok: false, why: 'revoked' })
    expect(validate(value, NOW + 30 * DAY_MS)).toEqual({ ok: false, why: 'revoked' })
    expect(validate(create('UNLIMITED').plaintext.expose(), Date.UTC(2999, 0)).ok).toBe(true)
  })

  it('follows each change of the account at once', () => {
    const user = userStore(database).add({
      id: 'user-1',
      name: 'Alice',
      email: 'alice@example.org',
      createdAt: NOW,
    })
    const value = store.create(user, 'test', 'UNLIMITED', deed).plaintext.expose()
    const change = (assignment: string) => database.exec(`UPDATE users SET ${assignment} WHERE id = 'user-1'`)
    const verdict = () => {
      const found = validate(value, NOW)
      return found.ok ? 'ok' : found.why
    }
    expect(verdict()).toBe('no-api-access')
    change("capabilities = 'APIACCESS_USETOKEN KNOWLEDGE'")
    expect(verdict()).toBe('ok')
    change("account_status = 'Locked'")
    expect(verdict()).toBe('account')
    change(`account_status = 'Active', account_lock_after = ${NOW}`)
    expect(verdict()).toBe('account')
    change(`account_lock_after = ${NOW + 1}`)
    expect(verdict()).toBe('ok')
  })

  it('is one search of one index, however many tokens there are', () => {
    const plan = database
      .prepare(
        'EXPLAIN QUERY PLAN SELECT row, expires_at, revoked_at FROM tokens JOIN users u USING (row) WHERE hash = ?',
      )
      .all(new Uint8Array(32)) as { detail: string }[]
    expect(plan[0]?.detail).toMatch(/^SEARCH tokens USING COVERING INDEX tokens_by_hash \(hash=\?\)/)
  })

  it('under another key knows nobody', () => {
    const value = create().plaintext.expose()
    const other = tokenValidator(database, platformKeys(new Uint8Array(32).fill(8)).token)
    expect(other(value, NOW)).toEqual({ ok: false, why: 'unknown' })
  })
})

describe('revocation', () => {
  it('is recorded with actor, subject, last four and reason, and undone by nothing', () => {
    const { id, masked } = create()
    expect(store.revoke(admin, id, 'laptop lost', deed)).toBe(true)
    expect(store.revoke(admin, id, 'again', deed)).toBe(false)
    expect(store.listed(admin)).toEqual([])
    expect(store.revoked(admin)).toMatchObject([{ id, revoke_reason: 'laptop lost', revoked_by: admin.id }])
    const rows = database.prepare('SELECT body FROM audit ORDER BY sequence').all() as { body: string }[]
    expect(rows.map(({ body }) => JSON.parse(body))).toMatchObject([
      { event: 'token.created', token: { id } },
      {
        event: 'token.revoked',
        actor: { id: admin.id },
        subject: { id: admin.id },
        token: { id, lastFour: masked.slice(-4) },
        reason: 'laptop lost',
        at: NOW,
      },
    ])
  })

  it('does not happen when it cannot be recorded', () => {
    const { id, plaintext } = create()
    database.exec(
      "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'the disk is full'); END",
    )
    expect(() => store.revoke(admin, id, null, deed)).toThrow('the disk is full')
    expect(() => create()).toThrow('the disk is full')
    expect(validate(plaintext.expose(), NOW).ok).toBe(true)
    expect(store.listed(admin)).toHaveLength(1)
  })

  it('two tokens never share a value', () => {
    const given = { name: 'Base token', value: create().plaintext, createdAt: NOW, expiresAt: null }
    expect(() => store.put(admin, { ...given, id: 'another' })).toThrow(/exists/)
  })
})

describe('last use', () => {
  const lastUse = () => store.listed(admin)[0]?.last_used_at

  it('is written beside the requests, at most once a minute', () => {
    create()
    const [row] = database.prepare('SELECT row FROM tokens').all() as { row: number }[]
    const use = () => usage.note(row?.row ?? 0, clock.now())
    expect(lastUse()).toBeNull()
    use()
    expect(lastUse()).toBeNull()
    clock.advance(1_000)
    expect(lastUse()).toBe(NOW)
    clock.advance(58_000)
    use()
    clock.advance(999)
    expect(lastUse()).toBe(NOW)
    clock.advance(1)
    use()
    usage.stop()
    expect(lastUse()).toBe(NOW + 60_000)
    expect(clock.pending).toBe(0)
  })
})
