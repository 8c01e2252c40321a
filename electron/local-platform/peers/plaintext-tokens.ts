import { hmac, type RandomSource } from '#base/crypto.ts'
import { type Database, transaction } from '#base/sqlite.ts'
import { newId } from '../ids.ts'
import type { PlatformKeys } from '../platform-keys.ts'
import { BadConfigError } from '../start-failure.ts'
import type { User } from '../users/user.ts'

/** The one `api_token` that each user of OpenCTI before 7.260224 has: a UUID, kept and answered in plaintext. */
export interface PlaintextTokens {
  /** The user's, made when they have none yet. */
  of(user: Pick<User, 'row'>, now: number): string
  /** Another one; the old one ends at once. */
  renew(user: Pick<User, 'row'>, now: number): void
  /** Makes it the user's. */
  set(user: Pick<User, 'row'>, plaintext: string, now: number): void
  /** Gives one to everybody who has none. */
  giveAll(now: number): void
}

/**
 * Keeps them where plaintext from an import lies, so that they authenticate as those do and a later migration finds them.
 * SECURITY: for a platform that stands for an old OpenCTI alone; nothing else writes a new plaintext.
 * @throws BadConfigError on a folder that holds tokens of their own
 */
export function plaintextTokens(
  database: Database,
  keys: PlatformKeys,
  random: RandomSource,
): PlaintextTokens {
  if (database.prepare('SELECT 1 FROM tokens LIMIT 1').get())
    throw new BadConfigError(
      'This folder holds API tokens, which OpenCTI 6.9 has not; use a folder of its own',
    )
  const read = database.prepare('SELECT api_token FROM legacy_tokens WHERE user_row = ?')
  const without = database.prepare(
    'SELECT row FROM users WHERE NOT EXISTS (SELECT 1 FROM legacy_tokens WHERE user_row = users.row)',
  )
  const write = database.prepare(
    `INSERT INTO legacy_tokens (user_row, digest, key_id, api_token, imported_at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (user_row) DO UPDATE
     SET digest = excluded.digest, key_id = excluded.key_id, api_token = excluded.api_token, imported_at = excluded.imported_at`,
  )
  const set = (user: Pick<User, 'row'>, plaintext: string, now: number): void =>
    void write.run(user.row, hmac(keys.token, plaintext), keys.keyId, plaintext, now)
  const renew = (user: Pick<User, 'row'>, now: number): void => set(user, newId(random), now)
  const find = (user: Pick<User, 'row'>) => read.get(user.row) as { api_token: string } | undefined

  return {
    of(user, now) {
      const known = find(user)
      if (known) return known.api_token
      renew(user, now)
      return (find(user) as { api_token: string }).api_token
    },
    renew,
    set,
    giveAll(now) {
      const users = without.all() as unknown as Pick<User, 'row'>[]
      transaction(database, () => {
        for (const user of users) renew(user, now)
      })
    },
  }
}
