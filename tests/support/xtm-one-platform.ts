import { sha256 } from '#base/crypto.ts'
import { Secret } from '#base/secret.ts'
import { type Database, openDatabase, transaction } from '#base/sqlite.ts'
import type { PlatformPort, ProvisioningPort } from '../../electron/xtm-one/ports.ts'

/** Obviously no key: 32 times the same byte. */
const KEY = new Uint8Array(32).fill(7)
export const ADMIN_KEY = `flgrn_octi_tkn_${'NotARealAdminKey'.padEnd(64, '0')}`
export const PLATFORM_ID = '0d5f0f0e-0000-4000-8000-000000000001'

/** A platform's users and tokens on real SQLite, as far as the registration needs them. */
export function createTestPlatform(path: string) {
  const database: Database = openDatabase(path, [
    `CREATE TABLE user (id TEXT PRIMARY KEY, email TEXT NOT NULL, name TEXT NOT NULL) STRICT, WITHOUT ROWID;
     CREATE TABLE token (
       id INTEGER PRIMARY KEY, user_id TEXT NOT NULL, digest BLOB NOT NULL UNIQUE, revoked INTEGER NOT NULL DEFAULT 0) STRICT;
     CREATE INDEX token_user ON token (user_id);`,
  ])
  const page = database.prepare(
    'SELECT id, email, name AS displayName FROM user WHERE id > ? ORDER BY id LIMIT ?',
  )
  const idPage = database.prepare('SELECT id FROM user WHERE id > ? ORDER BY id LIMIT ?')
  const insert = database.prepare('INSERT OR IGNORE INTO token (user_id, digest) VALUES (?, ?)')
  const find = database.prepare('SELECT id FROM token WHERE digest = ?')
  const dead = database.prepare(
    `SELECT given.value AS id FROM json_each(?) AS given LEFT JOIN token ON token.id = CAST(given.value AS INTEGER)
       WHERE token.id IS NULL OR token.revoked = 1`,
  )

  const platform: PlatformPort = {
    facts: async () => ({
      id: PLATFORM_ID,
      url: 'https://opencti.example.org',
      title: 'Test platform',
      version: '7.261101.0',
      licencePem: null,
      supportsApprovalPrompts: false,
    }),
  }
  const provisioning: ProvisioningPort = {
    users: async (after, limit) =>
      page.all(after ?? '', limit) as unknown as { id: string; email: string; displayName: string }[],
    userIds: async (after, limit) =>
      (idPage.all(after ?? '', limit) as unknown as { id: string }[]).map(({ id }) => id),
    adopt: async (tokens) =>
      transaction(database, () =>
        tokens.map(({ userId, value }) => {
          const digest = sha256(value.expose())
          insert.run(userId, digest)
          return { userId, tokenId: String((find.get(digest) as { id: number }).id) }
        }),
      ),
    dead: async (ids) => (dead.all(JSON.stringify(ids)) as { id: string }[]).map(({ id }) => id),
    adminApiKey: async () => new Secret(ADMIN_KEY),
    provisioningKey: () => KEY,
  }
  return {
    platform,
    provisioning,
    addUsers(from: number, count: number): void {
      const add = database.prepare('INSERT INTO user VALUES (?, ?, ?)')
      transaction(database, () => {
        for (let number = from; number < from + count; number += 1) {
          const id = `user-${String(number).padStart(6, '0')}`
          add.run(id, `${id}@example.org`, `User ${number}`)
        }
      })
    },
    revokeTokenOf(userId: string): void {
      database.prepare('UPDATE token SET revoked = 1 WHERE user_id = ?').run(userId)
    },
    /** user id → digests of all tokens ever made for the user */
    tokens(): Map<string, Uint8Array[]> {
      const rows = database.prepare('SELECT user_id AS userId, digest FROM token ORDER BY id').all()
      const found = new Map<string, Uint8Array[]>()
      for (const row of rows as unknown as { userId: string; digest: Uint8Array }[])
        found.set(row.userId, [...(found.get(row.userId) ?? []), row.digest])
      return found
    },
    close: () => database.close(),
  }
}
