import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '#base/clock.ts'
import { systemRandom } from '#base/crypto.ts'
import type { Database } from '#base/sqlite.ts'
import { prepareAdmin } from '../../electron/local-platform/admin.ts'
import { auditLog } from '../../electron/local-platform/audit/audit-log.ts'
import { openPlatformDatabase } from '../../electron/local-platform/database/open.ts'
import { platformValues } from '../../electron/local-platform/database/platform-values.ts'
import { restNever } from '../../electron/local-platform/migration/batches.ts'
import { migration } from '../../electron/local-platform/migration/migration.ts'
import { confirmKey, platformKeys } from '../../electron/local-platform/platform-keys.ts'
import { tokenStore } from '../../electron/local-platform/tokens/token-store.ts'
import { tokenValidator } from '../../electron/local-platform/tokens/validator.ts'
import { userStore } from '../../electron/local-platform/users/user-store.ts'

/** Obviously no key: 32 times the same byte. */
export const LEGACY_TEST_KEY = new Uint8Array(32).fill(7)

/** The platform's database with everything a migration needs, without the requests; put together as the platform does it. */
export async function openMigration(dataFolder: string, clock: Clock) {
  mkdirSync(dataFolder, { recursive: true })
  const database = openPlatformDatabase(dataFolder)
  const keys = platformKeys(LEGACY_TEST_KEY)
  confirmKey(keys, platformValues(database))
  const audit = auditLog(database, keys.audit)
  const users = userStore(database)
  const tokens = tokenStore(database, keys, audit, systemRandom)
  const admin = await prepareAdmin({ database, users, tokens, random: systemRandom }, {}, clock.now())
  return {
    database,
    keys,
    audit,
    users,
    tokens,
    admin,
    validate: tokenValidator(database, keys.token),
    migration: migration({ database, keys, audit, dataFolder, tempo: { clock, rest: restNever } }),
  }
}

/** A digest over every value of a table, row by row in the order of its key. */
export function tableDigest(database: Database, table: 'users' | 'legacy_tokens' | 'tokens'): string {
  const order = { users: 'row', legacy_tokens: 'user_row', tokens: 'id' }[table]
  const digest = createHash('sha256')
  for (const row of database.prepare(`SELECT * FROM ${table} ORDER BY ${order}`).iterate())
    digest.update(JSON.stringify(Object.entries(row)))
  return digest.digest('hex')
}

/** Each file below `folder` with a digest of its bytes. */
export function folderDigest(folder: string): Record<string, string> {
  return Object.fromEntries(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name))
      .sort()
      .map((path) => [path, createHash('sha256').update(readFileSync(path)).digest('hex')]),
  )
}
