import type { Database } from '#base/sqlite.ts'
import type { SeenRelease } from './release.ts'

/** The newest release that was ever believed, so that no older one is. */
export class SeenReleaseStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  get seen(): SeenRelease | null {
    const row = this.#database.prepare('SELECT version, issued_at FROM release_seen').get() as
      | { version: string; issued_at: number }
      | undefined
    return row ? { version: row.version, issuedAt: row.issued_at } : null
  }

  keep({ version, issuedAt }: SeenRelease): void {
    this.#database
      .prepare('INSERT OR REPLACE INTO release_seen (only, version, issued_at) VALUES (1, ?, ?)')
      .run(version, issuedAt)
  }
}
