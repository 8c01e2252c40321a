import type { Clock } from '#base/clock.ts'
import type { Session, Token, UserAccess } from '#shared/contract/tokens.ts'
import { reach } from '../clients/opencti/reach.ts'
import { RemoteError } from '../clients/opencti/remote-error.ts'
import type { Pace } from './pace.ts'
import type { Ask } from './platform.ts'
import { inTurns } from './turns.ts'

/** What a user holds, as the platform lists it. */
export interface Reading {
  readonly user: UserAccess['user']
  readonly tokens: readonly Token[]
  /** null: not told, or not asked for (`readOwners` with many owners) */
  readonly sessions: readonly Session[] | null
  /** our clock when the answer came */
  readonly at: number
  readonly skewMs: number
  /** the last four characters of the token that asked */
  readonly tokenEnding: string
}

/** From so many owners on the list of all users may be the shorter way. */
const MANY = 40
/** Users a page: some hundred kilobytes. */
const PAGE = 500

export interface ReadParts {
  readonly ask: Ask
  readonly pace: Pace
  readonly clock: Clock
}

/** One user with tokens and sessions; null when the platform knows no such user. @throws RemoteError */
export async function readOwner({ ask, pace, clock }: ReadParts, userId: string): Promise<Reading | null> {
  try {
    const { user, tokens, sessions, skewMs, isMe, tokenEnding } = await pace.run(() =>
      ask(async ({ client, identity, tokenEnding }) => {
        // What a platform keeps of revoked tokens is of no use here, and would be a request more.
        const features = { ...identity.features, revokedTokens: false }
        const access = await client.access(reach(identity, userId).read, features)
        return { ...access, isMe: access.user.id === identity.userId, tokenEnding }
      }),
    )
    return {
      user: { ...user, tokenCount: tokens.length, isMe },
      tokens,
      sessions,
      at: clock.now(),
      skewMs,
      tokenEnding,
    }
  } catch (error) {
    if (error instanceof RemoteError && error.code === 'user-not-found') return null
    throw error
  }
}

/**
 * What each of the owners holds now, asked after this call began; null for a user that the platform does not know. One by one,
 * or, where that takes fewer requests, by the list of all users, which tells no sessions.
 * @throws the first failure, when every request under way has ended
 */
export async function readOwners(
  parts: ReadParts,
  userIds: readonly string[],
): Promise<Map<string, Reading | null>> {
  const wanted = new Set(userIds)
  const found = wanted.size < MANY ? new Map<string, Reading>() : await readByPages(parts, wanted)
  const readings = new Map<string, Reading | null>(found)
  // Whoever the pages did not bring, moved between two of them perhaps, is asked for by name.
  const missing = [...wanted].filter((id) => !found.has(id))
  const read = async (id: string): Promise<void> => void readings.set(id, await readOwner(parts, id))
  await inTurns(
    parts.pace,
    missing.map((id) => [() => read(id)]),
  )
  return readings
}

/** Those of `wanted` that the list of all users brings; none where that would take more requests than asking one by one. */
async function readByPages(
  { ask, pace, clock }: ReadParts,
  wanted: ReadonlySet<string>,
): Promise<Map<string, Reading>> {
  const found = new Map<string, Reading>()
  let after: string | null = null
  for (let asked = 0; asked < wanted.size; asked += 1) {
    const page = await pace.run(() =>
      ask(async ({ client, identity, tokenEnding }) => {
        const { signal } = new AbortController()
        const answer = await client.inventoryPage({ after, first: PAGE, order: 'asc', signal })
        return { ...answer, me: identity.userId, tokenEnding }
      }),
    )
    const { skewMs, tokenEnding } = page
    const at = clock.now()
    for (const read of page.users()) {
      if (read === null || !wanted.has(read.owner.id)) continue
      const { owner, tokens } = read
      const user = { ...owner, capabilities: [], tokenCount: tokens.length, isMe: owner.id === page.me }
      found.set(owner.id, { user, tokens, sessions: null, at, skewMs, tokenEnding })
    }
    after = page.nextCursor
    if (after === null || found.size === wanted.size || page.total / PAGE > wanted.size) break
  }
  return found
}
