import type { Database } from '#base/sqlite.ts'
import { type FilterGroup, likePattern } from '../filters/filter-group.ts'
import { USER_COLUMNS, type User } from './user.ts'
import { userCondition } from './user-filter.ts'

/** Page size when none is asked for, and the largest (opencti-api.md §1). */
const DEFAULT_PAGE = 500
const LARGEST_PAGE = 5000
const LONGEST_SEARCH = 1000
const MOST_WORDS = 10

const ORDER_COLUMNS = {
  name: 'u.name COLLATE NOCASE',
  user_email: 'u.user_email',
  firstname: "coalesce(u.firstname, '') COLLATE NOCASE",
  lastname: "coalesce(u.lastname, '') COLLATE NOCASE",
  language: 'u.language',
  external: 'u.external',
  created_at: 'u.created_at',
  updated_at: 'u.updated_at',
  _score: 'u.row',
} as const

export interface UserListQuery {
  readonly first?: number | null
  readonly after?: string | null
  readonly orderBy?: keyof typeof ORDER_COLUMNS | null
  readonly orderMode?: 'asc' | 'desc' | null
  readonly search?: string | null
  readonly filters?: FilterGroup | null
  /** only users of the organisations that this user administers */
  readonly administeredBy?: Pick<User, 'row'>
}

export interface UserPage {
  readonly users: readonly { readonly user: User; readonly cursor: string }[]
  readonly hasNextPage: boolean
  readonly hasPreviousPage: boolean
  /** of all pages together */
  readonly globalCount: number
}

/** The cursor is not one of ours. */
export class InvalidCursorError extends Error {}

/** One page of users, by key and not by offset: a user added meanwhile shifts nothing. */
export function listUsers(database: Database, query: UserListQuery): UserPage {
  const first = Math.max(1, Math.min(query.first ?? DEFAULT_PAGE, LARGEST_PAGE))
  const column = ORDER_COLUMNS[query.orderBy ?? 'name']
  const descending = query.orderMode === 'desc'
  const { condition, values } = conditionOf(query)

  const total = database.prepare(`SELECT count(*) AS count FROM users u WHERE ${condition}`)
  const { count } = total.get(...values) as { count: number }

  const start = query.after ? readCursor(query.after) : null
  const beyond = start ? `AND (${column}, u.row) ${descending ? '<' : '>'} (?, ?)` : ''
  const direction = descending ? 'DESC' : 'ASC'
  const page = database.prepare(
    `SELECT ${USER_COLUMNS.map((name) => `u.${name}`).join(', ')}, ${column} AS order_value FROM users u
     WHERE ${condition} ${beyond} ORDER BY ${column} ${direction}, u.row ${direction} LIMIT ?`,
  )
  const rows = page.all(...values, ...(start ?? []), first + 1) as unknown as (User & {
    order_value: string | number
  })[]
  return {
    users: rows.slice(0, first).map((user) => ({ user, cursor: writeCursor([user.order_value, user.row]) })),
    hasNextPage: rows.length > first,
    hasPreviousPage: start !== null,
    globalCount: count,
  }
}

function conditionOf(query: UserListQuery): { condition: string; values: (string | number)[] } {
  const conditions = ['1']
  const values: (string | number)[] = []
  if (query.administeredBy) {
    // SECURITY: an organisation's administrator sees its people and nobody else (P-10).
    conditions.push(
      `EXISTS (SELECT 1 FROM user_organizations theirs JOIN user_organizations mine
         ON mine.organization_id = theirs.organization_id AND mine.administrator = 1
         WHERE theirs.user_row = u.row AND mine.user_row = ?)`,
    )
    values.push(query.administeredBy.row)
  }
  const search = query.search?.trim().slice(0, LONGEST_SEARCH)
  if (search) {
    const text =
      "u.name || ' ' || u.user_email || ' ' || coalesce(u.firstname, '') || ' ' || coalesce(u.lastname, '')"
    for (const word of search.split(/\s+/).slice(0, MOST_WORDS)) {
      conditions.push(`${text} LIKE ? ESCAPE '\\'`)
      values.push(`%${likePattern(word)}%`)
    }
  }
  if (query.filters) {
    const filter = userCondition(query.filters)
    conditions.push(filter.condition)
    values.push(...filter.values)
  }
  return { condition: conditions.join(' AND '), values }
}

type Cursor = readonly [string | number, number]

function writeCursor(cursor: Cursor): string {
  return Buffer.from(JSON.stringify(cursor)).toString('base64url')
}

function readCursor(text: string): Cursor {
  try {
    const [value, row] = JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[]
    if ((typeof value === 'string' || typeof value === 'number') && typeof row === 'number')
      return [value, row]
  } catch {}
  throw new InvalidCursorError('Invalid cursor')
}
