import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { type Database, transaction } from '#base/sqlite.ts'
import { missed, tamperableAudit, tamperings } from '../../../tests/support/audit-tampering.ts'
import { openPlatformDatabase } from '../database/open.ts'
import { userStore } from '../users/user-store.ts'
import { type AuditLog, auditLog, type TokenEvent } from './audit-log.ts'

const KEY = new Uint8Array(32).fill(3)
const RECORDS = 20

const event = (number: number): TokenEvent => ({
  event: number % 2 ? 'token.created' : 'token.revoked',
  at: Date.UTC(2026, 0, 15) + number,
  actor: { id: 'admin', email: 'admin@example.org' },
  subject: { id: 'alice', email: 'alice@example.org' },
  token: { id: `token-${number}`, lastFour: 'a1b2', name: 'scripts' },
  expiresAt: null,
  reason: null,
  source: { via: 'console', ip: null, userAgent: null },
})

let database: Database
let audit: AuditLog

beforeEach(() => {
  database = openPlatformDatabase(mkdtempSync(join(tmpdir(), 'gatehouse-audit-')))
  audit = auditLog(database, KEY)
  for (let number = 1; number <= RECORDS; number++) transaction(database, () => audit.append(event(number)))
})

/** What somebody with the file and time can do: drop the triggers first. */
function tamper(statement: string): void {
  for (const name of ['audit_never_changes', 'audit_never_shrinks', 'audit_never_replaced'])
    database.exec(`DROP TRIGGER ${name}`)
  database.exec(statement)
}

describe('the audit', () => {
  it('holds as it was written, also for one who opens it later', () => {
    expect(audit.verify()).toMatchObject({ ok: true, head: { count: RECORDS } })
    expect(auditLog(database, KEY).verify().ok).toBe(true)
    const empty = openPlatformDatabase(mkdtempSync(join(tmpdir(), 'gatehouse-audit-')))
    expect(auditLog(empty, KEY).verify()).toMatchObject({ ok: true, head: { count: 0 } })
  })

  it('is append-only in the database itself', () => {
    const forbidden = [
      "UPDATE audit SET body = '{}' WHERE sequence = 3",
      'DELETE FROM audit WHERE sequence = 20',
      'DELETE FROM audit',
      "INSERT OR REPLACE INTO audit (sequence, body, digest) VALUES (3, '{}', x'00')",
      "INSERT INTO audit (sequence, body, digest) VALUES (0, '{}', x'00')",
    ]
    for (const statement of forbidden)
      expect(() => database.exec(statement), statement).toThrow(/append-only/)
    expect(audit.verify().ok).toBe(true)
  })

  it.each([
    [
      'a changed record',
      "UPDATE audit SET body = replace(body, 'alice@', 'mallory@') WHERE sequence = 7",
      7,
      'changed',
    ],
    ['a changed digest', 'UPDATE audit SET digest = zeroblob(32) WHERE sequence = 20', 20, 'changed'],
    ['a dropped record', 'DELETE FROM audit WHERE sequence = 5', 5, 'missing'],
    [
      'a dropped record with the rest moved up',
      'DELETE FROM audit WHERE sequence = 5; UPDATE audit SET sequence = sequence - 1 WHERE sequence > 5',
      5,
      'changed',
    ],
    [
      'two swapped records',
      `UPDATE audit SET sequence = 100 WHERE sequence = 8; UPDATE audit SET sequence = 8 WHERE sequence = 9;
       UPDATE audit SET sequence = 9 WHERE sequence = 100`,
      8,
      'changed',
    ],
    ['a cut tail', 'DELETE FROM audit WHERE sequence > 15', 16, 'cut'],
    [
      'a cut tail with the head set back to match',
      `DELETE FROM audit WHERE sequence > 15;
       UPDATE audit_head SET count = 15, digest = (SELECT digest FROM audit WHERE sequence = 15)`,
      16,
      'cut',
    ],
    ['an emptied audit', 'DELETE FROM audit', 1, 'cut'],
  ])('finds %s', (_, statement, sequence, why) => {
    tamper(statement)
    expect(audit.verify()).toEqual({ ok: false, sequence, why })
  })

  it('names the first broken record for flipped bytes, drops, swaps and cuts in ten thousand', () => {
    const big = tamperableAudit(10_000)
    expect(big.audit.verify()).toMatchObject({ ok: true, head: { count: 10_000 } })
    const all = tamperings(big, 40)
    expect(all).toHaveLength(46)
    expect(missed(all)).toEqual([])
    expect(big.audit.verify().ok).toBe(true)
  }, 60_000)

  it.each([
    ['emptied with its head', 'DELETE FROM audit; DELETE FROM audit_head'],
    ['left without its head', 'DELETE FROM audit_head'],
    ['with bytes after a NUL', "UPDATE audit SET body = body || char(0) || 'more' WHERE sequence = 4"],
  ])('%s stays broken, also for new records', (_, statement) => {
    userStore(database).add({ id: 'admin', name: 'admin', email: 'admin@example.org', createdAt: 0 })
    tamper(statement)
    expect(audit.verify().ok).toBe(false)
    const opened = auditLog(database, KEY)
    transaction(database, () => opened.append(event(1)))
    expect(opened.verify().ok).toBe(false)
  })

  it('cannot be written anew without the key', () => {
    expect(auditLog(database, new Uint8Array(32).fill(4)).verify()).toMatchObject({ ok: false, sequence: 1 })
  })

  it('goes back together with the deed that failed', () => {
    expect(() =>
      transaction(database, () => {
        audit.append(event(21))
        throw new Error('the deed failed')
      }),
    ).toThrow('the deed failed')
    expect(audit.verify()).toMatchObject({ ok: true, head: { count: RECORDS } })
  })
})
