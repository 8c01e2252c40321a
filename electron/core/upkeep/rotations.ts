import { asProblem, ProblemError } from '#base/problem-error.ts'
import type { UserAccess } from '#shared/contract/tokens.ts'
import type { Rotation } from '#shared/contract/upkeep.ts'
import { lastFour } from '#shared/domain/token.ts'
import type { TokenNews } from '#shared/domain/token-news.ts'
import { isRotated } from '#shared/domain/upkeep.ts'
import { recorded } from '../ports/action-ledger.ts'
import { isFinal, ownerIn, type TokenRef, tokenIn, type UpkeepParts } from './parts.ts'

/** Last uses are written once a minute or so: looking more often shows nothing new. */
const LOOK_MS = 2 * 60_000
/** Once a first day has shown nothing, there is no hurry. */
const LATER_LOOK_MS = 15 * 60_000
const HURRY_MS = 86_400_000

interface Watch {
  entry: Rotation
  /** our clock at the last try to look, for the pace alone */
  triedAt: number
  running: Promise<void> | null
}

/**
 * Rotations (T-16): a token and the one that takes its place are watched until the new one is used and the old one has been
 * silent long enough; then the old one is revoked, by a person or by itself.
 */
export class Rotations {
  readonly #parts: UpkeepParts
  readonly #watched = new Map<string, Watch>()
  #ended: Rotation[] = []
  #stopped = false

  constructor(parts: UpkeepParts) {
    this.#parts = parts
    for (const entry of parts.store.all('rotation')) {
      if (isOpen(entry)) this.#watch(entry)
      else this.#ended.push(entry)
    }
  }

