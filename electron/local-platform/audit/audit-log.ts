import { equalDigests, hmac } from '#base/crypto.ts'
import {
  type ChainHead,
  type ChainVerdict,
  chainRecord,
  EMPTY_CHAIN,
  type StoredRecord,
  verifyChain,
} from '#base/hash-chain.ts'
import type { Database } from '#base/sqlite.ts'
import { type AuditEvent, messageOf } from './audit-events.ts'

export type { AuditEvent, MigrationEvent, RequestSource, TokenEvent } from './audit-events.ts'

export interface AuditLog {
  /** Appends inside the caller's transaction, so that the deed and its record are one. */
  append(event: AuditEvent): void
  /** Walks the whole chain and names the first broken record. */
  verify(): ChainVerdict
}

/**
 * The append-only, hash-chained audit (P-06). The database forbids UPDATE, DELETE and REPLACE by triggers; whoever gets
 * around them breaks the chain. The sealed head, written before anything else at a platform's birth, shows a cut tail.
 */
export function auditLog(database: Database, key: Uint8Array): AuditLog {
  const insert = database.prepare('INSERT INTO audit (sequence, body, digest) VALUES (?, ?, ?)')
  const readHead = database.prepare('SELECT count, digest FROM audit_head')
  const writeHead = database.prepare(
    'INSERT OR REPLACE INTO audit_head (only_row, count, digest, seal) VALUES (1, ?, ?, ?)',
  )
  const setHead = (head: ChainHead): void => void writeHead.run(head.count, head.digest, sealOf(key, head))
  if (isNewborn(database)) setHead(EMPTY_CHAIN)

  return {
    append(event) {
      const head = (readHead.get() as ChainHead | undefined) ?? lostHead(database)
      const body = JSON.stringify({ ...event, message: messageOf(event) })
      const record = chainRecord(key, head, body)
      insert.run(record.sequence, record.body, record.digest)
      setHead({ count: record.sequence, digest: record.digest })
    },
    verify: () => verifyAudit(database, key),
  }
}

/** Walks the whole chain and names the first broken record. Only reads. */
export function verifyAudit(database: Database, key: Uint8Array): ChainVerdict {
  const head = database.prepare('SELECT count, digest, seal FROM audit_head').get() as
    | (ChainHead & { seal: Uint8Array })
    | undefined
  // SECURITY: as bytes, since text is read up to a NUL only, and bytes that are no text are all read as the same character.
  const records = database
    .prepare('SELECT sequence, CAST(body AS BLOB) AS body, digest FROM audit ORDER BY sequence')
    .iterate() as IterableIterator<unknown> as IterableIterator<StoredRecord>
  const verdict = verifyChain(key, records, head ?? EMPTY_CHAIN)
  const isSealed = head !== undefined && equalDigests(head.seal, sealOf(key, head))
  if (verdict.ok && !isSealed) return { ok: false, sequence: verdict.head.count + 1, why: 'cut' }
  return verdict
}

/** SECURITY: a record's own digest stands in the file; a head that is set back to it lacks this seal. */
function sealOf(key: Uint8Array, head: ChainHead): Buffer {
  return hmac(key, Buffer.concat([Buffer.from(`head:${head.count}:`), head.digest]))
}

/**
 * True before a platform has recorded anything or has any user.
 * SECURITY: users tell a platform that lived from a new one, so that an audit emptied with its head stays a broken one.
 */
function isNewborn(database: Database): boolean {
  const { lived } = database
    .prepare(
      `SELECT EXISTS (SELECT 1 FROM users)
         OR EXISTS (SELECT 1 FROM audit) OR EXISTS (SELECT 1 FROM audit_head) AS lived`,
    )
    .get() as { lived: number }
  return lived === 0
}

/**
 * What a record follows when somebody took the head away.
 * SECURITY: recording goes on, but on a digest that no chain has, so that an emptied audit never looks like a young one.
 */
function lostHead(database: Database): ChainHead {
  const { count } = database.prepare('SELECT coalesce(max(sequence), 0) AS count FROM audit').get() as {
    count: number
  }
  return { count, digest: new Uint8Array(32).fill(0xff) }
}
