import { type Backoff, backoffDelay } from '#base/backoff.ts'
import { asProblem } from '#base/problem-error.ts'
import type { UserAccess } from '#shared/contract/tokens.ts'
import type { RevokeTimer } from '#shared/contract/upkeep.ts'
import { lastFour } from '#shared/domain/token.ts'
import type { TokenNews } from '#shared/domain/token-news.ts'
import { LATE_MS } from '#shared/domain/upkeep.ts'
import { recorded } from '../ports/action-ledger.ts'
import { isFinal, ownerIn, type TokenRef, tokenIn, type UpkeepParts } from './parts.ts'

/** The wait until the next try at a platform that does not answer. */
const UNREACHED: Backoff = { firstMs: 30_000, mostMs: 2 * 60_000 }
/** A clock that differs by less is right: the Date header has whole seconds. */
const EARLY_MS = 2_000

interface Watch {
  entry: RevokeTimer
  /** platform's clock minus ours as last seen, ms; null: not asked since the console started */
  skewMs: number | null
  tries: number
  /** waits for its next try */
  paused: boolean
  /** by time that passed, whatever the clock on the wall says; see `#arm` */
  elapsed: boolean
  disarm: () => void
  running: boolean
  /** the platform came back while a try was under way, which may have begun before and fail for it */
  returned: boolean
  /** that it is late */
  told: boolean
}

/**
 * Revocations at a time (T-17). The time is the platform's: it is the platform's tokens that end.
 *
 * Two clocks call for a look, the wall's (which goes on while the machine sleeps or the console is closed) and the one that
 * only counts what passes (which nobody can set back). Neither revokes: before the deed the platform is asked, and its own
 * clock decides. So a wall clock set forward revokes nothing early, and one set back nothing late.
 */
export class RevokeTimers {
  readonly #parts: UpkeepParts
  readonly #watched = new Map<string, Watch>()
  #ended: RevokeTimer[] = []
  #stopped = false

  constructor(parts: UpkeepParts) {
    this.#parts = parts
    for (const entry of parts.store.all('timer')) {
      if (entry.state === 'waiting') this.#watch(entry, null)
      else this.#ended.push(entry)
    }
  }

