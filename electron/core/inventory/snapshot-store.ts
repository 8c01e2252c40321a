import { setImmediate as turn } from 'node:timers/promises'
import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { z } from 'zod'
import type { Logger } from '#base/logger.ts'
import { messageOf } from '#base/problem-error.ts'
import type { Database } from '#base/sqlite.ts'
import { Instant } from '#shared/contract/connections.ts'
import { InventoryOwner, InventoryScope } from '#shared/contract/inventory.ts'
import { Token } from '#shared/contract/tokens.ts'
import type { Holding } from './token-table.ts'

const compressed = promisify(gzip)
const expanded = promisify(gunzip)

/** For each connection; the newest one always stays. */
const MOST_SNAPSHOTS = 30
/** Of all connections together, compressed. */
const MOST_BYTES = 64_000_000
/** A snapshot that is closer to the one before it gives way to the next one. */
const DENSEST_MS = 10 * 60_000
/** Tokens a piece holds about: some ms to write, to read and to parse. */
const TOKENS_A_PIECE = 500
/** A piece cannot be larger, so neither can what a damaged one expands to. */
const MOST_PIECE_BYTES = 16_000_000

const StoredHolding = z.object({
  owner: InventoryOwner.omit({ owner: true }),
  tokens: z.array(Token),
  /** our clock before the question whose answer this is */
  readAt: Instant,
})
export type StoredHolding = Holding & { readonly readAt: number }
const Piece = z.array(StoredHolding)

export interface SnapshotFacts {
  readonly connectionId: string
  /** our clock */
  readonly takenAt: number
  readonly scope: InventoryScope
  /** who asked: another user may see others */
  readonly userId: string
  readonly clockSkewMs: number
  /** false: some users could not be read, and what was known of them before was kept */
  readonly complete: boolean
}

export interface Snapshot extends SnapshotFacts {
  readonly id: number
  readonly tokens: number
}

interface Row {
  readonly id: number
  readonly connection_id: string
  readonly taken_at: number
  readonly scope: string
  readonly user_id: string
  readonly clock_skew_ms: number
  readonly complete: number
  readonly tokens: number
}

/** Statement blocks of the snapshots' database; never edit one that was released. */
export const SNAPSHOT_MIGRATIONS = [
  `CREATE TABLE snapshot (
     id INTEGER PRIMARY KEY AUTOINCREMENT,
     connection_id TEXT NOT NULL,
     taken_at INTEGER NOT NULL,
     scope TEXT NOT NULL,
     user_id TEXT NOT NULL,
     clock_skew_ms INTEGER NOT NULL,
     complete INTEGER NOT NULL,
     tokens INTEGER NOT NULL,
     bytes INTEGER NOT NULL,
     finished INTEGER NOT NULL DEFAULT 0
   ) STRICT;
   CREATE INDEX snapshot_of_connection ON snapshot (connection_id, id);
   CREATE TABLE piece (
     snapshot_id INTEGER NOT NULL REFERENCES snapshot (id) ON DELETE CASCADE,
     place INTEGER NOT NULL,
     content BLOB NOT NULL,
     PRIMARY KEY (snapshot_id, place)
   ) STRICT;`,
]

/**
 * What was read, kept in compressed pieces (T-14). Work goes on between the pieces, so that a large one holds nobody up; one
 * that was not finished is thrown away at the next start. Never a token's value: the inventory has none.
 */
