import type { Database } from '#base/sqlite.ts'
import type { ConsoleEntry, Person } from '#shared/contract/activity.ts'
import type { ActivityKind } from '#shared/domain/ledger.ts'

export interface LedgerQuery {
  /** place of the last entry that is known; null = from the newest */
  readonly before: number | null
  readonly first: number
  /** words, all of which must stand in the record */
  readonly search: string
  readonly kind: ActivityKind | null
  /** id of who did it or whom it was done to */
  readonly personId: string | null
}

export interface LedgerPage {
  readonly entries: ConsoleEntry[]
  readonly more: boolean
}

type Facts = Readonly<Record<string, unknown>>
interface Row {
  readonly place: number
  readonly body: string
  readonly outcome: string | null
}

/**
 * One page of what the console did, newest first: each record that announced an action together with its outcome. A record
 * that can be read no more stands there too, as such.
 * @param openedAt deeds up to that place without an outcome are of an earlier run
 */
export function readLedger(database: Database, query: LedgerQuery, openedAt: number): LedgerPage {
  const conditions = ["(phase IS NULL OR phase <> 'outcome')"]
  const values: (string | number)[] = []
  const add = (condition: string, ...more: (string | number)[]): void => {
    conditions.push(condition)
    values.push(...more)
  }
  if (query.before !== null) add('place < ?', query.before)
  for (const word of words(query.search)) add("body LIKE ? ESCAPE '\\'", `%${escaped(word)}%`)
  // Behind the condition, since what cannot be read has no action and no person to look for.
  const fact = (name: string) => `CASE WHEN json_valid(body) THEN json_extract(body, '$.${name}') END`
  if (query.kind !== null) add(`${fact('action')} LIKE ?`, `${query.kind}.%`)
  if (query.personId !== null) add(`? IN (${fact('actorId')}, ${fact('userId')})`, query.personId)
  const rows = database
    .prepare(
      `SELECT place, body,
         (SELECT body FROM record WHERE of_place = intent.place ORDER BY place DESC LIMIT 1) AS outcome
       FROM record AS intent WHERE ${conditions.join(' AND ')} ORDER BY place DESC LIMIT ?`,
    )
    .all(...values, query.first + 1) as unknown as Row[]
  return {
    entries: rows.slice(0, query.first).map((row) => entryOf(row, openedAt)),
    more: rows.length > query.first,
  }
}

function entryOf({ place, body, outcome }: Row, openedAt: number): ConsoleEntry {
  const facts = factsOf(body)
  const end = outcome === null ? {} : factsOf(outcome)
  const interrupted = end.interrupted === true || (outcome === null && place <= openedAt)
  return {
    source: 'console',
    place,
    at: momentOf(facts.at),
    action: textOf(facts.action),
    actor: personOf(facts.actorId, facts.actor),
    subject: personOf(facts.userId, facts.user),
    object: textOf(facts.name),
    lastFour: textOf(facts.lastFour) ?? textOf(end.lastFour) ?? textOf(facts.sessionEnd),
    url: textOf(facts.url),
    result: outcome !== null ? resultOf(end.result) : interrupted ? 'unknown' : 'running',
    problem: textOf(end.problem),
    endedAt: momentOf(end.at),
    interrupted,
    records: outcome === null ? [body] : [body, outcome],
  }
}

const RESULTS = ['done', 'failed', 'unknown'] as const
const resultOf = (value: unknown): ConsoleEntry['result'] =>
  RESULTS.find((result) => result === value) ?? 'unknown'

function factsOf(body: string): Facts {
  try {
    const facts: unknown = JSON.parse(body)
    return typeof facts === 'object' && facts !== null ? (facts as Facts) : {}
  } catch {
    return {}
  }
}

const textOf = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null)

function momentOf(value: unknown): number | null {
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  return Number.isNaN(time) ? null : time
}

function personOf(id: unknown, name: unknown): Person | null {
  const known = textOf(name) ?? textOf(id)
  return known === null ? null : { id: textOf(id), name: known }
}

const MOST_WORDS = 10
const words = (search: string): string[] =>
  search
    .trim()
    .split(/\s+/)
    .filter((word) => word !== '')
    .slice(0, MOST_WORDS)

const escaped = (word: string): string => word.replace(/[\\%_]/g, '\\$&')
