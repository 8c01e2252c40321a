import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { newTokenValue, systemRandom } from '#base/crypto.ts'
import { type Database, openDatabase } from '#base/sqlite.ts'
import { DAY_MS } from '#shared/domain/token.ts'
import { DrivenClock } from '../../../tests/support/driven-clock.ts'
import { quietLogger } from '../../../tests/support/quiet-logger.ts'
import { auditLog } from '../audit/audit-log.ts'
import { bestEffortWrites } from '../database/best-effort.ts'
import { MIGRATIONS } from '../database/migrations.ts'
import { openPlatformDatabase } from '../database/open.ts'
import { platformKeys } from '../platform-keys.ts'
import { userStore } from '../users/user-store.ts'
import { tokenStore } from './token-store.ts'
import { type TokenUsage, tokenUsage, USAGE_KEPT_DAYS } from './usage.ts'

const START = Date.UTC(2026, 0, 15, 23, 59)
let database: Database
let clock: DrivenClock
let usage: TokenUsage
let folder: string
let lines: string[]

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-usage-'))
  database = openPlatformDatabase(folder)
  database.exec('PRAGMA synchronous = OFF')
  clock = new DrivenClock(START)
  const keys = platformKeys(new Uint8Array(32).fill(7))
  const tokens = tokenStore(database, keys, auditLog(database, keys.audit), systemRandom)
  const owner = userStore(database).add({ id: 'a', name: 'a', email: 'a@example.org', createdAt: START })
  const value = newTokenValue(systemRandom).secret
  tokens.put(owner, { id: 'token', name: 'test', value, createdAt: START, expiresAt: null })
  const quiet = quietLogger()
  lines = quiet.lines
  usage = tokenUsage(database, clock, bestEffortWrites(database, quiet.logger))
})
const use = (ip: string | null = '192.0.2.1', userAgent: string | null = 'pycti/7') =>
  usage.note(1, clock.now(), { ip, userAgent })
const writes = (): number =>
  (database.prepare('SELECT total_changes() AS changes').get() as { changes: number }).changes

describe('the use of a token', () => {
  it('of a token that is gone meanwhile does not hold up the others', () => {
    usage.note(99, clock.now(), { ip: '192.0.2.9', userAgent: null })
    use()
    clock.advance(1_000)
    expect(usage.of('token').requests).toBe(1)
    expect(lines).toEqual([])
  })

  it('is written once a minute at most, however often it is used or read, and nothing is lost', () => {
    use()
    clock.advance(1_000)
    const after = writes()
    for (let second = 0; second < 59; second++) {
      use()
      usage.flush()
      clock.advance(1_000)
    }
    expect(writes()).toBe(after)
    expect(usage.of('token').requests).toBe(1)
    clock.advance(1_000)
    expect(usage.of('token').requests).toBe(60)
    usage.stop()
    expect(clock.pending).toBe(0)
  })

  it('is counted by day, also over midnight, and forgotten after its time', () => {
    use()
    clock.advance(60_000)
    use()
    use()
    clock.advance(120_000)
    const today = Math.floor(START / DAY_MS)
    expect(usage.of('token').days).toEqual([
      { day: today, requests: 1 },
      { day: today + 1, requests: 2 },
    ])
    clock.advance((USAGE_KEPT_DAYS - 1) * DAY_MS)
    use('192.0.2.2')
    clock.advance(120_000)
    expect(usage.of('token').days.map(({ day }) => day)).toEqual([today + 1, today + USAGE_KEPT_DAYS])
    clock.advance(DAY_MS)
    use('192.0.2.2')
    clock.advance(120_000)
    expect(usage.of('token').days.map(({ day }) => day)).toEqual([
      today + USAGE_KEPT_DAYS,
      today + USAGE_KEPT_DAYS + 1,
    ])
    expect(usage.of('token').ips.map(({ value }) => value)).toEqual(['192.0.2.2'])
  })

  it('keeps the callers seen last, and no more of them than it says', () => {
    for (let caller = 0; caller < 200; caller++) {
      use(`192.0.2.${caller}`, `agent ${caller}`)
      clock.advance(61_000)
    }
    const { ips, agents, requests } = usage.of('token')
    expect([ips.length, agents.length, requests]).toEqual([50, 50, 200])
    expect(ips[0]?.value).toBe('192.0.2.199')
    for (let flood = 0; flood < 5_000; flood++) use(null, `flood ${flood}`)
    clock.advance(61_000)
    expect(usage.of('token').agents).toHaveLength(50)
  })

  it('of a token that is gone meanwhile harms nothing', () => {
    use()
    usage.note(999, clock.now())
    database.exec('DELETE FROM tokens')
    clock.advance(2_000)
    expect(usage.of('token')).toEqual({ requests: 0, days: [], ips: [], agents: [] })
  })

  it('waits while the disk is full, in bounded memory, and is written once there is room', () => {
    const { page_count: pages } = database.prepare('PRAGMA page_count').get() as { page_count: number }
    database.exec(`PRAGMA max_page_count = ${pages}`)
    const fill = database.prepare('INSERT INTO token_callers VALUES (1, ?, ?, 0, 0, 0)')
    expect(() => {
      for (let row = 0; ; row++) fill.run('ip', `${row} ${'x'.repeat(500)}`)
    }).toThrow(/full/)
    for (let caller = 0; caller < 50; caller++) use(`192.0.2.${caller}`, 'a'.repeat(400) + caller)
    clock.advance(60_000)
    expect(usage.of('token').requests).toBe(0)
    expect(lines.filter((line) => line.includes('"usage.unwritten"'))).toHaveLength(1)

    database.exec('PRAGMA max_page_count = 100000')
    clock.advance(5_000)
    expect(usage.of('token').requests).toBe(50)

    // 20,000 tokens wait at most; of those beyond it the one that waits longest goes.
    const other = openDatabase(join(folder, 'platform.sqlite'), MIGRATIONS)
    other.exec('BEGIN IMMEDIATE')
    clock.advance(60_000)
    use()
    for (let row = 2; row <= 20_001; row++) usage.note(row, clock.now())
    other.exec('ROLLBACK')
    other.close()
    clock.advance(61_000)
    expect(usage.of('token').requests).toBe(50)
  })
})
