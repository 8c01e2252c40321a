import type { Clock } from '#base/clock.ts'
import { asProblem, ProblemError } from '#base/problem-error.ts'
import type { InventoryGap } from '#shared/contract/inventory.ts'
import type { InventoryPage } from '../clients/opencti/opencti-client.ts'
import { ownerOf, type PlatformSession, type Sight, sightOf } from './sessions.ts'
import type { Holding, OwnerFacts } from './token-table.ts'
import { mayPass, type Stop, walk } from './walk.ts'

export interface LoadParts {
  /** runs `work` on the connection's platform */
  readonly use: <Result>(work: (session: PlatformSession) => Promise<Result>) => Promise<Result>
  readonly clock: Clock
  /** who asks, and so how much there is to see: told before anything is put */
  readonly began: (sight: Sight) => void
  /** @param askedAt our clock before the question whose answer this is */
  readonly put: (holding: Holding, askedAt: number) => void
  readonly progressed: (progress: {
    usersRead: number
    usersTotal: number | null
    clockSkewMs: number
  }) => void
}

/** A page, and our clock before the question. */
type AskedPage = InventoryPage & { readonly askedAt: number }

/** Users that were expected and did not come are asked for one by one; more than these would be a second load. */
const MOST_CHECKS = 2_000
const CHECKS_AT_ONCE = 4

/** One reading of everything, and what of it could not be read. */
export class Load {
  readonly #parts: LoadParts
  readonly #cancel = new AbortController()
  readonly #seen = new Set<string>()
  #total: number | null = null
  #unreadable = 0
  #unchecked = 0
  #stop: Stop | null = null

  constructor(parts: LoadParts) {
    this.#parts = parts
  }

  get cancelled(): boolean {
    return this.#cancel.signal.aborted
  }

  cancel(): void {
    this.#cancel.abort()
  }

  /** Whether this user was read. */
  has(userId: string): boolean {
    return this.#seen.has(userId)
  }

  /** Whether nobody is missing who could still be among the pages that failed. */
  get whole(): boolean {
    return this.#stop === null && this.#unreadable === 0
  }

  /** Reads everything. @throws ProblemError when nothing could be read; anything when it was cancelled */
  async run(): Promise<void> {
    const sight = await this.#parts.use(async ({ identity }) => sightOf(identity))
    this.#cancel.signal.throwIfAborted()
    this.#parts.began(sight)
    if (sight.scope === 'nobody') return
    if (sight.scope === 'self') return this.#readSelf()
    await this.#readFrom(null)
  }

  /** Reads what the load before this one could not. @returns a load that ends as both together */
  resume(parts: LoadParts): { load: Load; run: () => Promise<void> } | null {
    const stop = this.#stop
    if (stop === null) return null
    const load = new Load(parts)
    for (const id of this.#seen) load.#seen.add(id)
    load.#total = this.#total
    load.#unreadable = this.#unreadable
    return { load, run: () => load.#readFrom(stop.after) }
  }

  /** Where users are missing that the platform counts. */
  get gaps(): InventoryGap[] {
    const gaps: InventoryGap[] = []
    const odd = new ProblemError('platform-error', 'These users came in another form than expected.').problem
    if (this.#unreadable > 0) gaps.push({ users: this.#unreadable, problem: odd })
    if (this.#stop !== null) {
      const missing = (this.#total ?? 0) - this.#seen.size - this.#unreadable
      // They may all have been read from the other end, when nobody is where the pages failed.
      if (missing > 0) gaps.push({ users: missing, problem: this.#stop.problem.problem })
    }
    if (this.#unchecked > 0) gaps.push({ users: this.#unchecked, problem: this.#uncheckedFor })
    return gaps
  }
  #uncheckedFor = new ProblemError('platform-error').problem

  /**
   * Asks for each user who was known before and is not among those that were read: a page boundary can step over somebody
   * who was renamed meanwhile.
   * @param out told of a user who is out of sight now, which says nothing of their tokens
   */
  async check(owners: readonly OwnerFacts[], out: (ownerId: string) => void): Promise<void> {
    const left = owners.slice(0, MOST_CHECKS)
    this.#unchecked = owners.length - left.length
    const worker = async (): Promise<void> => {
      for (let owner = left.shift(); owner; owner = left.shift()) await this.#checkOne(owner, out)
    }
    await Promise.all(Array.from({ length: CHECKS_AT_ONCE }, worker))
  }

  async #checkOne(owner: OwnerFacts, out: (ownerId: string) => void): Promise<void> {
    this.#cancel.signal.throwIfAborted()
    const askedAt = this.#parts.clock.now()
    try {
      const access = await this.#parts.use(({ client, identity }) =>
        client.access({ own: false, userId: owner.id }, { ...identity.features, revokedTokens: false }),
      )
      this.#put({ owner: ownerOf(access.user), tokens: access.tokens }, askedAt)
    } catch (error) {
      const { code, problem } = asProblem(error)
      // The user is deleted, and all their tokens with them.
      if (code === 'user-not-found') this.#parts.put({ owner, tokens: [] }, askedAt)
      else if (code === 'forbidden') out(owner.id)
      else {
        this.#unchecked += 1
        this.#uncheckedFor = problem
      }
    }
  }

  async #readSelf(): Promise<void> {
    const askedAt = this.#parts.clock.now()
    const access = await this.#parts.use(({ client, identity }) =>
      client.access({ own: true }, { ...identity.features, revokedTokens: false }),
    )
    this.#cancel.signal.throwIfAborted()
    this.#total = 1
    this.#put({ owner: ownerOf(access.user), tokens: access.tokens }, askedAt)
    this.#progress(access.skewMs)
  }

  /** From `after` to the end; where that is blocked, from the other end back to what is known. */
  async #readFrom(after: string | null): Promise<void> {
    const forward = await this.#walk('asc', after)
    this.#stop = forward
    if (forward === null) return
    if (this.#seen.size === 0 && !mayPass(forward.problem)) throw forward.problem
    if (!mayPass(forward.problem)) return
    const backward = await this.#walk('desc', null)
    if (this.#seen.size === 0) throw (backward ?? forward).problem
  }

  #walk(order: 'asc' | 'desc', after: string | null): Promise<Stop | null> {
    const known = new Set(this.#seen)
    const { clock, use } = this.#parts
    return walk({
      ask: async (query) => {
        const askedAt = clock.now()
        return { ...(await use(({ client }) => client.inventoryPage(query))), askedAt }
      },
      clock,
      signal: this.#cancel.signal,
      order,
      after,
      take: (page) => this.#take(page, known),
    })
  }

  /** @returns whether there is more to read in this direction */
  #take(page: AskedPage, known: ReadonlySet<string>): boolean {
    this.#total = page.total
    let met = false
    for (const user of page.users()) {
      if (user === null) {
        this.#unreadable += 1
        continue
      }
      met ||= known.has(user.owner.id)
      this.#put(user, page.askedAt)
    }
    this.#progress(page.skewMs)
    return !met
  }

  #put(holding: Holding, askedAt: number): void {
    this.#seen.add(holding.owner.id)
    this.#parts.put(holding, askedAt)
  }

  #progress(clockSkewMs: number): void {
    this.#parts.progressed({ usersRead: this.#seen.size, usersTotal: this.#total, clockSkewMs })
  }
}
