import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '#base/clock.ts'
import { systemRandom } from '#base/crypto.ts'
import { type Database, memoryDatabase, openUnchanged } from '#base/sqlite.ts'
import { type AdminAccount, prepareAdmin } from '../admin.ts'
import { auditLog } from '../audit/audit-log.ts'
import { MIGRATIONS } from '../database/migrations.ts'
import { DATABASE_FILE } from '../database/open.ts'
import { platformValues } from '../database/platform-values.ts'
import { confirmKey, type PlatformKeys } from '../platform-keys.ts'
import { tokenStore } from '../tokens/token-store.ts'
import { userStore } from '../users/user-store.ts'
import { restNever } from './batches.ts'
import { type Migration, migration } from './migration.ts'

/**
 * The migration on a copy of the platform in memory: the same code does the same work and finds the same obstacles, and no
 * byte of any file changes. A folder without a platform counts as an empty one. May run beside the platform.
 * @throws WrongKeyError, NewerDatabaseError, or SQLite's own error
 */
export async function rehearsal(
  dataFolder: string,
  keys: PlatformKeys,
  admin: AdminAccount,
  clock: Clock,
): Promise<{ readonly migration: Migration; close(): void }> {
  const path = join(dataFolder, DATABASE_FILE)
  const original: Database | null = existsSync(path) ? openUnchanged(path) : null
  let copy: Database
  try {
    copy = memoryDatabase(original, MIGRATIONS)
  } finally {
    original?.close()
  }
  try {
    confirmKey(keys, platformValues(copy))
    const audit = auditLog(copy, keys.audit)
    const tokens = tokenStore(copy, keys, audit, systemRandom)
    // As every start does: the administrator's address and token may be in a line's way.
    await prepareAdmin(
      { database: copy, users: userStore(copy), tokens, random: systemRandom },
      admin,
      clock.now(),
    )
    return {
      migration: migration({ database: copy, keys, audit, dataFolder, tempo: { clock, rest: restNever } }),
      close: () => copy.close(),
    }
  } catch (error) {
    copy.close()
    throw error
  }
}
