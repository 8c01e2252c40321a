import { asProblem, ProblemError } from '#base/problem-error.ts'
import type { Token, UserAccess } from '#shared/contract/tokens.ts'
import type { Reminder } from '#shared/contract/upkeep.ts'
import { isExpired, lastFour } from '#shared/domain/token.ts'
import { isDue, OWN_REMIND_DAYS, type RemindDays } from '#shared/domain/upkeep.ts'
import { isFinal, ownerIn, type TokenRef, tokenIn, type UpkeepParts } from './parts.ts'

/** How often the lists are read for what became of the tokens. */
const READ_MS = 6 * 3_600_000
/** The pause after a reading that failed. */
const FAILED_MS = 10 * 60_000
/** Own tokens that end later are none of today's business. */
const OWN_LOOK_AHEAD_DAYS = 30

export interface ReminderParts extends UpkeepParts {
  /** connections that can be asked now */
  readonly reachable: () => readonly string[]
  /** the last four characters of a connection's own token; null where it is no token that is listed */
  readonly endingOf: (connectionId: string) => Promise<string | null>
}

/**
 * Reminders before a token's end (T-17): those that a person asked for, and for every connection those of its own account's
 * tokens, the one that the connection itself uses among them.
 */
export class Reminders {
  readonly #parts: ReminderParts
  readonly #entries = new Map<string, Reminder>()
  /** our clock at the last reading of a connection's lists */
  readonly #readAt = new Map<string, number>()
  readonly #reading = new Set<string>()
  /** platform's clock minus ours by connection, ms */
  readonly #skews = new Map<string, number>()
  #stopped = false

  constructor(parts: ReminderParts) {
    this.#parts = parts
    for (const entry of parts.store.all('reminder')) this.#entries.set(entry.id, entry)
  }

