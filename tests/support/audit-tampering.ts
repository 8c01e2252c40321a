import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ChainVerdict } from '#base/hash-chain.ts'
import { type Database, transaction } from '#base/sqlite.ts'
import { type AuditLog, auditLog } from '../../electron/local-platform/audit/audit-log.ts'
import { openPlatformDatabase } from '../../electron/local-platform/database/open.ts'

const KEY = new Uint8Array(32).fill(3)
const TRIGGERS = ['audit_never_changes', 'audit_never_shrinks', 'audit_never_replaced']
const DIGEST_BYTES = 32

/** An audit of `count` records without its triggers: what somebody with the file and time is left with. */
export function tamperableAudit(count: number): { database: Database; audit: AuditLog } {
  const database = openPlatformDatabase(mkdtempSync(join(tmpdir(), 'gatehouse-audit-')))
  const audit = auditLog(database, KEY)
  transaction(database, () => {
    for (let number = 1; number <= count; number++)
      audit.append({
        event: number % 2 ? 'token.created' : 'token.revoked',
        at: Date.UTC(2026, 0, 15) + number,
        actor: { id: 'admin', email: 'admin@example.org' },
        subject: { id: `user-${number % 50}`, email: `user${number % 50}@example.org` },
        token: { id: `token-${number}`, lastFour: 'a1b2', name: 'scripts' },
        expiresAt: null,
        reason: number % 3 ? null : 'laptop lost',
        source: { via: 'console', ip: '192.0.2.1', userAgent: 'pycti/7' },
      })
  })
  for (const name of TRIGGERS) database.exec(`DROP TRIGGER ${name}`)
  return { database, audit }
}

/** One way to tamper: whether it was found, and at the record where it happened. */
export interface Tampering {
  readonly what: 'flip' | 'drop' | 'swap' | 'cut'
  readonly at: number
  readonly verdict: ChainVerdict
}

/**
 * Tampers in `flips` bytes spread evenly over everything that is stored of the records, drops, swaps and cuts a twentieth as
 * often each, verifies after each and takes it back.
 * @param share of several that do this work together: this one's number and how many there are
 */
export function tamperings(
  { database, audit }: ReturnType<typeof tamperableAudit>,
  flips: number,
  share: { readonly number: number; readonly of: number } = { number: 0, of: 1 },
): Tampering[] {
  const { count } = database.prepare('SELECT count(*) AS count FROM audit').get() as { count: number }
  const size = database.prepare('SELECT length(CAST(body AS BLOB)) AS size FROM audit WHERE sequence = ?')
  const tried = (what: Tampering['what'], at: number, statements: () => void): Tampering => {
    database.exec('BEGIN')
    statements()
    const verdict = audit.verify()
    database.exec('ROLLBACK')
    return { what, at, verdict }
  }
  const found: Tampering[] = []
  for (let flip = share.number; flip < flips; flip += share.of) {
    const at = 1 + Math.floor((flip * count) / flips)
    const { size: bodyBytes } = size.get(at) as { size: number }
    // Another part of the record each time: its body, then its digest.
    const position = (flip * 7919) % (bodyBytes + DIGEST_BYTES)
    found.push(tried('flip', at, () => flipByte(database, at, position, bodyBytes, 1 << (flip % 8))))
  }
  for (let turn = share.number; turn < flips / 20; turn += share.of) {
    const at = 1 + ((turn * 7919) % (count - 1))
    const exec = (sql: string): void => database.exec(sql)
    found.push(tried('drop', at, () => exec(`DELETE FROM audit WHERE sequence = ${at}`)))
    found.push(tried('cut', at, () => exec(`DELETE FROM audit WHERE sequence >= ${at}`)))
    found.push(
      tried('swap', at, () =>
        exec(`UPDATE audit SET sequence = -1 WHERE sequence = ${at};
          UPDATE audit SET sequence = ${at} WHERE sequence = ${at + 1};
          UPDATE audit SET sequence = ${at + 1} WHERE sequence = -1`),
      ),
    )
  }
  return found
}

function flipByte(
  database: Database,
  sequence: number,
  position: number,
  bodyBytes: number,
  bit: number,
): void {
  const inBody = position < bodyBytes
  const column = inBody ? 'body' : 'digest'
  const row = database
    .prepare(`SELECT CAST(${column} AS BLOB) AS bytes FROM audit WHERE sequence = ?`)
    .get(sequence) as { bytes: Uint8Array }
  const bytes = Buffer.from(row.bytes)
  const at = inBody ? position : position - bodyBytes
  bytes.writeUInt8(bytes.readUInt8(at) ^ bit, at)
  // As text again, byte for byte, valid or not: the column takes nothing else.
  const value = inBody ? 'CAST(? AS TEXT)' : '?'
  database.prepare(`UPDATE audit SET ${column} = ${value} WHERE sequence = ?`).run(bytes, sequence)
}

/** Those that were not found where they happened. */
export const missed = (all: readonly Tampering[]): Tampering[] =>
  all.filter(({ at, verdict }) => verdict.ok || verdict.sequence !== at)
