import type { Database } from '#base/sqlite.ts'
import { CHAINS, type ChainName, type LedgerRow } from './ledger-database.ts'
import { type LedgerBreak, LedgerWalk } from './ledger-walk.ts'

export const LEDGER_FORMAT = 'gatehouse-ledger-1'

interface ExportedRecord {
  readonly place: number
  readonly chain: ChainName
  readonly sequence: number
  /** JSON, as it was digested */
  readonly body: string
  /** hex */
  readonly digest: string
}

/** The last record of a chain: kept elsewhere, it shows later that everything up to it is still the same. */
interface Anchor {
  readonly sequence: number
  /** hex */
  readonly digest: string
}

/**
 * The whole ledger as a document to be signed. Its digests are keyed, so that only the profile itself can recompute them; a
 * reader has the signature, the order, and `verified`, which is what the profile found when it did.
 */
export interface LedgerDocument {
  readonly format: typeof LEDGER_FORMAT
  readonly exportedAt: string
  readonly verified: unknown
  readonly anchors: Partial<Record<ChainName, Anchor>>
  readonly records: readonly ExportedRecord[]
  readonly [member: string]: unknown
}

export function ledgerDocument(database: Database, exportedAt: number, verified: unknown): LedgerDocument {
  const rows = database
    .prepare('SELECT place, chain, sequence, CAST(body AS BLOB) AS body, digest FROM record ORDER BY place')
    .all() as unknown as LedgerRow[]
  const records = rows.map(({ body, digest, ...row }) => ({
    ...row,
    body: Buffer.from(body).toString('utf8'),
    digest: Buffer.from(digest).toString('hex'),
  }))
  return {
    format: LEDGER_FORMAT,
    exportedAt: new Date(exportedAt).toISOString(),
    verified,
    anchors: anchorsOf(records),
    records,
  }
}

function anchorsOf(records: readonly ExportedRecord[]): LedgerDocument['anchors'] {
  return Object.fromEntries(
    CHAINS.flatMap((chain) => {
      const last = records.findLast((record) => record.chain === chain)
      return last ? [[chain, { sequence: last.sequence, digest: last.digest }]] : []
    }),
  )
}

/** What a reader without the profile's keys finds wrong in an export whose signature holds; null = nothing. */
export function breakOfExport(document: LedgerDocument): LedgerBreak | null {
  const nothing = { key: null, head: null }
  const walk = new LedgerWalk({ main: nothing, fallback: nothing })
  for (const { body, digest, ...record } of document.records) {
    const broken = walk.next({ ...record, body: Buffer.from(body), digest: Buffer.from(digest, 'hex') })
    if (broken) return broken
  }
  const expected = JSON.stringify(anchorsOf(document.records))
  if (JSON.stringify(document.anchors) === expected) return null
  return { place: document.records.length + 1, why: 'cut' }
}

/**
 * The first record of an earlier export that is not in a later one as it was: then the profile was set back to an older copy,
 * or its ledger written anew by somebody who has its key. Null = all are there.
 */
export function differenceOfExports(earlier: LedgerDocument, later: LedgerDocument): number | null {
  const gone = earlier.records.find((record, index) => {
    const now = later.records[index]
    return !now || now.digest !== record.digest || now.body !== record.body || now.place !== record.place
  })
  return gone?.place ?? null
}
