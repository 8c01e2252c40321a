import type { Secret } from '#base/secret.ts'
import { type Database, transaction } from '#base/sqlite.ts'
import type { ProvisionedUser, ProvisioningPort } from '../../xtm-one/ports.ts'
import type { TokenStore } from '../tokens/token-store.ts'
import type { User } from '../users/user.ts'
import type { UserStore } from '../users/user-store.ts'

/** How the tokens of the proof-of-concept profile are called, here as in OpenCTI (opencti-api.md §4.2). */
const TOKEN_NAME = 'XTM One'

export interface ProvisioningParts {
  readonly database: Database
  readonly users: UserStore
  readonly tokens: TokenStore
  /** in whose name tokens are minted */
  readonly admin: Pick<User, 'id' | 'user_email'>
  /** the administrator's token of the configuration; null without one */
  readonly adminToken: Secret | null
  readonly key: Uint8Array
  readonly now: () => number
}

/** The users and tokens of this platform, for the proof-of-concept profile alone. */
export function provisioningPort(parts: ProvisioningParts): ProvisioningPort & { userCount(): number } {
  const { database, users, tokens, now } = parts
  const page = database.prepare(
    `SELECT id, user_email AS email, name AS displayName FROM users
       WHERE id > ? AND user_email <> '' ORDER BY id LIMIT ?`,
  )
  const idPage = database.prepare(
    `SELECT id FROM users WHERE id > ? AND user_email <> '' ORDER BY id LIMIT ?`,
  )
  const count = database.prepare(`SELECT count(*) AS number FROM users WHERE user_email <> ''`)
  const dead = database.prepare(
    `SELECT given.value AS id FROM json_each(?) AS given LEFT JOIN tokens ON tokens.id = given.value
       WHERE tokens.id IS NULL OR tokens.revoked_at IS NOT NULL OR tokens.expires_at <= ?`,
  )

  return {
    userCount: () => (count.get() as { number: number }).number,
    users: async (after, limit) => page.all(after ?? '', limit) as unknown as ProvisionedUser[],
    userIds: async (after, limit) =>
      (idPage.all(after ?? '', limit) as unknown as { id: string }[]).map(({ id }) => id),
    adopt: async (given) =>
      transaction(database, () => {
        const deed = {
          actor: parts.admin,
          at: now(),
          source: { via: 'console', ip: null, userAgent: null } as const,
        }
        return given.flatMap(({ userId, value }) => {
          // Gone since the page was read: there is nobody to mint for.
          const owner = users.byId(userId)
          return owner ? [{ userId, tokenId: tokens.adopt(owner, TOKEN_NAME, value, deed) }] : []
        })
      }),
    dead: async (ids) => (dead.all(JSON.stringify(ids), now()) as { id: string }[]).map(({ id }) => id),
    adminApiKey: async () => parts.adminToken,
    provisioningKey: () => parts.key,
  }
}