  /** The open ones, the newest first, then those that ended. */
  get list(): Rotation[] {
    const open = [...this.#watched.values()]
      .map(({ entry }) => entry)
      .sort((a, b) => b.createdAt - a.createdAt)
    return [...open, ...this.#ended]
  }

  get isWaiting(): boolean {
    return this.#watched.size > 0
  }

  /** @throws ProblemError `token-not-found`, `bad-input`, `ledger-failed`, … */
  async start(
    asked: TokenRef & {
      readonly replacementId: string
      readonly quietMs: number
      readonly finish: Rotation['finish']
    },
  ): Promise<Rotation> {
    const { tokens, ledger, clock, unique } = this.#parts
    const { connectionId, userId, tokenId, replacementId, quietMs, finish } = asked
    if (tokenId === replacementId) throw new ProblemError('bad-input')
    await tokens.requireManage({ connectionId, userId })
    const access = await tokens.ofUser({ connectionId, userId })
    const token = tokenIn(access, tokenId)
    const entry: Rotation = {
      id: unique(),
      connectionId,
      owner: ownerIn(access),
      token,
      createdAt: clock.now(),
      phase: 'watching',
      replacement: tokenIn(access, replacementId),
      quietMs,
      finish,
      newUsedAt: null,
      newSeenUsedAt: null,
      oldUsedAt: token.lastUsedAt,
      checkedAt: null,
      problem: null,
      endedAt: null,
    }
    await recorded(ledger, 'token.rotate', { ...factsOf(entry), quietMs, finish }, () => {
      for (const watch of this.#watched.values()) {
        const other = watch.entry
        if (other.connectionId === connectionId && other.token.id === tokenId)
          this.#end(watch, { phase: 'stopped' })
      }
      this.#parts.store.keep('rotation', entry, true)
      this.#watch(entry)
    })
    await this.check(entry.id)
    return this.#one(entry.id)
  }

  /** Looks now. A platform out of reach is the rotation's problem, not the caller's. @throws ProblemError `rotation-ended` */
  async check(id: string): Promise<Rotation> {
    const watch = this.#open(id)
    await this.#once(watch, () => this.#look(watch))
    return this.#one(id)
  }

  /** Revokes the old token whatever was seen. @throws ProblemError as `tokens.revoke`, `rotation-ended` */
  async finish(id: string): Promise<Rotation> {
    const watch = this.#open(id)
    await this.#revoke(watch)
    return this.#one(id)
  }

  /** @throws ProblemError `rotation-ended`, `ledger-failed` */
  async stop(id: string): Promise<Rotation> {
    const watch = this.#open(id)
    await recorded(this.#parts.ledger, 'token.rotate-stop', factsOf(watch.entry), () =>
      this.#end(watch, { phase: 'stopped' }),
    )
    return this.#one(id)
  }

  /** Somebody has seen what came of it. Does nothing to one that is watched. */
  dismiss(id: string): void {
    if (!this.#ended.some((entry) => entry.id === id)) return
    this.#ended = this.#ended.filter((entry) => entry.id !== id)
    this.#parts.store.remove(id)
    this.#parts.changed()
  }

  /** Looks at those whose turn it is. */
  look(): void {
    const now = this.#parts.clock.now()
    for (const watch of this.#watched.values()) {
      if (this.#stopped || watch.running) continue
      const passed = now - watch.triedAt
      const pace = now - watch.entry.createdAt < HURRY_MS ? LOOK_MS : LATER_LOOK_MS
      // A clock that was set back must not put the next look off.
      if (passed >= pace || passed < 0) void this.#once(watch, () => this.#look(watch))
    }
  }

  forget(connectionId: string): void {
    for (const [id, { entry }] of this.#watched)
      if (entry.connectionId === connectionId) this.#watched.delete(id)
    this.#ended = this.#ended.filter((entry) => entry.connectionId !== connectionId)
  }

  dispose(): void {
    this.#stopped = true
    this.#watched.clear()
  }

  #once(watch: Watch, work: () => Promise<void>): Promise<void> {
    watch.running ??= work().finally(() => {
      watch.running = null
    })
    return watch.running
  }

  async #look(watch: Watch): Promise<void> {
    const { tokens, clock } = this.#parts
    const { connectionId, owner } = watch.entry
    watch.triedAt = clock.now()
    try {
      const access = await tokens.ofUser({ connectionId, userId: owner.id })
      if (this.#isWatched(watch)) await this.#judge(watch, access)
    } catch (error) {
      if (!this.#isWatched(watch)) return
      const { problem } = asProblem(error)
      if (isFinal(error)) this.#end(watch, { phase: 'failed', problem })
      else this.#change(watch, { problem })
    }
  }

  async #judge(watch: Watch, access: UserAccess): Promise<void> {
    const { entry } = watch
    const replacement = access.tokens.find(({ id }) => id === entry.replacement.id)
    const old = access.tokens.find(({ id }) => id === entry.token.id)
    const checkedAt = this.#parts.clock.now()
    if (!old) {
      this.#end(watch, { phase: 'done', checkedAt, problem: null })
      this.#tell(watch, 'rotated')
      return
    }
    if (!replacement) {
      const { problem } = new ProblemError('token-not-found')
      this.#end(watch, { phase: 'failed', checkedAt, problem })
      return
    }
    const now = checkedAt + access.clockSkewMs
    const newUsedAt = replacement.lastUsedAt ?? entry.newUsedAt
    const seen = {
      newUsedAt,
      newSeenUsedAt: entry.newSeenUsedAt ?? (newUsedAt === null ? null : now),
      // A platform that loses its last uses must not make a busy token look silent.
      oldUsedAt: Math.max(old.lastUsedAt ?? 0, entry.oldUsedAt ?? 0) || null,
    }
    const isReady = isRotated(seen, entry.quietMs, now)
    const wasReady = entry.phase === 'ready'
    this.#change(watch, { ...seen, checkedAt, problem: null, phase: isReady ? 'ready' : 'watching' })
    if (!isReady) return
    if (entry.finish === 'revoke') await this.#revoke(watch)
    else if (!wasReady) this.#tell(watch, 'rotation-ready')
  }

  async #revoke(watch: Watch): Promise<void> {
    const { tokens } = this.#parts
    const { connectionId, owner, token, replacement } = watch.entry
    const reason = `Rotated: …${lastFour(replacement.maskedToken)} takes its place`
    try {
      await tokens.revoke({ connectionId, userId: owner.id, tokenId: token.id, reason })
    } catch (error) {
      if (asProblem(error).code !== 'token-not-found') throw error
    }
    if (!this.#isWatched(watch)) return
    this.#end(watch, { phase: 'done', problem: null })
    this.#tell(watch, 'rotated')
  }

  #watch(entry: Rotation): void {
    this.#watched.set(entry.id, { entry, triedAt: Number.NEGATIVE_INFINITY, running: null })
  }

  #end(watch: Watch, end: Partial<Rotation>): void {
    this.#watched.delete(watch.entry.id)
    const entry = { ...watch.entry, ...end, endedAt: this.#parts.clock.now() }
    watch.entry = entry
    this.#ended = [entry, ...this.#ended].slice(0, 200)
    this.#parts.store.keep('rotation', entry, false)
    this.#parts.changed()
  }

  #change(watch: Watch, change: Partial<Rotation>): void {
    watch.entry = { ...watch.entry, ...change }
    this.#parts.store.keep('rotation', watch.entry, true)
    this.#parts.changed()
  }

  #tell({ entry }: Watch, kind: TokenNews['kind']): void {
    const { id, connectionId, owner, token } = entry
    const what = { owner: owner.name, token: token.name, lastFour: lastFour(token.maskedToken) }
    this.#parts.tell({ id, kind, connectionId, ...what, at: null })
  }

  #isWatched(watch: Watch): boolean {
    return this.#watched.get(watch.entry.id) === watch
  }

  #open(id: string): Watch {
    const watch = this.#watched.get(id)
    if (!watch) throw new ProblemError('rotation-ended')
    return watch
  }

  #one(id: string): Rotation {
    const entry = this.list.find((one) => one.id === id)
    if (!entry) throw new ProblemError('rotation-ended')
    return entry
  }
}

const isOpen = ({ phase }: Rotation): boolean => phase === 'watching' || phase === 'ready'

function factsOf({ connectionId, owner, token, replacement }: Rotation) {
  return {
    connectionId,
    userId: owner.id,
    user: owner.email,
    tokenId: token.id,
    name: token.name,
    lastFour: lastFour(token.maskedToken),
    replacementId: replacement.id,
    replacementLastFour: lastFour(replacement.maskedToken),
  }
}
