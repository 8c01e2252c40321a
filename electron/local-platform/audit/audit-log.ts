import { equalDigests, hmac } from '#base/crypto.ts'
import {
  type ChainedRecord,
  type ChainHead,
  type ChainVerdict,
  chainRecord,
  EMPTY_CHAIN,
  verifyChain,
} from '#base/hash-chain.ts'
import type { Database } from '#base/sqlite.ts'

/** Where a request came from, as far as it says. */
export interface RequestSource {
  /** token = bearer, session = cookie login, console = the process that runs this platform */
  readonly via: 'token' | 'session' | 'console' | 'anonymous'
  readonly ip: string | null
  readonly userAgent: string | null
}

interface Person {
  readonly id: string
  readonly email: string
}

/** What is recorded of a token's life (PRD, Audit Logging; FR-019, FR-020). Never a token value. */
export interface TokenEvent {
  readonly event: 'token.created' | 'token.revoked'
  /** ms since the epoch */
  readonly at: number
  /** who did it */
  readonly actor: Person
  /** whose token it is */
  readonly subject: Person
  readonly token: { readonly id: string; readonly lastFour: string; readonly name: string }
  /** ms; null = unlimited */
  readonly expiresAt: number | null
  readonly reason: string | null
  readonly source: RequestSource
}

/** A step of the migration of legacy tokens (P-07). `started` is recorded before its first deed, `finished` with its last. */
export interface MigrationEvent {
  readonly event: `legacy.${'import' | 'migrate' | 'rollback' | 'finalize'}.${'started' | 'finished'}`
  readonly at: number
  readonly actor: Person
  /** tokens that are to be treated, or were */
  readonly count: number
  readonly source: RequestSource
}

export interface AuditLog {
  /** Appends inside the caller's transaction, so that the deed and its record are one. */
  append(event: TokenEvent | MigrationEvent): void
  /** Walks the whole chain and names the first broken record. */
  verify(): ChainVerdict
}

/**
 * The append-only, hash-chained audit (P-06). The database forbids UPDATE, DELETE and REPLACE by triggers; whoever gets
 * around them breaks the chain. The sealed head shows a cut tail.
 */
export function auditLog(database: Database, key: Uint8Array): AuditLog {
  const insert = database.prepare('INSERT INTO audit (sequence, body, digest) VALUES (?, ?, ?)')
  const readHead = database.prepare('SELECT count, digest, seal FROM audit_head')
  const writeHead = database.prepare(
    'INSERT OR REPLACE INTO audit_head (only_row, count, digest, seal) VALUES (1, ?, ?, ?)',
  )
  const all = database.prepare('SELECT sequence, body, digest FROM audit ORDER BY sequence')

  const head = (): (ChainHead & { sealed: boolean }) | null => {
    const row = readHead.get() as { count: number; digest: Uint8Array; seal: Uint8Array } | undefined
    if (!row) return null
    return { ...row, sealed: equalDigests(row.seal, sealOf(key, row)) }
  }

  return {
    append(event) {
      const record = chainRecord(key, head() ?? EMPTY_CHAIN, JSON.stringify(event))
      insert.run(record.sequence, record.body, record.digest)
      const next: ChainHead = { count: record.sequence, digest: record.digest }
      writeHead.run(next.count, next.digest, sealOf(key, next))
    },
    verify() {
      const kept = head()
      const verdict = verifyChain(
        key,
        all.iterate() as IterableIterator<unknown> as IterableIterator<ChainedRecord>,
        kept ?? EMPTY_CHAIN,
      )
      if (verdict.ok && kept && !kept.sealed) return { ok: false, sequence: kept.count + 1, why: 'cut' }
      return verdict
    },
  }
}

/** SECURITY: a record's own digest stands in the file; a head that is set back to it lacks this seal. */
function sealOf(key: Uint8Array, head: ChainHead): Buffer {
  return hmac(key, Buffer.concat([Buffer.from(`head:${head.count}:`), head.digest]))
}
