import type { Clock } from '#base/clock.ts'
import { Live } from '#base/live.ts'
import { asProblem, ProblemError } from '#base/problem-error.ts'
import type { Identity } from '#shared/contract/connections.ts'
import type { InventoryDelta, InventoryStatus } from '#shared/contract/inventory.ts'
import { isCapable } from '#shared/domain/capability.ts'
import type { InventoryPage } from '../clients/opencti/opencti-client.ts'
import { type PlatformSession, type Sight, sightOf } from './sessions.ts'
import { type Holding, TokenTable } from './token-table.ts'
import { mayPass, type PageQuery, type Stop, walk } from './walk.ts'

export interface ConnectionInventoryParts {
  /** runs `work` on the connection's platform */
  readonly use: <Result>(work: (session: PlatformSession) => Promise<Result>) => Promise<Result>
  readonly clock: Clock
  /** tells this table's numbers from those of every other */
  readonly epoch: string
}

const NOTHING_READ: InventoryStatus = {
  phase: 'idle',
  scope: null,
  limit: null,
  startedAt: null,
  usersRead: 0,
  usersTotal: null,
  tokens: 0,
  source: 'none',
  readAt: null,
  gaps: [],
  problem: null,
  revision: 0,
  clockSkewMs: 0,
  findings: null,
}

/** What a load has read so far, and where it could not. */
interface Load {
  readonly cancel: AbortController
  readonly seen: Set<string>
  total: number | null
  unreadable: number
  stop: Stop | null
}

/** The tokens of one connection: read in the background, shown while they come (T-03). */
export class ConnectionInventory {
  readonly #parts: ConnectionInventoryParts
  readonly #table: TokenTable
  readonly #live = new Live<InventoryStatus>(NOTHING_READ)
  #load: Load | null = null
  #running: Promise<void> | null = null

  constructor(parts: ConnectionInventoryParts) {
    this.#parts = parts
    this.#table = new TokenTable(parts.epoch)
  }

  get status(): InventoryStatus {
    return this.#live.value
  }

  watch(signal?: AbortSignal): AsyncIteratorObject<InventoryStatus, undefined, void> {
    return this.#live.watch(signal)
  }

  rows(cursor: string | null): InventoryDelta {
    return this.#table.delta(cursor)
  }

  /** Begins to read everything, unless that is under way. */
  refresh(): void {
    this.#running ??= this.#run((load) => this.#readAll(load), newLoad())
  }

  /** Reads again what the last load could not. */
  retryFailed(): void {
    const { status } = this
    if (this.#running || this.#load === null || status.phase !== 'partial') return
    const { seen, total, stop } = this.#load
    if (stop === null) this.refresh()
    else {
      const load: Load = { ...newLoad(), seen, total, stop }
      this.#running = this.#run(() => this.#readOn(load, stop.after), load)
    }
  }

  cancel(): void {
    this.#load?.cancel.abort()
  }

  /** Ends what runs and every stream. */
  async dispose(): Promise<void> {
    this.cancel()
    await this.#running
    this.#live.end()
  }

  /** When the running load has ended; for those who need the end. */
  settled(): Promise<void> {
    return this.#running ?? Promise.resolve()
  }

  async #run(read: (load: Load) => Promise<void>, load: Load): Promise<void> {
    this.#load = load
    this.#become({ phase: 'loading', startedAt: this.#parts.clock.now(), problem: null, gaps: [] })
    try {
      await read(load)
      this.#conclude(load)
    } catch (error) {
      const { problem } = asProblem(error)
      this.#become(load.cancel.signal.aborted ? { phase: 'cancelled' } : { phase: 'failed', problem })
    } finally {
      this.#running = null
    }
  }