export class SnapshotStore {
  readonly #database: Database
  readonly #logger: Logger
  #work: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(database: Database, logger: Logger) {
    this.#database = database
    this.#logger = logger
    // Losing the last snapshot with the power is no harm, and waiting for the disk at each piece would be.
    database.exec('PRAGMA synchronous = NORMAL; DELETE FROM snapshot WHERE finished = 0')
  }

  /** Keeps a snapshot. @returns null when it could not be written */
  save(facts: SnapshotFacts, holdings: Iterable<StoredHolding>): Promise<Snapshot | null> {
    return this.#next(async () => {
      try {
        return await this.#write(facts, holdings)
      } catch (error) {
        this.#logger.warn({ error: messageOf(error) }, 'a snapshot could not be kept')
        return null
      }
    })
  }

  /** Every finished one of a connection, the newest first. */
  list(connectionId: string): Snapshot[] {
    const rows = this.#database
      .prepare('SELECT * FROM snapshot WHERE connection_id = ? AND finished = 1 ORDER BY id DESC')
      .all(connectionId) as unknown as Row[]
    return rows.map(snapshotOf)
  }

  /** What a snapshot holds, piece by piece. A piece that cannot be read ends it with an error. */
  async *pieces(snapshotId: number): AsyncGenerator<StoredHolding[], void, void> {
    const read = this.#database.prepare('SELECT content FROM piece WHERE snapshot_id = ? AND place = ?')
    for (let place = 0; !this.#closed; place++) {
      const row = read.get(snapshotId, place) as { content: Uint8Array } | undefined
      if (!row) return
      const text = await expanded(row.content, { maxOutputLength: MOST_PIECE_BYTES })
      yield Piece.parse(JSON.parse(text.toString('utf8')))
      await turn()
    }
  }

  forget(connectionId: string): Promise<void> {
    return this.#next(async () => {
      for (const { id } of this.list(connectionId)) await this.#delete(id)
    })
  }

  /** Lets the piece that is being written end, then closes the file. Safe to repeat. */
  async close(): Promise<void> {
    if (this.#closed) return
    this.#closed = true
    await this.#work.catch(() => {})
    this.#database.close()
  }

  async #write(facts: SnapshotFacts, holdings: Iterable<StoredHolding>): Promise<Snapshot | null> {
    const { connectionId, takenAt, scope, userId, clockSkewMs, complete } = facts
    const { lastInsertRowid } = this.#database
      .prepare(
        `INSERT INTO snapshot (connection_id, taken_at, scope, user_id, clock_skew_ms, complete, tokens, bytes)
         VALUES (?, ?, ?, ?, ?, ?, 0, 0)`,
      )
      .run(connectionId, takenAt, scope, userId, clockSkewMs, complete ? 1 : 0)
    const id = Number(lastInsertRowid)
    const put = this.#database.prepare('INSERT INTO piece (snapshot_id, place, content) VALUES (?, ?, ?)')
    let place = 0
    let tokens = 0
    let bytes = 0
    for (const piece of inPieces(holdings)) {
      const content = await compressed(JSON.stringify(piece), { level: 1 })
      if (this.#closed) return null
      put.run(id, place++, content)
      tokens += piece.reduce((sum, holding) => sum + holding.tokens.length, 0)
      bytes += content.length
      await turn()
    }
    this.#database
      .prepare('UPDATE snapshot SET finished = 1, tokens = ?, bytes = ? WHERE id = ?')
      .run(tokens, bytes, id)
    await this.#thin(connectionId)
    return { ...facts, id, tokens }
  }

  /** Takes away what is too dense, too many or too much. */
  async #thin(connectionId: string): Promise<void> {
    const [, before, anchor, ...older] = this.list(connectionId)
    if (before && anchor && before.takenAt - anchor.takenAt < DENSEST_MS) await this.#delete(before.id)
    for (const { id } of older.slice(MOST_SNAPSHOTS - 3)) await this.#delete(id)
    for (const id of this.#beyondBytes()) await this.#delete(id)
  }

  /** The oldest ones over the limit, never the newest of a connection. */
  #beyondBytes(): number[] {
    const rows = this.#database
      .prepare(
        `SELECT id, bytes, id = max(id) OVER (PARTITION BY connection_id) AS newest FROM snapshot
         WHERE finished = 1 ORDER BY id DESC`,
      )
      .all() as { id: number; bytes: number; newest: number }[]
    let total = 0
    return rows.flatMap(({ id, bytes, newest }) => {
      total += bytes
      return total > MOST_BYTES && !newest ? [id] : []
    })
  }

  /** Piece by piece: what is deleted is overwritten too. */
  async #delete(snapshotId: number): Promise<void> {
    this.#database.prepare('UPDATE snapshot SET finished = 0 WHERE id = ?').run(snapshotId)
    const drop = this.#database.prepare(
      'DELETE FROM piece WHERE snapshot_id = ? AND place IN (SELECT place FROM piece WHERE snapshot_id = ? LIMIT 10)',
    )
    while (!this.#closed && drop.run(snapshotId, snapshotId).changes > 0) await turn()
    if (!this.#closed) this.#database.prepare('DELETE FROM snapshot WHERE id = ?').run(snapshotId)
  }

  /** One after the other: they share a file. */
  #next<Result>(work: () => Promise<Result>): Promise<Result> {
    const done = this.#work.then(work)
    this.#work = done.catch(() => {})
    return done
  }
}

function* inPieces(holdings: Iterable<StoredHolding>): Iterable<StoredHolding[]> {
  let piece: StoredHolding[] = []
  let tokens = 0
  for (const holding of holdings) {
    piece.push(holding)
    tokens += holding.tokens.length
    if (tokens < TOKENS_A_PIECE) continue
    yield piece
    piece = []
    tokens = 0
  }
  if (piece.length > 0) yield piece
}

function snapshotOf(row: Row): Snapshot {
  return {
    id: row.id,
    connectionId: row.connection_id,
    takenAt: row.taken_at,
    scope: InventoryScope.catch('self').parse(row.scope),
    userId: row.user_id,
    clockSkewMs: row.clock_skew_ms,
    complete: row.complete === 1,
    tokens: row.tokens,
  }
}
