import { hmac } from '#base/crypto.ts'
import { type Database, transaction } from '#base/sqlite.ts'
import { LEGACY_TOKEN_PATTERN } from '#shared/domain/token.ts'
import type { Pace } from './batches.ts'
import type { LegacySource } from './legacy-source.ts'

/** The tokens that a source brings, known by digest before its first line is taken over. */
export interface TokensOfFile {
  has(digest: Uint8Array): boolean
  forget(): void
}

const BATCH_RECORDS = 100

/**
 * Reads the source once for its tokens alone, since a line may hold the token of a later one.
 * SECURITY: keyed digests, never plaintext; in a temporary table, so that memory stays bounded however long the file is.
 */
export async function tokensOfFile(
  database: Database,
  key: Uint8Array,
  source: LegacySource,
  pace: Pace,
): Promise<TokensOfFile> {
  database.exec('CREATE TEMP TABLE IF NOT EXISTS tokens_of_file (digest BLOB PRIMARY KEY) WITHOUT ROWID')
  database.exec('DELETE FROM temp.tokens_of_file')
  const insert = database.prepare('INSERT OR IGNORE INTO temp.tokens_of_file (digest) VALUES (?)')
  const find = database.prepare('SELECT 1 FROM temp.tokens_of_file WHERE digest = ?')
  let batch: Uint8Array[] = []
  let records = 0
  let started = pace.clock.now()
  const commit = async (): Promise<void> => {
    pace.signal.throwIfAborted()
    transaction(database, () => {
      for (const digest of batch) insert.run(digest)
    })
    batch = []
    await pace.rest(pace.clock.now() - started)
    started = pace.clock.now()
  }
  for await (const record of source.records()) {
    records += 1
    const token = 'value' in record ? tokenOf(record.value) : null
    if (token !== null) batch.push(hmac(key, token))
    if (records % BATCH_RECORDS === 0) await commit()
  }
  await commit()
  return {
    has: (digest) => find.get(digest) !== undefined,
    forget: () => database.exec('DELETE FROM temp.tokens_of_file'),
  }
}

function tokenOf(value: unknown): string | null {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'api_token')) return null
  const { api_token } = value as { api_token: unknown }
  return typeof api_token === 'string' && LEGACY_TOKEN_PATTERN.test(api_token) ? api_token : null
}
