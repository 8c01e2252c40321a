import { join } from 'node:path'
import { equalDigests, hmac } from '#base/crypto.ts'
import { type Database, transaction } from '#base/sqlite.ts'
import { DATABASE_FILE } from '../database/open.ts'
import type { PlatformValues } from '../database/platform-values.ts'
import type { PlatformKeys } from '../platform-keys.ts'
import { inBatches, type Pace } from './batches.ts'
import { plaintextPlaces } from './plaintext-places.ts'
import { type PlaintextScan, scanForTokens } from './plaintext-scan.ts'

/** The step cannot be taken now; the sentence says what to do first. */
export class NotNowError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'NotNowError'
  }
}

export interface FinalizeReport {
  /** tokens of which it was checked, right before the wipe, that their hashed row answers to the plaintext */
  verified: number
  /** rows that were overwritten and deleted */
  wiped: number
  scan: PlaintextScan
}

export interface FinalizeParts {
  readonly database: Database
  readonly values: PlatformValues
  readonly keys: PlatformKeys
  readonly dataFolder: string
}

/** As long as a UUID, so that SQLite writes it over the old value in its place. */
const FILLER = '00000000-0000-0000-0000-000000000000'
const BEGUN = 'legacy_finalizing'

/** Whether a wipe was begun and not ended; from then on there is no way back, only on. */
export const isFinalizing = (values: PlatformValues): boolean => values.read(BEGUN) === 'yes'

/**
 * Ends the migration: checks that every plaintext has its hashed token and lies nowhere but in the legacy place, wipes the
 * plaintext, rewrites the database without its old pages, empties the log and searches the files. A killed run goes on where
 * it was; what the last search finds is named, and the search can be repeated.
 * @throws NotNowError when a token has no hashed row or lies elsewhere too; nothing was wiped then
 */
export async function finalizeTokens(
  parts: FinalizeParts,
  sources: readonly string[],
  pace: Pace,
  committed: (report: Readonly<Omit<FinalizeReport, 'scan'>>) => void,
): Promise<FinalizeReport> {
  const { database, values } = parts
  const report = { verified: 0, wiped: 0 }
  if (!isFinalizing(values)) {
    report.verified = await verify(parts, pace)
    if (report.verified > 0) await refuseOtherPlaces(parts, sources, pace)
    values.write(BEGUN, 'yes')
  }
  await wipe(
    database,
    pace,
    () => {
      report.wiped += 1
    },
    () => committed(report),
  )
  // What was deleted before secure_delete was on, or was moved by the tree, may lie in free space: the file is made anew.
  database.exec('PRAGMA temp_store = MEMORY; VACUUM')
  truncateLog(database)
  const scan = await scanForTokens(parts.dataFolder, isToken(parts), sources, pace)
  if (scan.hits.some((path) => databaseFiles(parts).includes(path)))
    scan.hits.push(...(await tablesWithTokens(parts, pace)))
  // The legacy place is empty: what was found elsewhere is no reason to hold up what comes next.
  values.write(BEGUN, 'no')
  truncateLog(database)
  return { ...report, scan }
}

/** While going back is still possible: a token that lies elsewhere too would outlive the wipe. */
async function refuseOtherPlaces(
  parts: FinalizeParts,
  sources: readonly string[],
  pace: Pace,
): Promise<void> {
  const except = [...sources, ...databaseFiles(parts)]
  const { hits } = await scanForTokens(parts.dataFolder, isToken(parts), except, pace)
  const places = [...hits, ...(await tablesWithTokens(parts, pace))]
  if (places.length > 0)
    throw new NotNowError(
      `A token lies in plaintext in ${places.join(', ')}; nothing was wiped. Take it out, or revoke the token where it cannot be taken out (audit), and run "migrate --finalize" again`,
    )
}

const databaseFiles = ({ dataFolder }: FinalizeParts): string[] =>
  ['', '-wal', '-shm'].map((end) => join(dataFolder, DATABASE_FILE + end))

const tablesWithTokens = async (parts: FinalizeParts, pace: Pace): Promise<string[]> =>
  (await plaintextPlaces(parts.database, isToken(parts), pace)).map((place) => `table ${place}`)

/** SECURITY: nobody is locked out by the wipe; the hashed row is found by the digest of the very plaintext. */
async function verify({ database, keys }: FinalizeParts, pace: Pace): Promise<number> {
  const next = database.prepare(
    `SELECT l.user_row, l.api_token, t.hash FROM legacy_tokens l LEFT JOIN tokens t ON t.hash = l.digest AND t.user_row = l.user_row
     WHERE l.user_row > ? ORDER BY l.user_row LIMIT 1`,
  )
  let verified = 0
  let after = 0
  const step = (more: () => boolean): boolean => {
    while (more()) {
      const row = next.get(after) as
        | { user_row: number; api_token: string; hash: Uint8Array | null }
        | undefined
      if (!row) return true
      after = row.user_row
      if (!row.hash || !equalDigests(row.hash, hmac(keys.token, row.api_token)))
        throw new NotNowError('A legacy token has no hashed token that answers to it; run "migrate" again')
      verified += 1
    }
    return false
  }
  await inBatches(database, pace, step, () => {})
  return verified
}

async function wipe(database: Database, pace: Pace, wiped: () => void, committed: () => void): Promise<void> {
  const overwrite = database.prepare('UPDATE legacy_tokens SET api_token = ? WHERE user_row = ?')
  const remove = database.prepare('DELETE FROM legacy_tokens WHERE user_row = ?')
  const next = database.prepare('SELECT user_row FROM legacy_tokens ORDER BY user_row LIMIT 1')
  const step = (more: () => boolean): boolean => {
    while (more()) {
      const row = next.get() as { user_row: number } | undefined
      if (!row) return true
      // SECURITY: written over in its place first; deletion alone would rely on secure_delete.
      overwrite.run(FILLER, row.user_row)
      remove.run(row.user_row)
      wiped()
    }
    return false
  }
  await inBatches(database, pace, step, committed)
}

/** Brings the log into the database and cuts it to nothing: old pages in it hold what the database does not any more. */
function truncateLog(database: Database): void {
  const { busy } = database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number }
  if (busy !== 0) throw new NotNowError('The log could not be emptied; run "migrate --finalize" again')
}

/**
 * Whether a text is the value of a token of this platform: by its digest, so nothing has to be remembered for the search.
 * A revoked one opens nothing: revoking is the way out where a value cannot be deleted, as in the audit.
 */
function isToken({ database, keys }: FinalizeParts): (text: string) => boolean {
  const find = database.prepare('SELECT 1 FROM tokens WHERE hash = ? AND revoked_at IS NULL')
  return (text) => find.get(hmac(keys.token, text)) !== undefined
}

/** Forgets where the tokens came from, once nothing of them is left there. */
export function forgetSources(database: Database, paths: readonly string[]): void {
  const remove = database.prepare('DELETE FROM legacy_sources WHERE path = ?')
  transaction(database, () => {
    for (const path of paths) remove.run(path)
  })
}
