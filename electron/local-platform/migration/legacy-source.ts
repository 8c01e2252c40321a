import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs'
import { jsonLines } from './json-lines.ts'
import { type SourceRecord, UnusableSourceError } from './source-record.ts'
import { sqliteRows } from './sqlite-source.ts'

/** Where legacy users come from. Lines count from 1: of the file, or of the table in the order of its row ids. */
export interface LegacySource {
  /** absolute, without symbolic links: it is remembered, so that the admin is told what to delete */
  readonly path: string
  readonly kind: 'json-lines' | 'sqlite'
  /** of the file; 0 is an empty one */
  readonly bytes: number
  /** Reads from the start. */
  records(): AsyncIterable<SourceRecord>
}

const SQLITE_MAGIC = 'SQLite format 3\0'

/**
 * Looks at a file and says how it is read: SQLite by its first bytes, everything else as JSON lines.
 * @throws UnusableSourceError when there is no such file
 */
export function legacySource(file: string): LegacySource {
  const path = realPath(file)
  const { size } = statSync(path)
  return startsWith(path, SQLITE_MAGIC)
    ? { path, kind: 'sqlite', bytes: size, records: () => sqliteRows(path) }
    : { path, kind: 'json-lines', bytes: size, records: () => jsonLines(path) }
}

function realPath(file: string): string {
  try {
    const path = realpathSync(file)
    if (statSync(path).isFile()) return path
  } catch {
    throw new UnusableSourceError(`There is no readable file ${file}`)
  }
  throw new UnusableSourceError(`${file} is not a file`)
}

function startsWith(path: string, magic: string): boolean {
  const file = openSync(path, 'r')
  try {
    const head = Buffer.alloc(magic.length)
    return readSync(file, head, 0, head.length, 0) === head.length && head.toString('latin1') === magic
  } finally {
    closeSync(file)
  }
}
