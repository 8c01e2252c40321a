import { type Database, transaction } from '#base/sqlite.ts'
import type { ConnectorEvent } from '#shared/contract/connectors.ts'
import { type Happening, happenings } from './changes.ts'
import type { Remembered } from './facts.ts'

/** The newest events of a connector that are kept. */
const MOST_EVENTS = 200
/** Restarts within this time are one line that grows. */
const ONE_LINE_MS = 30 * 60_000

interface Seen {
  readonly at: number
  readonly memory: Remembered
}

/** What became of a reading: by connector, what is remembered now. */
export interface Reading {
  readonly at: number
  readonly connectors: ReadonlyMap<string, Remembered>
}

/** What happened to connectors, and how they were when last seen (C-06). */
export class ConnectorHistory {
  readonly #database: Database
  readonly #seen = new Map<string, Map<string, Seen>>()
  readonly #told = new Set<(connectionId: string, connectorIds: ReadonlySet<string>) => void>()

  constructor(database: Database) {
    this.#database = database
  }

  /** As it was at the last reading; null: never seen. */
  memoryOf(connectionId: string, connectorId: string): Remembered | null {
    return this.#of(connectionId).get(connectorId)?.memory ?? null
  }

  /** Keeps a reading of all connectors of a connection, and what happened since the one before. */
  take(connectionId: string, { at, connectors }: Reading): void {
    const before = this.#of(connectionId)
    const changed = new Set<string>()
    transaction(this.#database, () => {
      for (const [id, memory] of connectors) {
        const known = before.get(id) ?? null
        const found = happenings(memory, known?.memory ?? null)
        for (const what of found) this.#keep(connectionId, id, at, known?.at ?? null, what)
        if (found.length > 0) changed.add(id)
        this.#remember(connectionId, id, { at, memory }, known)
      }
      for (const [id, known] of before) {
        if (connectors.has(id)) continue
        this.#keep(connectionId, id, at, known.at, { kind: 'gone' })
        this.#forgetSeen(connectionId, id)
        changed.add(id)
      }
    })
    if (changed.size > 0) for (const heard of this.#told) heard(connectionId, changed)
  }

  /** The connector's events, oldest first. */
  events(connectionId: string, connectorId: string): ConnectorEvent[] {
    const rows = this.#database
      .prepare('SELECT id, at, after, what FROM event WHERE connection = ? AND connector = ? ORDER BY id')
      .all(connectionId, connectorId) as { id: number; at: number; after: number | null; what: string }[]
    return rows.map(({ id, at, after, what }) => ({ id, at, after, what: JSON.parse(what) }))
  }

  /** Runs `heard` when something happened; the returned function ends that. */
  onEvents(heard: (connectionId: string, connectorIds: ReadonlySet<string>) => void): () => void {
    this.#told.add(heard)
    return () => void this.#told.delete(heard)
  }

  /** The connection is removed: so is everything known of its connectors. */
  forget(connectionId: string): void {
    for (const table of ['seen', 'event', 'line', 'owner_token']) {
      this.#database.prepare(`DELETE FROM ${table} WHERE connection = ?`).run(connectionId)
    }
    this.#seen.delete(connectionId)
  }

  #of(connectionId: string): Map<string, Seen> {
    let seen = this.#seen.get(connectionId)
    if (!seen) {
      const rows = this.#database
        .prepare('SELECT connector, at, body FROM seen WHERE connection = ?')
        .all(connectionId) as { connector: string; at: number; body: string }[]
      seen = new Map(rows.map(({ connector, at, body }) => [connector, { at, memory: JSON.parse(body) }]))
      this.#seen.set(connectionId, seen)
    }
    return seen
  }

  #remember(connectionId: string, connectorId: string, now: Seen, before: Seen | null): void {
    this.#of(connectionId).set(connectorId, now)
    const body = JSON.stringify(now.memory)
    // A minute is near enough for "last seen so", and spares a thousand writes at each reading.
    if (before !== null && now.at - before.at < 60_000 && JSON.stringify(before.memory) === body) return
    this.#database
      .prepare(
        `INSERT INTO seen (connection, connector, at, body) VALUES (?, ?, ?, ?)
         ON CONFLICT (connection, connector) DO UPDATE SET at = excluded.at, body = excluded.body`,
      )
      .run(connectionId, connectorId, now.at, body)
  }

  #forgetSeen(connectionId: string, connectorId: string): void {
    this.#of(connectionId).delete(connectorId)
    this.#database
      .prepare('DELETE FROM seen WHERE connection = ? AND connector = ?')
      .run(connectionId, connectorId)
  }

  #keep(connectionId: string, connectorId: string, at: number, after: number | null, what: Happening): void {
    if (what.kind === 'restarts' && this.#grow(connectionId, connectorId, at, what)) return
    this.#database
      .prepare('INSERT INTO event (connection, connector, at, after, what) VALUES (?, ?, ?, ?, ?)')
      .run(connectionId, connectorId, at, after, JSON.stringify(what))
    this.#database
      .prepare(
        `DELETE FROM event WHERE connection = ?1 AND connector = ?2 AND id <= (
           SELECT id FROM event WHERE connection = ?1 AND connector = ?2 ORDER BY id DESC LIMIT 1 OFFSET ${MOST_EVENTS})`,
      )
      .run(connectionId, connectorId)
  }

  /** Lets the last line of restarts grow instead of adding one; false where there is none that is young enough. */
  #grow(
    connectionId: string,
    connectorId: string,
    at: number,
    { to }: Extract<Happening, { kind: 'restarts' }>,
  ): boolean {
    const last = this.#database
      .prepare(
        'SELECT id, at, what FROM event WHERE connection = ? AND connector = ? ORDER BY id DESC LIMIT 1',
      )
      .get(connectionId, connectorId) as { id: number; at: number; what: string } | undefined
    if (!last || at - last.at > ONE_LINE_MS) return false
    const what = JSON.parse(last.what) as Happening
    if (what.kind !== 'restarts' || what.to > to) return false
    this.#database
      .prepare('UPDATE event SET at = ?, what = ? WHERE id = ?')
      .run(at, JSON.stringify({ ...what, to }), last.id)
    return true
  }
}
