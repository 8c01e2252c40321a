import type { Database } from '#base/sqlite.ts'
import type { ConnectionKind } from '#shared/contract/connections.ts'

/** What is kept of a connection: everything but its token. */
export interface Profile {
  readonly id: string
  readonly kind: ConnectionKind
  readonly name: string
  readonly url: string
  readonly caPem: string | null
  readonly proxy: string | null
  /** `session`: the token was in memory only, so after a restart there is none */
  readonly tokenPlace: 'keychain' | 'session'
  /** ms since the epoch */
  readonly createdAt: number
}

interface Row {
  readonly id: string
  readonly kind: ConnectionKind
  readonly name: string
  readonly url: string
  readonly ca_pem: string | null
  readonly proxy: string | null
  readonly token_place: 'keychain' | 'session'
  readonly created_at: number
}

/** Connection profiles in the console's database, oldest first. */
export class ProfileStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  all(): Profile[] {
    const rows = this.#database.prepare('SELECT * FROM connection ORDER BY created_at, id').all()
    return (rows as unknown as Row[]).map((row) => ({
      id: row.id,
      kind: row.kind,
      name: row.name,
      url: row.url,
      caPem: row.ca_pem,
      proxy: row.proxy,
      tokenPlace: row.token_place,
      createdAt: row.created_at,
    }))
  }

  /** Keeps a new profile or the new state of one. */
  keep({ id, kind, name, url, caPem, proxy, tokenPlace, createdAt }: Profile): void {
    this.#database
      .prepare(
        `INSERT INTO connection (id, kind, name, url, ca_pem, proxy, token_place, created_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET name = excluded.name, token_place = excluded.token_place`,
      )
      .run(id, kind, name, url, caPem, proxy, tokenPlace, createdAt)
  }

  remove(id: string): void {
    this.#database.prepare('DELETE FROM connection WHERE id = ?').run(id)
  }
}