  async #readAll(load: Load): Promise<void> {
    const sight = await this.#look(load)
    if (sight.scope === 'nobody') return
    if (sight.scope === 'self') return this.#readSelf(load)
    await this.#readOn(load, null)
  }

  /** Who asks, and so how much there is to see. */
  async #look(load: Load): Promise<Sight> {
    const sight = await this.#parts.use(async ({ identity }) => sightOf(identity))
    load.cancel.signal.throwIfAborted()
    this.#become({ scope: sight.scope, limit: sight.limit?.problem ?? null, usersRead: 0, usersTotal: null })
    return sight
  }

  async #readSelf(load: Load): Promise<void> {
    const { identity, access } = await this.#parts.use(async ({ client, identity }) => ({
      identity,
      access: await client.access({ own: true }, { ...identity.features, revokedTokens: false }),
    }))
    load.cancel.signal.throwIfAborted()
    load.total = 1
    const owner = { ...access.user, canUseTokens: canUseTokens(identity) }
    this.#put(load, { owner: ownerFacts(owner), tokens: access.tokens }, access.skewMs)
    this.#progress(load)
  }

  /** From `after` to the end; where that is blocked, from the other end back to what is known. */
  async #readOn(load: Load, after: string | null): Promise<void> {
    const known = new Set(load.seen)
    const forward = await this.#walk(
      load,
      'asc',
      after,
      (page) => !page.users.some(({ owner }) => known.has(owner.id)),
    )
    load.stop = forward
    if (forward === null) return
    if (forward.after === null && load.seen.size === 0) throw forward.problem
    if (!mayPass(forward.problem)) return
    const before = new Set(load.seen)
    await this.#walk(load, 'desc', null, (page) => !page.users.some(({ owner }) => before.has(owner.id)))
  }

  #walk(load: Load, order: 'asc' | 'desc', after: string | null, goOn: (page: InventoryPage) => boolean) {
    return walk({
      ask: (query: PageQuery) => this.#parts.use(({ client }) => client.inventoryPage(query)),
      clock: this.#parts.clock,
      signal: load.cancel.signal,
      order,
      after,
      take: (page) => {
        const further = goOn(page)
        load.total = page.total
        load.unreadable += page.unreadable
        for (const user of page.users) this.#put(load, user, page.skewMs)
        this.#progress(load)
        return further
      },
    })
  }

  #put(load: Load, holding: Holding, skewMs: number): void {
    load.seen.add(holding.owner.id)
    this.#table.put(holding)
    if (skewMs !== this.status.clockSkewMs) this.#become({ clockSkewMs: skewMs })
  }

  #progress(load: Load): void {
    this.#become({
      usersRead: load.seen.size,
      usersTotal: load.total,
      tokens: this.#table.size,
      revision: this.#table.revision,
    })
  }

  #conclude(load: Load): void {
    const { stop } = load
    const missing = Math.max(0, (load.total ?? 0) - load.seen.size)
    const gaps: InventoryStatus['gaps'] = []
    if (load.unreadable > 0) {
      const problem = new ProblemError('platform-error', 'These users came in another form than expected.')
      gaps.push({ users: load.unreadable, problem: problem.problem })
    }
    if (stop && missing > load.unreadable) {
      gaps.push({ users: missing - load.unreadable, problem: stop.problem.problem })
    }
    if (gaps.length > 0) this.#become({ phase: 'partial', gaps })
    else this.#become({ phase: 'ready', source: 'live', readAt: this.#parts.clock.now() })
  }

  #become(change: Partial<InventoryStatus>): void {
    this.#live.set({ ...this.#live.value, ...change })
  }
}

const newLoad = (): Load => ({
  cancel: new AbortController(),
  seen: new Set(),
  total: null,
  unreadable: 0,
  stop: null,
})

const canUseTokens = ({ userId, capabilities }: Identity): boolean =>
  isCapable({ id: userId, capabilities }, 'APIACCESS_USETOKEN')

/** The inventory's fields of an owner, and nothing else of what came with them. */
function ownerFacts(owner: Holding['owner']): Holding['owner'] {
  const { id, name, email, accountStatus, accountLockAfter, serviceAccount } = owner
  return {
    id,
    name,
    email,
    accountStatus,
    accountLockAfter,
    serviceAccount,
    canUseTokens: owner.canUseTokens,
  }
}
