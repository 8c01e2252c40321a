import { type Database, openUnchanged } from '#base/sqlite.ts'
import { LEGACY_FIELDS } from './legacy-user.ts'
import { type SourceRecord, UnusableSourceError } from './source-record.ts'

/** Longer than every field may be; a longer value is cut to this and then refused for its length. */
const LONGEST_VALUE = 16_384

/**
 * One record a row of the table `users`, in the order of its row ids; the line is the row's place in that order.
 * SECURITY: the file is a stranger's. It is opened read-only, views and virtual tables are not read, functions in its schema
 * do not run with our rights, and only the columns that we know are asked for.
 */
export async function* sqliteRows(path: string): AsyncGenerator<SourceRecord> {
  let source: Database | null = null
  let line = 0
  try {
    source = openUnchanged(path)
    source.exec('PRAGMA trusted_schema = OFF')
    const columns = knownColumns(source)
    const values = columns.map(
      (name) =>
        `CASE WHEN typeof(${name}) = 'text' THEN substr(${name}, 1, ${LONGEST_VALUE}) ELSE ${name} END AS ${name}`,
    )
    for (const row of source.prepare(`SELECT ${values.join(', ')} FROM users`).iterate()) {
      line += 1
      yield { line, value: { ...row } }
    }
  } catch (error) {
    if (error instanceof UnusableSourceError) throw error
    // SECURITY: SQLite's message may repeat a piece of the schema, never a value; the code is enough for a person.
    throw new UnusableSourceError(`The SQLite file cannot be read after row ${line} (${codeOf(error)})`)
  } finally {
    source?.close()
  }
}

function knownColumns(source: Database): string[] {
  const table = source
    .prepare("SELECT sql FROM sqlite_schema WHERE type = 'table' AND name = 'users' COLLATE NOCASE")
    .get() as { sql: string } | undefined
  if (!table || /^\s*CREATE\s+VIRTUAL/i.test(table.sql))
    throw new UnusableSourceError('The SQLite file has no table "users"')
  const present = source.prepare("SELECT name FROM pragma_table_info('users')").all() as { name: string }[]
  const names = new Set(present.map(({ name }) => name.toLowerCase()))
  const columns = LEGACY_FIELDS.filter((name) => names.has(name))
  if (!columns.includes('api_token'))
    throw new UnusableSourceError('The table "users" of the SQLite file has no column "api_token"')
  // Quoted because one of them is a word of SQL's ("groups").
  return columns.map((name) => `"${name}"`)
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'errcode' in error ? `SQLite error ${error.errcode}` : 'unknown error'
}