  /** Due ones first, then by their time. */
  get list(): Reminder[] {
    return [...this.#entries.values()]
      .filter(({ state }) => state !== 'dismissed')
      .sort((a, b) => Number(b.state === 'due') - Number(a.state === 'due') || timeOf(a) - timeOf(b))
  }

  /** @throws ProblemError `token-not-found`, `bad-input` for one that never ends, … */
  async set({
    connectionId,
    userId,
    tokenId,
    days,
  }: TokenRef & { readonly days: RemindDays }): Promise<Reminder> {
    const access = await this.#parts.tokens.ofUser({ connectionId, userId })
    const token = tokenIn(access, tokenId)
    if (token.expiresAt === null) throw new ProblemError('bad-input')
    this.#skews.set(connectionId, access.clockSkewMs)
    const entry = this.#add(connectionId, access, token, days, false)
    this.#tellDue()
    return this.#entries.get(entry.id) ?? entry
  }

  /** A reminder of an own token stays as a mark that it was told. */
  dismiss(id: string): void {
    const entry = this.#entries.get(id)
    if (!entry) return
    if (entry.own) this.#put({ ...entry, state: 'dismissed' })
    else {
      this.#entries.delete(id)
      this.#parts.store.remove(id)
      this.#parts.changed()
    }
  }

  /** Tells what is due, and reads the lists anew where that is long ago. */
  look(): void {
    if (this.#stopped) return
    this.#tellDue()
    const now = this.#parts.clock.now()
    for (const id of this.#parts.reachable()) {
      const readAt = this.#readAt.get(id)
      const isFresh = readAt !== undefined && now >= readAt && now - readAt < READ_MS
      if (isFresh || this.#reading.has(id)) continue
      this.#reading.add(id)
      void this.#read(id).finally(() => this.#reading.delete(id))
    }
  }

  forget(connectionId: string): void {
    for (const [id, entry] of this.#entries) if (entry.connectionId === connectionId) this.#entries.delete(id)
    this.#readAt.delete(connectionId)
    this.#skews.delete(connectionId)
  }

  dispose(): void {
    this.#stopped = true
  }

  async #read(connectionId: string): Promise<void> {
    const { tokens, clock, logger, endingOf } = this.#parts
    try {
      const tokenEnding = await endingOf(connectionId)
      const own = await tokens.ofUser({ connectionId, userId: 'me' })
      if (this.#stopped) return
      this.#readAt.set(connectionId, clock.now())
      this.#skews.set(connectionId, own.clockSkewMs)
      const now = clock.now() + own.clockSkewMs
      for (const token of own.tokens) {
        if (token.expiresAt === null || !isDue(token.expiresAt, OWN_LOOK_AHEAD_DAYS, now)) continue
        const isOurs = tokenEnding !== null && lastFour(token.maskedToken) === tokenEnding
        for (const days of OWN_REMIND_DAYS) this.#add(connectionId, own, token, days, true, isOurs)
      }
      this.#settle(connectionId, own)
      const others = new Set(
        [...this.#entries.values()]
          .filter((entry) => entry.connectionId === connectionId && entry.owner.id !== own.user.id)
          .map(({ owner }) => owner.id),
      )
      for (const userId of others) {
        const access = await tokens.ofUser({ connectionId, userId })
        if (this.#stopped) return
        this.#settle(connectionId, access)
      }
    } catch (error) {
      const pause = isFinal(error) ? READ_MS : FAILED_MS
      this.#readAt.set(connectionId, clock.now() - READ_MS + pause)
      logger.debug({ problem: asProblem(error).code }, 'reminders could not be brought up to date')
    }
    this.#tellDue()
  }

  /** Tokens that were revoked need no reminder. */
  #settle(connectionId: string, access: UserAccess): void {
    const listed = new Set(access.tokens.map(({ id }) => id))
    for (const entry of this.#entries.values()) {
      const { owner, token } = entry
      if (entry.connectionId !== connectionId || owner.id !== access.user.id || listed.has(token.id)) continue
      this.#entries.delete(entry.id)
      this.#parts.store.remove(entry.id)
      this.#parts.changed()
    }
  }

  #add(
    connectionId: string,
    access: UserAccess,
    token: Token,
    days: RemindDays,
    own: boolean,
    connectionToken = false,
  ): Reminder {
    // One for each token and number of days, so that none is told twice.
    const known = [...this.#entries.values()].find(
      (entry) => entry.connectionId === connectionId && entry.token.id === token.id && entry.days === days,
    )
    if (known && known.token.expiresAt === token.expiresAt && (own || !known.own)) return known
    const entry: Reminder = {
      id: known?.id ?? this.#parts.unique(),
      connectionId,
      owner: ownerIn(access),
      token,
      createdAt: this.#parts.clock.now(),
      days,
      state: 'waiting',
      own,
      connectionToken,
    }
    this.#put(entry)
    return entry
  }

  #tellDue(): void {
    const now = this.#parts.clock.now()
    const due = [...this.#entries.values()].filter(
      ({ connectionId, token, days, state }) =>
        state === 'waiting' &&
        token.expiresAt !== null &&
        isDue(token.expiresAt, days, now + (this.#skews.get(connectionId) ?? 0)),
    )
    for (const entry of due) {
      this.#put({ ...entry, state: 'due' })
      // Of several that became due together the one that says most is told.
      const isSharpest = !due.some((other) => other.token.id === entry.token.id && other.days < entry.days)
      if (isSharpest) this.#tell(entry)
    }
  }

  #tell({ id, connectionId, owner, token }: Reminder): void {
    const skew = this.#skews.get(connectionId) ?? 0
    const now = this.#parts.clock.now() + skew
    this.#parts.tell({
      id,
      kind: isExpired(token.expiresAt, now) ? 'expired' : 'expires',
      connectionId,
      owner: owner.name,
      token: token.name,
      lastFour: lastFour(token.maskedToken),
      at: token.expiresAt === null ? null : token.expiresAt - skew,
    })
  }

  #put(entry: Reminder): void {
    this.#entries.set(entry.id, entry)
    this.#parts.store.keep('reminder', entry, entry.state !== 'dismissed')
    this.#parts.changed()
  }
}

const timeOf = ({ token, days }: Reminder): number =>
  (token.expiresAt ?? Number.MAX_SAFE_INTEGER) - days * 86_400_000
