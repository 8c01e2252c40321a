import { z } from 'zod'
import { equalDigests, randomText, sha256 } from '#base/crypto.ts'
import { type Database, transaction } from '#base/sqlite.ts'

export const STAND_IN_MIGRATIONS: readonly string[] = [
  `CREATE TABLE platform (
     id TEXT PRIMARY KEY, url TEXT NOT NULL, title TEXT NOT NULL, version TEXT NOT NULL, vertical TEXT,
     license_type TEXT, admin_key BLOB, beats INTEGER NOT NULL, last_beat_at INTEGER NOT NULL) STRICT;
   CREATE TABLE credential (
     platform_id TEXT NOT NULL REFERENCES platform (id) ON DELETE CASCADE, email TEXT NOT NULL, display_name TEXT NOT NULL,
     digest BLOB, replaced INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (platform_id, email)) STRICT, WITHOUT ROWID;`,
]

const Key = z.string().max(4_096).default('')

/** The registration as XTM One takes it; what is not named here is taken and ignored. */
export const Registration = z.object({
  platform_identifier: z.string().min(1).max(100),
  platform_url: z.string().max(2_048),
  platform_title: z.string().max(1_000),
  platform_version: z.string().max(100),
  platform_id: z.string().min(1).max(200),
  enterprise_license_pem: z.string().max(65_536).nullish(),
  license_type: z.string().max(100).nullish(),
  business_vertical: z.string().max(100).nullish(),
  supports_approval_prompts: z.boolean().nullish(),
  intents: z
    .array(z.object({ name: z.string().max(200), description: z.string().nullish() }))
    .max(1_000)
    .nullish(),
  admin_api_key: Key,
  users: z
    .array(z.object({ email: z.string().min(1).max(320), display_name: z.string().max(1_000), api_key: Key }))
    .max(200_000)
    .nullish(),
})
export type Registration = z.infer<typeof Registration>

export interface RegisteredPlatform {
  readonly id: string
  readonly url: string
  readonly title: string
  readonly version: string
  readonly beats: number
  readonly lastBeatAt: number
  readonly integrations: number
}

/** The memory of the stand-in. Credentials are kept as digests: it never calls back, it only has to know them again. */
export function createRegistrations(database: Database) {
  const chatTokens = new Map<string, string>()
  const upsert = database.prepare(
    `INSERT INTO platform VALUES (?, ?, ?, ?, ?, ?, ?, 1, ?)
     ON CONFLICT (id) DO UPDATE SET url = excluded.url, title = excluded.title, version = excluded.version,
       vertical = excluded.vertical, license_type = excluded.license_type,
       admin_key = coalesce(excluded.admin_key, admin_key), beats = beats + 1, last_beat_at = excluded.last_beat_at`,
  )
  // An empty key keeps what is stored (issue #14798); the update is left out where nothing changes.
  const addUser = database.prepare(
    `INSERT INTO credential (platform_id, email, display_name, digest) VALUES (?, ?, ?, ?)
     ON CONFLICT (platform_id, email) DO UPDATE SET display_name = excluded.display_name,
       replaced = replaced + (digest IS NOT NULL AND excluded.digest IS NOT NULL AND digest IS NOT excluded.digest),
       digest = coalesce(excluded.digest, digest)
     WHERE excluded.digest IS NOT NULL OR display_name IS NOT excluded.display_name`,
  )
  const integrations = database.prepare(
    'SELECT count(digest) AS number FROM credential WHERE platform_id = ?',
  )
  const credential = database.prepare(
    'SELECT digest, replaced FROM credential WHERE platform_id = ? AND email = ?',
  )

  const countOf = (platformId: string): number => (integrations.get(platformId) as { number: number }).number

  return {
    /** Creates or renews a platform. Returns what its answer needs. */
    register(body: Registration, now: number): { integrations: number; chatToken: string } {
      const digestOf = (key: string): Uint8Array | null => (key === '' ? null : sha256(key))
      transaction(database, () => {
        upsert.run(
          body.platform_id,
          body.platform_url,
          body.platform_title,
          body.platform_version,
          body.business_vertical ?? null,
          body.license_type ?? null,
          digestOf(body.admin_api_key),
          now,
        )
        for (const user of body.users ?? [])
          addUser.run(body.platform_id, user.email, user.display_name, digestOf(user.api_key))
      })
      const chatToken = chatTokens.get(body.platform_id) ?? randomText(32)
      chatTokens.set(body.platform_id, chatToken)
      return { integrations: countOf(body.platform_id), chatToken }
    },

    platforms(): RegisteredPlatform[] {
      const rows = database
        .prepare(
          'SELECT id, url, title, version, beats, last_beat_at AS lastBeatAt FROM platform ORDER BY id',
        )
        .all() as unknown as Omit<RegisteredPlatform, 'integrations'>[]
      return rows.map((row) => ({ ...row, integrations: countOf(row.id) }))
    },

    /** Whether this is the credential that is stored for the user. */
    holds(platformId: string, email: string, key: string): boolean {
      const row = credential.get(platformId, email) as { digest: Uint8Array | null } | undefined
      return row?.digest != null && equalDigests(row.digest, sha256(key))
    },

    /** How often a stored credential was replaced by a different one. */
    replaced(platformId: string, email: string): number {
      const row = credential.get(platformId, email) as { replaced: number } | undefined
      return row?.replaced ?? 0
    },
  }
}

export type Registrations = ReturnType<typeof createRegistrations>
