import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '#base/clock.ts'
import { Live } from '#base/live.ts'
import type { Logger } from '#base/logger.ts'
import { asProblem, messageOf } from '#base/problem-error.ts'
import type { InventoryDelta, InventoryStatus } from '#shared/contract/inventory.ts'
import { FINDING_IDS, type FindingId, hasFinding } from '#shared/domain/findings.ts'
import type { TokenPolicy } from '#shared/domain/token-policy.ts'
import type { SeenUser } from '../ports/token-memory.ts'
import type { Graveyard } from './graveyard.ts'
import { Load, type LoadParts } from './load.ts'
import { readRecords } from './records.ts'
import { ownerFacts, type PlatformSession, type Sight } from './sessions.ts'
import type { SnapshotStore } from './snapshot-store.ts'
import { type Holding, TokenTable } from './token-table.ts'

export interface ConnectionInventoryParts {
  readonly connectionId: string
  /** runs `work` on the connection's platform */
  readonly use: <Result>(work: (session: PlatformSession) => Promise<Result>) => Promise<Result>
  readonly clock: Clock
  readonly logger: Logger
  readonly snapshots: SnapshotStore
  readonly graveyard: Graveyard
  readonly policy: () => TokenPolicy
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
  recordsReadAt: null,
  recordsProblem: null,
  findings: null,
}

/** Time alone makes findings: a token grows idle, another one comes near its end. */
const JUDGE_AGAIN_MS = 3_600_000
/** Rows that are judged before others get their turn: about a millisecond. */
const ROWS_A_SLICE = 4_000

/** The tokens of one connection: the last snapshot at once, then read in the background and shown while they come (T-03). */
export class ConnectionInventory {
  readonly #parts: ConnectionInventoryParts
  readonly #table: TokenTable
  readonly #live = new Live<InventoryStatus>(NOTHING_READ)
  #restoring: Promise<void> | null = null
  #load: Load | null = null
  #running: Promise<void> | null = null
  #keeping: Promise<void> = Promise.resolve()
  /** who read what is shown */
  #reader: Pick<Sight, 'userId' | 'scope'> | null = null
  #stopJudging = (): void => {}
  #stopRecording = new AbortController()
  #recording: Promise<void> = Promise.resolve()
  #judgements = 0
  #ended = false

  constructor(parts: ConnectionInventoryParts) {
    this.#parts = parts
    this.#table = new TokenTable(parts.epoch)
  }

  get status(): InventoryStatus {
    return this.#live.value
  }

  /** The rows as they are; they change while something is read. */
  get table(): Pick<TokenTable, 'holdings' | 'listed' | 'knows'> {
    return this.#table
  }

  get reader(): Pick<Sight, 'userId' | 'scope'> | null {
    return this.#reader
  }

  watch(signal?: AbortSignal): AsyncIteratorObject<InventoryStatus, undefined, void> {
    void this.restored()
    return this.#live.watch(signal)
  }

  rows(cursor: string | null): InventoryDelta {
    void this.restored()
    return this.#table.delta(cursor)
  }

  /** Resolves when all was read within the last `maxAgeMs`, or when that was tried and failed: the status tells. */
  async fresh(maxAgeMs: number): Promise<void> {
    await this.restored()
    const { readAt, source } = this.status
    if (source !== 'live' || readAt === null || this.#parts.clock.now() - readAt > maxAgeMs) this.refresh()
    await this.#running
  }

  /** Begins to read everything, unless that is under way. */
  refresh(): void {
    if (this.#running) return
    const load = new Load(this.#loadParts())
    this.#running = this.#run(load, async () => {
      await this.restored()
      await load.run()
      if (!load.cancelled && load.whole) await this.#missing(load)
    })
  }

  /** Reads again what the last load could not. */
  retryFailed(): void {
    if (this.#running || this.#load === null || this.status.phase !== 'partial') return
    const resumed = this.#load.resume(this.#loadParts())
    if (resumed) this.#running = this.#run(resumed.load, resumed.run)
    else this.refresh()
  }

  cancel(): void {
    this.#load?.cancel()
  }

  /** What users hold, which somebody else has just read. */
  seen(users: readonly SeenUser[]): void {
    const isShown = this.#restoring !== null
    this.#parts.graveyard.together(() => {
      for (const { user, tokens, readAt } of users) {
        // What the user may do is not told here.
        const canUseTokens = this.#table.owner(user.id)?.canUseTokens ?? null
        const owner = ownerFacts({ ...user, canUseTokens })
        if (isShown) this.#put({ owner, tokens }, readAt)
        else this.#parts.graveyard.heard(owner, tokens, readAt)
      }
    })
    const { revision, size: tokens } = this.#table
    if (revision === this.status.revision) return
    this.#become({ tokens, revision })
    void this.judge()
  }

