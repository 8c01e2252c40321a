import type { Database } from '#base/sqlite.ts'
import { type FilterGroup, likePattern } from '../filters/filter-group.ts'
import { auditCondition } from './audit-filter.ts'

/** Page size when none is asked for, and the largest (opencti-api.md §1). */
const DEFAULT_PAGE = 500
const LARGEST_PAGE = 5000
const LONGEST_SEARCH = 1000
const MOST_WORDS = 10

/** One record as it was written, with its number; `body` is JSON unless somebody damaged it. */
export interface ListedRecord {
  readonly sequence: number
  readonly body: string
}

export interface AuditQuery {
  readonly first?: number | null
  readonly after?: string | null
  readonly orderBy?: string | null
  readonly orderMode?: 'asc' | 'desc' | null
  readonly search?: string | null
  readonly filters?: FilterGroup | null
  /** only records of a higher number */
  readonly beyond?: number
}

export interface AuditPage {
  readonly records: readonly ListedRecord[]
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  readonly globalCount: number
}

/** The cursor is not one of ours. */
export class InvalidAuditCursorError extends Error {}

/**
 * One page of the audit, newest first unless asked otherwise. Records are ordered by their number, which is the order in
 * time; that is the order for every `orderBy`.
 */
export function listAudit(database: Database, query: AuditQuery): AuditPage {
  const first = Math.max(1, Math.min(query.first ?? DEFAULT_PAGE, LARGEST_PAGE))
  const ascending = query.orderMode === 'asc'
  const conditions = ['event IS NOT NULL']
  const values: (string | number)[] = []
  const add = (condition: string, ...more: (string | number)[]): void => {
    conditions.push(condition)
    values.push(...more)
  }
  if (query.beyond) add('sequence > ?', query.beyond)
  for (const word of (query.search ?? '').trim().slice(0, LONGEST_SEARCH).split(/\s+/).slice(0, MOST_WORDS))
    if (word) add("coalesce(message, '') LIKE ? ESCAPE '\\'", `%${likePattern(word)}%`)
  if (query.filters) {
    const { condition, values: more } = auditCondition(query.filters)
    add(condition, ...more)
  }
  const where = conditions.join(' AND ')
  const total = database.prepare(`SELECT count(*) AS count FROM audit WHERE ${where}`)
  const { count } = total.get(...values) as { count: number }
  const after = query.after ? readCursor(query.after) : null
  const beyond = after === null ? '' : `AND sequence ${ascending ? '>' : '<'} ?`
  const rows = database
    .prepare(
      `SELECT sequence, body FROM audit WHERE ${where} ${beyond} ORDER BY sequence ${ascending ? 'ASC' : 'DESC'} LIMIT ?`,
    )
    .all(...values, ...(after === null ? [] : [after]), first + 1) as unknown as ListedRecord[]
  return {
    records: rows.slice(0, first),
    hasNextPage: rows.length > first,
    hasPreviousPage: after !== null,
    globalCount: count,
  }
}

/** One record by its number, or null. */
export function auditRecord(database: Database, sequence: number): ListedRecord | null {
  const row = database
    .prepare('SELECT sequence, body FROM audit WHERE sequence = ? AND event IS NOT NULL')
    .get(sequence)
  return (row as ListedRecord | undefined) ?? null
}

/** How many records there are. */
export function recordCount(database: Database): number {
  const { count } = database.prepare('SELECT count(*) AS count FROM audit').get() as { count: number }
  return count
}

export const auditCursor = (record: ListedRecord): string =>
  Buffer.from(String(record.sequence)).toString('base64url')

function readCursor(text: string): number {
  const plain = Buffer.from(text, 'base64url').toString()
  if (!/^\d{1,15}$/.test(plain)) throw new InvalidAuditCursorError('Invalid cursor')
  return Number(plain)
}
