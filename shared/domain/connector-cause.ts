/**
 * Why a connector stands as it does, as far as its owner's tokens tell, and what stops when (C-07). A connector acts as its
 * owner; which of the owner's tokens it uses the platform does not say. All times by the console's clock.
 */

export interface CauseToken {
  readonly id: string
  readonly name: string
  readonly lastFour: string
  readonly createdAt: number | null
  /** null: never */
  readonly expiresAt: number | null
  readonly lastUsedAt: number | null
  readonly ended:
    | { readonly how: 'revoked'; readonly at: number }
    | { readonly how: 'gone'; readonly after: number; readonly at: number }
    | null
}

export interface CauseOwner {
  readonly id: string
  /** `Active` lets tokens in; any other word does not (opencti-api.md §2.4) */
  readonly accountStatus: string
  readonly lockedAfter: number | null
  readonly tokens: readonly CauseToken[]
}

/**
 * certain   nothing else lets the connector in
 * possible  it depends on which of several tokens the connector uses
 */
export type Certainty = 'certain' | 'possible'

export type Cause =
  | {
      readonly kind: 'expired'
      readonly token: CauseToken
      readonly at: number
      readonly certainty: Certainty
    }
  | {
      readonly kind: 'revoked'
      readonly token: CauseToken
      readonly at: number
      readonly certainty: Certainty
    }
  /** vanished from the owner's list between the two moments */
  | {
      readonly kind: 'gone'
      readonly token: CauseToken
      readonly after: number
      readonly at: number
      readonly certainty: Certainty
    }
  | { readonly kind: 'account'; readonly status: string }
  | { readonly kind: 'locked'; readonly at: number }
  | { readonly kind: 'no-token' }

/** A token that ended this long before the trouble began may still be what began it: caches, retries, long pauses. */
const LEAD_MS = 2 * 3_600_000
/** A token that was used within this time may be the one that a connector uses. */
const RECENT_MS = 30 * 86_400_000

/** When a token stops letting anybody in; null: never, as things stand. */
export function endOf({ expiresAt, ended }: CauseToken): number | null {
  const times = [expiresAt, ended?.at ?? null].filter((at) => at !== null)
  return times.length === 0 ? null : Math.min(...times)
}

function lets(token: CauseToken, now: number): boolean {
  const end = endOf(token)
  return end === null || end > now
}

/**
 * What the owner's tokens and account have to do with the trouble of a connector; null: nothing that is seen.
 * @param since when it was last well, as far as is known; null: not known
 */
export function causeOf(owner: CauseOwner, since: number | null, now: number): Cause | null {
  if (owner.lockedAfter !== null && owner.lockedAfter <= now) return { kind: 'locked', at: owner.lockedAfter }
  if (owner.accountStatus !== '' && owner.accountStatus !== 'Active') {
    return { kind: 'account', status: owner.accountStatus }
  }
  const others = owner.tokens.filter((token) => lets(token, now))
  const dead = owner.tokens
    .filter((token) => !lets(token, now))
    .toSorted((one, other) => (endOf(other) ?? 0) - (endOf(one) ?? 0))
  const [last] = dead
  if (last === undefined) return others.length === 0 ? { kind: 'no-token' } : null
  if (others.length === 0) return ending(last, 'certain')
  // Others still let it in: only one that ended about when the trouble began says anything.
  const near = dead.find((token) => {
    const end = endOf(token) as number
    const wasUsed = token.lastUsedAt !== null && end - token.lastUsedAt < RECENT_MS
    return wasUsed && end <= now && since !== null && end >= since - LEAD_MS
  })
  return near ? ending(near, 'possible') : null
}

function ending(token: CauseToken, certainty: Certainty): Cause {
  const { ended, expiresAt } = token
  const endedFirst = ended !== null && (expiresAt === null || ended.at <= expiresAt)
  if (!endedFirst) return { kind: 'expired', token, at: expiresAt as number, certainty }
  return ended.how === 'revoked'
    ? { kind: 'revoked', token, at: ended.at, certainty }
    : { kind: 'gone', token, after: ended.after, at: ended.at, certainty }
}

export interface ForecastConnector {
  readonly id: string
  readonly ownerId: string | null
  /** it is meant to run: what is stopped has nothing to lose */
  readonly wanted: boolean
}

export interface Forecast {
  /** when it happens */
  readonly at: number
  readonly kind: 'expires' | 'locks'
  /** null where the account itself is locked */
  readonly token: CauseToken | null
  readonly certainty: Certainty
  readonly ownerId: string
  readonly connectorIds: readonly string[]
}

/**
 * What stops which connectors within `horizonMs`, soonest first. The last token of an owner stops them for certain; one that
 * was used lately, while others stay, may.
 */
export function forecast(
  connectors: readonly ForecastConnector[],
  owners: readonly CauseOwner[],
  now: number,
  horizonMs: number,
): Forecast[] {
  const byOwner = new Map<string, string[]>()
  for (const { id, ownerId, wanted } of connectors) {
    if (!wanted || ownerId === null) continue
    const ids = byOwner.get(ownerId)
    if (ids) ids.push(id)
    else byOwner.set(ownerId, [id])
  }
  const found: Forecast[] = []
  for (const owner of owners) {
    const connectorIds = byOwner.get(owner.id) ?? []
    if (connectorIds.length === 0) continue
    const common = { ownerId: owner.id, connectorIds }
    const soon = (at: number): boolean => at > now && at <= now + horizonMs
    const locked = owner.lockedAfter
    if (locked !== null && soon(locked)) {
      found.push({ ...common, at: locked, kind: 'locks', token: null, certainty: 'certain' })
    }
    const alive = owner.tokens.filter((token) => lets(token, now))
    const lastEnd = Math.max(...alive.map((token) => endOf(token) ?? Number.POSITIVE_INFINITY))
    for (const token of alive) {
      const at = endOf(token)
      if (at === null || !soon(at) || (locked !== null && locked <= at)) continue
      const certainty = at === lastEnd ? 'certain' : 'possible'
      const isRecent = token.lastUsedAt !== null && now - token.lastUsedAt < RECENT_MS
      if (certainty === 'possible' && !isRecent) continue
      found.push({ ...common, at, kind: 'expires', token, certainty })
    }
  }
  return found.sort((one, other) => one.at - other.at)
}