  /** Counts the findings again: the policy or the time is another one. */
  async judge(): Promise<void> {
    const mine = ++this.#judgements
    this.#stopJudging()
    // Of what nobody has read nothing is said, least of all that it is in order.
    if (this.status.readAt === null && this.#table.size === 0) return
    const judgedAt = this.#parts.clock.now() + this.status.clockSkewMs
    const counts = Object.fromEntries(FINDING_IDS.map((id) => [id, 0])) as Record<FindingId, number>
    const sets = new Map<number, number>()
    let rows = 0
    for (const findings of this.#table.findings(this.#parts.policy(), judgedAt)) {
      sets.set(findings, (sets.get(findings) ?? 0) + 1)
      if (++rows % ROWS_A_SLICE === 0) await turn()
      // Somebody asked again meanwhile.
      if (mine !== this.#judgements || this.#ended) return
    }
    for (const [findings, count] of sets) {
      for (const id of FINDING_IDS) if (hasFinding(findings, id)) counts[id] += count
    }
    this.#become({ findings: { judgedAt, counts } })
    this.#stopJudging = this.#parts.clock.after(JUDGE_AGAIN_MS, () => void this.judge())
  }

  /** Ends what runs and every stream. */
  async dispose(): Promise<void> {
    this.#ended = true
    this.#stopJudging()
    this.cancel()
    this.#stopRecording.abort()
    await Promise.all([this.#running, this.#restoring, this.#recording])
    await this.#keeping
    this.#live.end()
  }

  /** When what the last load read is kept. */
  kept(): Promise<void> {
    return this.#keeping
  }

  /** Shows the last snapshot, once. Never rejects. */
  restored(): Promise<void> {
    this.#restoring ??= this.#restore()
    return this.#restoring
  }

  async #restore(): Promise<void> {
    const { snapshots, connectionId, logger } = this.#parts
    try {
      const [newest] = snapshots.list(connectionId)
      if (!newest) return
      const { scope, userId, takenAt, clockSkewMs } = newest
      this.#reader = { scope, userId }
      this.#become({ scope, clockSkewMs, source: 'snapshot', readAt: takenAt })
      for await (const piece of snapshots.pieces(newest.id)) {
        if (this.#ended) return
        for (const { owner, tokens, readAt } of piece) this.#table.put({ owner, tokens }, readAt)
        this.#become({ tokens: this.#table.size, revision: this.#table.revision })
      }
      await this.judge()
    } catch (error) {
      logger.warn({ error: messageOf(error) }, 'a snapshot could not be read whole')
    }
  }

  async #run(load: Load, read: () => Promise<void>): Promise<void> {
    this.#load = load
    this.#become({ phase: 'loading', startedAt: this.#parts.clock.now(), problem: null, gaps: [] })
    try {
      await read()
      if (load.cancelled) this.#become({ phase: 'cancelled' })
      else await this.#conclude(load)
    } catch (error) {
      const { problem } = asProblem(error)
      this.#become(load.cancelled ? { phase: 'cancelled' } : { phase: 'failed', problem })
    } finally {
      this.#running = null
    }
  }

  #loadParts(): LoadParts {
    const { use, clock } = this.#parts
    return {
      use,
      clock,
      began: (sight) => this.#began(sight),
      put: (holding, askedAt) => this.#put(holding, askedAt),
      progressed: (progress) =>
        this.#become({ ...progress, tokens: this.#table.size, revision: this.#table.revision }),
    }
  }

  #began({ userId, scope, limit }: Sight): void {
    // Somebody else sees others: what is out of their sight says nothing of what became of it.
    const same = this.#reader?.userId === userId && this.#reader.scope === scope
    if (!same) for (const { owner } of [...this.#table.holdings()]) this.#table.drop(owner.id)
    this.#reader = { userId, scope }
    const { size: tokens, revision } = this.#table
    this.#become({ scope, limit: limit?.problem ?? null, usersRead: 0, usersTotal: null, tokens, revision })
  }

  #put(holding: Holding, askedAt: number): void {
    const { graveyard } = this.#parts
    const difference = this.#table.put(holding, askedAt)
    if (difference === null) return
    graveyard.heard(holding.owner, holding.tokens, askedAt)
    graveyard.missed(holding.owner, difference)
  }

  /** Users who were known and did not come. */
  async #missing(load: Load): Promise<void> {
    const missing = [...this.#table.holdings()].flatMap(({ owner }) => (load.has(owner.id) ? [] : [owner]))
    await load.check(missing, (ownerId) => this.#table.drop(ownerId))
  }

  /** Shows how it ended. Keeping it goes on beside the next load. */
  async #conclude(load: Load): Promise<void> {
    const { gaps } = load
    const complete = gaps.length === 0
    await this.judge()
    const readAt = this.#parts.clock.now()
    const { size: tokens, revision } = this.#table
    // What failed is as old as it was.
    const shown = complete
      ? ({ phase: 'ready', source: 'live', readAt } as const)
      : ({ phase: 'partial' } as const)
    this.#become({ ...shown, gaps, tokens, revision })
    this.#keeping = this.#keep(readAt, complete)
    this.#stopRecording.abort()
    this.#stopRecording = new AbortController()
    if (!this.#ended) this.#recording = this.#record(this.#stopRecording.signal)
  }

  /** Reads the platform's own record of revoked tokens, beside everything else. Never rejects. */
  async #record(signal: AbortSignal): Promise<void> {
    const { use, clock, graveyard } = this.#parts
    try {
      const put = graveyard.recorded.bind(graveyard)
      const isKept = await readRecords({ use, clock, signal, put })
      this.#become({ recordsReadAt: isKept ? clock.now() : null, recordsProblem: null })
    } catch (error) {
      if (!signal.aborted) this.#become({ recordsProblem: asProblem(error).problem })
    }
  }

  async #keep(takenAt: number, complete: boolean): Promise<void> {
    if (this.#reader === null || this.#reader.scope === 'nobody') return
    const { snapshots, connectionId } = this.#parts
    const { clockSkewMs } = this.status
    const facts = { connectionId, takenAt, complete, clockSkewMs, ...this.#reader }
    await snapshots.save(facts, this.#table.holdings())
  }

  #become(change: Partial<InventoryStatus>): void {
    this.#live.set({ ...this.#live.value, ...change })
  }
}
