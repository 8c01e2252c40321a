import { setImmediate as turn } from 'node:timers/promises'
import type { Database } from '#base/sqlite.ts'
import type { LedgerVerdict } from '#shared/contract/activity.ts'
import { CHAINS, type ChainName, type LedgerRow } from './ledger-database.ts'
import type { LedgerHeads } from './ledger-heads.ts'
import type { LedgerKeys } from './ledger-keys.ts'
import { type ChainKnown, type LedgerBreak, LedgerWalk } from './ledger-walk.ts'

/** Records that are verified in one go; the console answers in between. */
const SLICE = 1_000

/**
 * Walks everything that was recorded, in slices, and compares it with the heads kept beside the keys. What is written
 * meanwhile is left to the next time. Writes nothing.
 * @param now ms since the epoch, asked at the end
 * @throws the database's own error when it cannot be read
 */
export async function verifyLedger(
  database: Database,
  keys: Pick<LedgerKeys, 'existing'>,
  heads: Pick<LedgerHeads, 'read'>,
  now: () => number,
): Promise<LedgerVerdict> {
  const known: Record<ChainName, ChainKnown> = {
    main: await keys.existing('main').then((key) => ({ key, head: null })),
    fallback: await keys.existing('fallback').then((key) => ({ key, head: null })),
  }
  // From here to the last place in one go: a record that came in between would look like one too many.
  for (const chain of CHAINS) {
    const { key } = known[chain]
    if (key) known[chain] = { key, head: heads.read(chain, key) }
  }
  const walk = new LedgerWalk(known)
  const row = database.prepare('SELECT max(place) AS last FROM record').get() as { last: number | null }
  const records = row.last ?? 0
  const broken = await walkTo(database, walk, records)
  const checkedAt = now()
  return broken
    ? { state: 'broken', ...broken, checkedAt }
    : { state: 'whole', records, unchecked: walk.unchecked, checkedAt }
}

async function walkTo(database: Database, walk: LedgerWalk, last: number): Promise<LedgerBreak | null> {
  // SECURITY: as bytes, since text is read up to a NUL only, and bytes that are no text are all read as the same character.
  const slice = database.prepare(
    `SELECT place, chain, sequence, CAST(body AS BLOB) AS body, digest FROM record
     WHERE place > ? AND place <= ? ORDER BY place LIMIT ${SLICE}`,
  )
  for (let after = Number.MIN_SAFE_INTEGER; ; await turn()) {
    const rows = slice.all(after, last) as unknown as LedgerRow[]
    for (const row of rows) {
      const broken = walk.next(row)
      if (broken) return broken
    }
    after = rows.at(-1)?.place ?? after
    if (rows.length < SLICE) return walk.end()
  }
}
