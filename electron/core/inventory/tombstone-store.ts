import { type Database, transaction } from '#base/sqlite.ts'
import type { Tombstone } from '#shared/contract/inventory.ts'
import type { Token } from '#shared/contract/tokens.ts'

/** For each connection; the oldest go first. */
const MOST_TOMBSTONES = 20_000

/** `unsettled`: a revocation is under way, or its answer was lost. */
export type Fate = Tombstone['fate']
export type KnownFrom = Tombstone['knownFrom']

export interface Burial {
  readonly connectionId: string
  readonly owner: { readonly id: string; readonly name: string; readonly email: string }
  readonly token: Token
  readonly fate: Fate
  readonly knownFrom: KnownFrom
  /** ms since the epoch, our clock */
  readonly at: number
  /** when it was listed last; null: right before, or never read */
  readonly lastListedAt: number | null
  readonly by: string | null
  readonly reason: string | null
}

export interface KnownFate {
  readonly fate: Fate
  readonly knownFrom: KnownFrom
  readonly at: number
  readonly ownerId: string
}

/** Where a page ended. */
export interface TombstonePlace {
  readonly at: number
  readonly place: number
}

interface Row {
  readonly place: number
  readonly token_id: string
  readonly owner_id: string
  readonly owner_name: string
  readonly owner_email: string
  readonly name: string
  readonly masked_token: string
  readonly created_at: number | null
  readonly expires_at: number | null
  readonly last_used_at: number | null
  readonly fate: Exclude<Fate, 'elsewhere'>
  readonly known_from: KnownFrom
  readonly at: number
  readonly last_listed_at: number | null
  readonly revoked_by: string | null
  readonly reason: string | null
}

/** What the console remembers of tokens that their platform has forgotten (T-14). Never a value. */
export class TombstoneStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** One transaction for all that `work` writes. */
  together(work: () => void): void {
    transaction(this.#database, work)
  }

  /** Keeps a token's facts, in place of what was kept of it before. */
  bury({ connectionId, owner, token, fate, knownFrom, at, lastListedAt, by, reason }: Burial): void {
    this.#database
      .prepare(
        `INSERT OR REPLACE INTO tombstone (connection_id, token_id, owner_id, owner_name, owner_email, name, masked_token,
           created_at, expires_at, last_used_at, fate, known_from, at, last_listed_at, revoked_by, reason)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(
        connectionId,
        token.id,
        owner.id,
        owner.name,
        owner.email,
        token.name,
        token.maskedToken,
        token.createdAt,
        token.expiresAt,
        token.lastUsedAt,
        fate === 'elsewhere' ? 'vanished' : fate,
        knownFrom,
        at,
        lastListedAt,
        by,
        reason,
      )
    this.#database
      .prepare(
        `DELETE FROM tombstone WHERE connection_id = ? AND (at, place) <= (
           SELECT at, place FROM tombstone WHERE connection_id = ? ORDER BY at DESC, place DESC LIMIT 1 OFFSET ?)`,
      )
      .run(connectionId, connectionId, MOST_TOMBSTONES)
  }

  /** A revocation that was under way has happened. */
  settle(connectionId: string, tokenId: string, at: number): void {
    this.#database
      .prepare(
        `UPDATE tombstone SET fate = 'revoked', at = ? WHERE connection_id = ? AND token_id = ? AND fate = 'unsettled'`,
      )
      .run(at, connectionId, tokenId)
  }

  /** The platform has a record of its revocation too; where nobody knew more than that it is gone, the record tells the rest. */
  corroborate(
    connectionId: string,
    tokenId: string,
    told: { readonly at: number; readonly by: string | null; readonly reason: string | null },
  ): void {
    this.#database
      .prepare(
        `UPDATE tombstone SET known_from = 'both',
           at = CASE fate WHEN 'vanished' THEN ? ELSE at END,
           revoked_by = CASE fate WHEN 'vanished' THEN ? ELSE revoked_by END,
           reason = CASE fate WHEN 'vanished' THEN ? ELSE reason END
         WHERE connection_id = ? AND token_id = ? AND known_from = 'console'`,
      )
      .run(told.at, told.by, told.reason, connectionId, tokenId)
  }

  /** The token is listed, so it is not gone. */
  raise(connectionId: string, tokenId: string): void {
    this.#database
      .prepare('DELETE FROM tombstone WHERE connection_id = ? AND token_id = ?')
      .run(connectionId, tokenId)
  }

  /** Every token that has a tombstone, by id. */
  fates(connectionId: string): Map<string, KnownFate> {
    const rows = this.#database
      .prepare('SELECT token_id, owner_id, fate, known_from, at FROM tombstone WHERE connection_id = ?')
      .all(connectionId) as unknown as Pick<Row, 'token_id' | 'owner_id' | 'fate' | 'known_from' | 'at'>[]
    return new Map(
      rows.map((row) => [
        row.token_id,
        { fate: fateOf(row), knownFrom: row.known_from, at: row.at, ownerId: row.owner_id },
      ]),
    )
  }

  /** A page of them, the newest first. @param before where the last page ended; null: from the newest */
  page(connectionId: string, before: TombstonePlace | null, first: number) {
    const { at, place } = before ?? { at: Number.MAX_SAFE_INTEGER, place: 0 }
    const rows = this.#database
      .prepare(
        `SELECT * FROM tombstone WHERE connection_id = ? AND (at, place) < (?, ?)
         ORDER BY at DESC, place DESC LIMIT ?`,
      )
      .all(connectionId, at, place, first + 1) as unknown as Row[]
    const page = rows.slice(0, first)
    const last = page.at(-1)
    return {
      tombstones: page.map(tombstoneOf),
      next: rows.length > first && last ? { at: last.at, place: last.place } : null,
    }
  }

  /** Those whose mask ends like `ending`, the newest first. */
  endingLike(connectionId: string, ending: string): Tombstone[] {
    const rows = this.#database
      .prepare(
        'SELECT * FROM tombstone WHERE connection_id = ? AND substr(masked_token, -4) = ? ORDER BY at DESC, place DESC LIMIT 20',
      )
      .all(connectionId, ending) as unknown as Row[]
    return rows.map(tombstoneOf)
  }

  count(connectionId: string): number {
    const { count } = this.#database
      .prepare('SELECT count(*) AS count FROM tombstone WHERE connection_id = ?')
      .get(connectionId) as { count: number }
    return count
  }

  forget(connectionId: string): void {
    this.#database.prepare('DELETE FROM tombstone WHERE connection_id = ?').run(connectionId)
  }
}

const fateOf = ({ fate, known_from }: Pick<Row, 'fate' | 'known_from'>): Fate =>
  fate === 'vanished' && known_from !== 'console' ? 'elsewhere' : fate

function tombstoneOf(row: Row): Tombstone {
  return {
    id: row.token_id,
    name: row.name,
    maskedToken: row.masked_token,
    createdAt: row.created_at,
    expiresAt: row.expires_at,
    lastUsedAt: row.last_used_at,
    owner: { id: row.owner_id, name: row.owner_name, email: row.owner_email },
    fate: fateOf(row),
    knownFrom: row.known_from,
    goneAt: row.at,
    lastListedAt: row.last_listed_at,
    by: row.revoked_by,
    reason: row.reason,
  }
}
