import type { Clock } from '#base/clock.ts'
import { type Database, transaction } from '#base/sqlite.ts'
import type { Identity } from '#shared/contract/connections.ts'
import type { Owner, OwnerToken } from '#shared/contract/connectors.ts'
import { lastFour } from '#shared/domain/token.ts'
import type { ApiToken } from '../clients/opencti/answers.ts'
import type { OpenCtiClient, UserAccessAnswered } from '../clients/opencti/opencti-client.ts'
import { reach } from '../clients/opencti/reach.ts'

/** A token that ended longer ago than this explains nothing that happens today. */
const KEPT_MS = 90 * 86_400_000
/** Ended tokens of one owner that are kept, the newest. */
const MOST_ENDED = 20

type Listed = Omit<OwnerToken, 'ended'>

/**
 * The tokens of those that connectors act as (C-07). OpenCTI forgets a token that was revoked, so what the console saw listed
 * and then sees no more is remembered as gone, with the two moments.
 */
export class ConnectorOwners {
  readonly #database: Database
  readonly #clock: Clock

  constructor(database: Database, clock: Clock) {
    this.#database = database
    this.#clock = clock
  }

  /** Reads one owner. @throws ProblemError, `missing-capability` and `old-platform` among them */
  async read(
    connectionId: string,
    ownerId: string,
    { client, identity }: { readonly client: OpenCtiClient; readonly identity: Identity },
  ): Promise<Owner> {
    const access = await client.access(reach(identity, ownerId).read, identity.features)
    const readAt = this.#clock.now()
    const { skewMs, user } = access
    const listed = access.tokens.map((token) => ours(token, skewMs))
    const gone = this.#notice(connectionId, ownerId, listed, readAt)
    const revoked = revokedOf(access, skewMs)
    const told = new Set(revoked.map(({ id }) => id))
    return {
      id: ownerId,
      accountStatus: user.accountStatus,
      lockedAfter: user.accountLockAfter === null ? null : user.accountLockAfter - skewMs,
      tokens: [
        ...listed.map((token) => ({ ...token, ended: null })),
        ...revoked,
        // What the platform itself calls revoked is better known from it.
        ...gone.filter(({ id }) => !told.has(id)),
      ],
      readAt,
    }
  }

  /** Remembers the list, and answers the tokens that were in it and are no more. */
  #notice(connectionId: string, ownerId: string, listed: readonly Listed[], now: number): OwnerToken[] {
    const keep = this.#database.prepare(
      `INSERT INTO owner_token (connection, owner, token, seen_at, gone_at, body) VALUES (?, ?, ?, ?, NULL, ?)
       ON CONFLICT (connection, owner, token) DO UPDATE SET seen_at = excluded.seen_at, gone_at = NULL, body = excluded.body`,
    )
    const present = JSON.stringify(listed.map(({ id }) => id))
    transaction(this.#database, () => {
      for (const token of listed) keep.run(connectionId, ownerId, token.id, now, JSON.stringify(token))
      this.#database
        .prepare(
          `UPDATE owner_token SET gone_at = ? WHERE connection = ? AND owner = ? AND gone_at IS NULL
           AND token NOT IN (SELECT value FROM json_each(?))`,
        )
        .run(now, connectionId, ownerId, present)
      this.#database.prepare('DELETE FROM owner_token WHERE gone_at < ?').run(now - KEPT_MS)
    })
    const rows = this.#database
      .prepare(
        `SELECT body, seen_at, gone_at FROM owner_token WHERE connection = ? AND owner = ? AND gone_at IS NOT NULL
         ORDER BY gone_at DESC LIMIT ${MOST_ENDED}`,
      )
      .all(connectionId, ownerId) as { body: string; seen_at: number; gone_at: number }[]
    return rows.map(({ body, seen_at, gone_at }) => ({
      ...(JSON.parse(body) as Listed),
      ended: { how: 'gone', after: seen_at, at: gone_at },
    }))
  }
}

function ours(token: ApiToken, skewMs: number): Listed {
  const moved = (at: number | null): number | null => (at === null ? null : at - skewMs)
  return {
    id: token.id,
    name: token.name,
    lastFour: lastFour(token.maskedToken),
    createdAt: moved(token.createdAt),
    expiresAt: moved(token.expiresAt),
    lastUsedAt: moved(token.lastUsedAt),
  }
}

function revokedOf({ revoked }: UserAccessAnswered, skewMs: number): OwnerToken[] {
  return (revoked ?? [])
    .toSorted((one, other) => other.revokedAt - one.revokedAt)
    .slice(0, MOST_ENDED)
    .map((token) => ({ ...ours(token, skewMs), ended: { how: 'revoked', at: token.revokedAt - skewMs } }))
}
