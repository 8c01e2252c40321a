import type { z } from 'zod'
import type { Logger } from '#base/logger.ts'
import type { Database } from '#base/sqlite.ts'
import { Reminder, RevokeTimer, Rotation } from '#shared/contract/upkeep.ts'

/** Of each kind; the oldest that have ended go first, and what is open stays. */
const MOST_KEPT = 500

const SCHEMAS = { timer: RevokeTimer, rotation: Rotation, reminder: Reminder }
type Kind = keyof typeof SCHEMAS
type Entry<Of extends Kind> = z.infer<(typeof SCHEMAS)[Of]>

/** What is to be done about tokens later, in the console's database; it survives restarts. Never a token's value. */
export class UpkeepStore {
  readonly #database: Database
  readonly #logger: Logger

  constructor(database: Database, logger: Logger) {
    this.#database = database
    this.#logger = logger
  }

  /** All of a kind, the newest first. What cannot be read is left out and logged. */
  all<Of extends Kind>(kind: Of): Entry<Of>[] {
    const rows = this.#database
      .prepare('SELECT id, body FROM upkeep WHERE kind = ? ORDER BY place DESC')
      .all(kind) as { id: string; body: string }[]
    return rows.flatMap(({ id, body }) => {
      try {
        return [SCHEMAS[kind].parse(JSON.parse(body)) as Entry<Of>]
      } catch {
        this.#logger.warn({ kind, id }, 'an entry of the upkeep could not be read')
        return []
      }
    })
  }

  /** Keeps a new entry or the new state of one. @param open whether it still waits for something */
  keep<Of extends Kind>(kind: Of, entry: Entry<Of>, open: boolean): void {
    const { id, connectionId } = entry
    this.#database
      .prepare(
        `INSERT INTO upkeep (id, kind, connection_id, open, body) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET open = excluded.open, body = excluded.body`,
      )
      .run(id, kind, connectionId, open ? 1 : 0, JSON.stringify(entry))
    this.#database
      .prepare(
        `DELETE FROM upkeep WHERE kind = ? AND open = 0 AND place <= (
           SELECT place FROM upkeep WHERE kind = ? ORDER BY place DESC LIMIT 1 OFFSET ?)`,
      )
      .run(kind, kind, MOST_KEPT)
  }

  remove(id: string): void {
    this.#database.prepare('DELETE FROM upkeep WHERE id = ?').run(id)
  }

  forget(connectionId: string): void {
    this.#database.prepare('DELETE FROM upkeep WHERE connection_id = ?').run(connectionId)
  }
}
