import type { Clock } from '#base/clock.ts'
import { Live } from '#base/live.ts'
import { asProblem } from '#base/problem-error.ts'
import type { Identity } from '#shared/contract/connections.ts'
import type { FirstUse } from '#shared/contract/tokens.ts'
import type { OpenCtiClient } from '../clients/opencti/opencti-client.ts'
import { accountReach } from '../clients/opencti/reach.ts'

const MINUTE_MS = 60_000
/** OpenCTI writes a last use at most once a minute (opencti-api.md §2.5): looking more often shows nothing more. */
const LOOK_EACH_MS = MINUTE_MS
/** After the first half hour whoever got the token takes longer, and so does the next look. */
const EAGER_FOR_MS = 30 * MINUTE_MS
const THEN_EACH_MS = 5 * MINUTE_MS
const LOOK_FOR_MS = 24 * 60 * MINUTE_MS
/** More new tokens than this are looked at in the inventory. */
const MOST_TOKENS = 16

/** What the platform says of a token: null when it lists it no more. */
export type ReadLastUse = (
  token: Pick<FirstUse, 'connectionId' | 'userId' | 'tokenId'>,
) => Promise<{ readonly lastUsedAt: number | null } | null>

/** Asks the platform for the list that the token stands in. */
export function lastUseAt(platforms: Platforms): ReadLastUse {
  return ({ connectionId, userId, tokenId }) =>
    platforms.use(connectionId, async ({ client, identity }) => {
      const { tokens } = await client.access(accountReach(identity, userId).read, identity.features)
      return tokens.find(({ id }) => id === tokenId) ?? null
    })
}

interface Platforms {
  use<Result>(
    connectionId: string,
    work: (session: { readonly client: OpenCtiClient; readonly identity: Identity }) => Promise<Result>,
  ): Promise<Result>
}

/**
 * The receipt of a hand-off (T-08): whether the platform has seen a new token used. Looks about once a minute, for a day at
 * most, whether the dialog that showed it is open or not.
 */
export class FirstUseWatch {
  readonly live = new Live<FirstUse[]>([])
  readonly #clock: Clock
  readonly #read: ReadLastUse
  readonly #tell: (token: FirstUse) => void
  readonly #timers = new Map<string, () => void>()

  /** @param tell hears of each token once, when its first use is seen */
  constructor(clock: Clock, read: ReadLastUse, tell: (token: FirstUse) => void) {
    this.#clock = clock
    this.#read = read
    this.#tell = tell
  }

  /** A token was made and is about to be handed over. */
  expect(token: Omit<FirstUse, 'since' | 'checkedAt' | 'usedAt'>): void {
    const since = this.#clock.now()
    this.#put([...this.live.value, { ...token, since, checkedAt: null, usedAt: null }])
    for (const { tokenId } of this.live.value.slice(0, -MOST_TOKENS)) this.#drop(tokenId)
    this.#lookLater(token.tokenId, LOOK_EACH_MS)
  }

  /** A connection is gone: so is what was expected of its tokens. */
  forget(connectionId: string): void {
    for (const token of this.live.value) if (token.connectionId === connectionId) this.#drop(token.tokenId)
  }

  dispose(): void {
    for (const cancel of this.#timers.values()) cancel()
    this.#timers.clear()
    this.live.end()
  }

  #lookLater(tokenId: string, ms: number): void {
    this.#timers.set(
      tokenId,
      this.#clock.after(ms, () => void this.#look(tokenId)),
    )
  }

  async #look(tokenId: string): Promise<void> {
    const token = this.#find(tokenId)
    if (!token) return
    const seen = await this.#read(token).catch((error: unknown) => asProblem(error))
    // Dropped, or ended, while the platform answered.
    if (!this.#find(tokenId) || !this.#timers.has(tokenId)) return
    if (seen === null) return this.#drop(tokenId)
    const failed = seen instanceof Error
    if (failed && (seen.code === 'no-connection' || seen.code === 'user-not-found'))
      return this.#drop(tokenId)
    const now = this.#clock.now()
    if (!failed) this.#change(tokenId, { checkedAt: now, usedAt: seen.lastUsedAt })
    if (!failed && seen.lastUsedAt !== null) {
      this.#timers.delete(tokenId)
      return this.#tell(token)
    }
    const waited = now - token.since
    if (waited >= LOOK_FOR_MS) return this.#drop(tokenId)
    this.#lookLater(tokenId, waited < EAGER_FOR_MS ? LOOK_EACH_MS : THEN_EACH_MS)
  }

  #find(tokenId: string): FirstUse | undefined {
    return this.live.value.find((token) => token.tokenId === tokenId)
  }

  #change(tokenId: string, change: Partial<FirstUse>): void {
    this.#put(this.live.value.map((token) => (token.tokenId === tokenId ? { ...token, ...change } : token)))
  }

  #drop(tokenId: string): void {
    this.#timers.get(tokenId)?.()
    this.#timers.delete(tokenId)
    this.#put(this.live.value.filter((token) => token.tokenId !== tokenId))
  }

  #put(tokens: FirstUse[]): void {
    this.live.set(tokens)
  }
}