  /** The waiting ones, the nearest first, then those that ended. */
  get list(): RevokeTimer[] {
    const waiting = [...this.#watched.values()].map(({ entry }) => entry).sort((a, b) => a.at - b.at)
    return [...waiting, ...this.#ended]
  }

  get isWaiting(): boolean {
    return this.#watched.size > 0
  }

  /** @throws ProblemError `token-not-found`, `missing-capability`, `ledger-failed`, … */
  async set(asked: TokenRef & { readonly ms: number; readonly reason: string }): Promise<RevokeTimer> {
    const { tokens, ledger, clock, unique } = this.#parts
    const { connectionId, userId, tokenId, ms, reason } = asked
    await tokens.requireManage({ connectionId, userId })
    const access = await tokens.ofUser({ connectionId, userId })
    const token = tokenIn(access, tokenId)
    const at = clock.now() + access.clockSkewMs + ms
    const entry: RevokeTimer = {
      id: unique(),
      connectionId,
      owner: ownerIn(access),
      token,
      createdAt: clock.now(),
      at,
      reason,
      state: 'waiting',
      problem: null,
      endedAt: null,
      lateMs: null,
    }
    await recorded(ledger, 'token.revoke-at', { ...factsOf(entry), at, reason }, () => {
      for (const watch of this.#of(connectionId, tokenId)) this.#end(watch, { state: 'cancelled' })
      this.#parts.store.keep('timer', entry, true)
      this.#watch(entry, access.clockSkewMs)
    })
    this.#parts.changed()
    return entry
  }

  /** Does nothing when it has ended. @throws ProblemError `ledger-failed` */
  async cancel(id: string): Promise<void> {
    const watch = this.#watched.get(id)
    if (!watch) return
    await recorded(this.#parts.ledger, 'token.revoke-at-cancel', factsOf(watch.entry), () =>
      this.#end(watch, { state: 'cancelled' }),
    )
  }

  /** Somebody has seen what came of it. Does nothing to one that waits. */
  dismiss(id: string): void {
    if (!this.#ended.some((entry) => entry.id === id)) return
    this.#ended = this.#ended.filter((entry) => entry.id !== id)
    this.#parts.store.remove(id)
    this.#parts.changed()
  }

  /** Starts what is due; called now and then, and when something may have changed. */
  look(): void {
    for (const watch of this.#watched.values()) {
      if (this.#stopped || watch.running || watch.paused) continue
      const isTime = watch.elapsed || this.#parts.clock.now() + (watch.skewMs ?? 0) >= watch.entry.at
      // After a start the platform is asked once even when it is not time: the clock may have been set meanwhile.
      if (!isTime && watch.skewMs !== null) continue
      watch.running = true
      watch.returned = false
      void this.#run(watch).finally(() => {
        watch.running = false
        if (watch.returned && watch.paused) this.#resume(watch)
      })
    }
  }

  /** The platform can be reached again: what waits for a next try waits no longer. */
  returned(connectionId: string): void {
    for (const watch of this.#watched.values()) {
      if (watch.entry.connectionId !== connectionId) continue
      watch.returned = watch.running
      if (watch.paused) this.#resume(watch)
    }
    this.look()
  }

  /** The connection is removed, and its entries in the store. */
  forget(connectionId: string): void {
    for (const [id, watch] of this.#watched) {
      if (watch.entry.connectionId !== connectionId) continue
      watch.disarm()
      this.#watched.delete(id)
    }
    this.#ended = this.#ended.filter((entry) => entry.connectionId !== connectionId)
  }

  /** What is under way may still happen; the next start finds out. */
  dispose(): void {
    this.#stopped = true
    for (const { disarm } of this.#watched.values()) disarm()
    this.#watched.clear()
  }

  async #run(watch: Watch): Promise<void> {
    const { tokens, clock } = this.#parts
    const { connectionId, owner, token, at, reason } = watch.entry
    try {
      const access = await tokens.ofUser({ connectionId, userId: owner.id })
      if (!this.#isWatched(watch)) return
      watch.skewMs = access.clockSkewMs
      watch.tries = 0
      if (!isListed(access, token.id)) {
        this.#end(watch, { state: 'gone' })
        return
      }
      const early = at - (clock.now() + access.clockSkewMs)
      if (early > EARLY_MS) {
        this.#arm(watch)
        if (watch.entry.problem !== null) this.#change(watch, { problem: null })
        return
      }
      await tokens.revoke({ connectionId, userId: owner.id, tokenId: token.id, reason })
      this.#done(watch)
    } catch (error) {
      this.#failed(watch, error)
    }
  }

  #done(watch: Watch): void {
    if (!this.#isWatched(watch)) return
    const { clock } = this.#parts
    const late = clock.now() + (watch.skewMs ?? 0) - watch.entry.at
    const lateMs = late > LATE_MS ? late : null
    this.#end(watch, { state: 'done', problem: null, lateMs })
    this.#tell(watch, lateMs === null ? 'revoked' : 'revoked-late')
  }

  #failed(watch: Watch, error: unknown): void {
    if (!this.#isWatched(watch)) return
    const { code, problem } = asProblem(error)
    if (code === 'token-not-found') {
      this.#end(watch, { state: 'gone' })
      return
    }
    if (isFinal(error)) {
      this.#end(watch, { state: 'failed', problem })
      this.#tell(watch, 'not-revoked')
      return
    }
    watch.tries += 1
    const { clock, random } = this.#parts
    // At least half of the wait: with the full jitter's zero the first tries would come at once.
    const wait = UNREACHED.firstMs / 2 + backoffDelay(UNREACHED, watch.tries, random)
    watch.paused = true
    watch.disarm()
    watch.disarm = clock.after(wait, () => this.#resume(watch))
    const isLate = clock.now() + (watch.skewMs ?? 0) - watch.entry.at > LATE_MS
    this.#change(watch, { problem })
    if (!isLate || watch.told) return
    watch.told = true
    this.#tell(watch, 'not-revoked')
  }

  #resume(watch: Watch): void {
    watch.disarm()
    watch.paused = false
    this.look()
  }

  #watch(entry: RevokeTimer, skewMs: number | null): void {
    const watch: Watch = {
      entry,
      skewMs,
      tries: 0,
      paused: false,
      elapsed: false,
      disarm: () => {},
      running: false,
      returned: false,
      told: false,
    }
    this.#watched.set(entry.id, watch)
    this.#arm(watch)
  }

  /** Counts what passes from now on: by the wall clock's present word it is time then, whatever that clock says later. */
  #arm(watch: Watch): void {
    const { clock } = this.#parts
    watch.disarm()
    watch.elapsed = false
    const left = watch.entry.at - (clock.now() + (watch.skewMs ?? 0))
    watch.disarm = clock.after(Math.max(0, left), () => {
      watch.elapsed = true
      this.look()
    })
  }

  #end(watch: Watch, end: Partial<RevokeTimer>): void {
    watch.disarm()
    this.#watched.delete(watch.entry.id)
    const entry = { ...watch.entry, ...end, endedAt: this.#parts.clock.now() }
    watch.entry = entry
    this.#ended = [entry, ...this.#ended].slice(0, 200)
    this.#parts.store.keep('timer', entry, false)
    this.#parts.changed()
  }

  #change(watch: Watch, change: Partial<RevokeTimer>): void {
    watch.entry = { ...watch.entry, ...change }
    this.#parts.store.keep('timer', watch.entry, true)
    this.#parts.changed()
  }

  #tell({ entry, skewMs }: Watch, kind: TokenNews['kind']): void {
    const { connectionId, owner, token, at, id } = entry
    const what = { owner: owner.name, token: token.name, lastFour: lastFour(token.maskedToken) }
    this.#parts.tell({ id, kind, connectionId, ...what, at: at - (skewMs ?? 0) })
  }

  #isWatched(watch: Watch): boolean {
    return this.#watched.get(watch.entry.id) === watch
  }

  #of(connectionId: string, tokenId: string): Watch[] {
    return [...this.#watched.values()].filter(
      ({ entry }) => entry.connectionId === connectionId && entry.token.id === tokenId,
    )
  }
}

const isListed = ({ tokens }: UserAccess, tokenId: string): boolean => tokens.some(({ id }) => id === tokenId)

function factsOf({ connectionId, owner, token }: RevokeTimer) {
  const { id: tokenId, name, maskedToken, expiresAt } = token
  return {
    connectionId,
    userId: owner.id,
    user: owner.email,
    tokenId,
    name,
    lastFour: lastFour(maskedToken),
    expiresAt,
  }
}
