import type { Database } from '#base/sqlite.ts'
import type { Pace } from './batches.ts'
import { PLAINTEXT_COLUMN } from './legacy-tokens.ts'
import { tokenLookalikes } from './token-lookalikes.ts'

const PAGE_ROWS = 100

/**
 * The tables of the database in which a token lies in plaintext, outside the legacy place; each named with its column, or
 * alone when only neighbouring fields together hold it. Reads page by page between the requests.
 * @param isToken whether a text is the value of a token
 */
export async function plaintextPlaces(
  database: Database,
  isToken: (text: string) => boolean,
  pace: Pace,
): Promise<string[]> {
  const places = new Set<string>()
  const holds = (text: string): boolean => {
    for (const found of tokenLookalikes(Buffer.from(text))) if (isToken(found)) return true
    return false
  }
  const tables = database
    .prepare("SELECT name, wr FROM pragma_table_list WHERE schema = 'main' AND type = 'table'")
    .all() as { name: string; wr: number }[]
  for (const { name: table, wr: withoutRowid } of tables) {
    const columns = textColumns(database, table)
    if (columns.length === 0) continue
    const list = columns.map((column) => `"${column}"`).join(', ')
    const next = withoutRowid
      ? database.prepare(`SELECT 0 AS place, ${list} FROM "${table}" LIMIT ${PAGE_ROWS} OFFSET ?`)
      : database.prepare(
          `SELECT rowid AS place, ${list} FROM "${table}" WHERE rowid > ? ORDER BY rowid LIMIT ${PAGE_ROWS}`,
        )
    let after = withoutRowid ? 0 : Number.MIN_SAFE_INTEGER
    for (;;) {
      pace.signal.throwIfAborted()
      const started = pace.clock.now()
      const rows = next.all(after) as ({ place: number } & Record<string, string | number | null>)[]
      for (const row of rows) {
        const texts = columns.map((column) => String(row[column] ?? ''))
        if (!holds(texts.join(''))) continue
        const own = columns.filter((_, index) => holds(texts[index] ?? ''))
        if (own.length === 0) places.add(table)
        for (const column of own) places.add(`${table}.${column}`)
      }
      if (rows.length < PAGE_ROWS) break
      after = withoutRowid ? after + rows.length : (rows.at(-1)?.place ?? after)
      await pace.rest(pace.clock.now() - started)
    }
  }
  return [...places].sort()
}

/** Stored ones only: what is computed repeats them. */
function textColumns(database: Database, table: string): string[] {
  const columns = database
    .prepare("SELECT name FROM pragma_table_info(?) WHERE type = 'TEXT' ORDER BY cid")
    .all(table) as { name: string }[]
  return columns.map(({ name }) => name).filter((column) => `${table}.${column}` !== PLAINTEXT_COLUMN)
}
