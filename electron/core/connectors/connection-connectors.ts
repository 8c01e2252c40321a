import type { Clock } from '#base/clock.ts'
import { Live } from '#base/live.ts'
import { asProblem, ProblemError } from '#base/problem-error.ts'
import type { Connector, ConnectorManager, ConnectorsDelta, Owner } from '#shared/contract/connectors.ts'
import type { Problem } from '#shared/contract/problem.ts'
import type { OpenAevClient } from '../clients/openaev/openaev-client.ts'
import {
  type ConnectorDialect,
  ConnectorOperations,
  type ListedConnectors,
} from '../clients/opencti/connector-operations.ts'
import { RemoteError } from '../clients/opencti/remote-error.ts'
import { remembered } from './changes.ts'
import { connectorOf, isSame, type Remembered } from './facts.ts'
import type { ConnectorHistory } from './history.ts'
import { keyOf } from './manager-key.ts'
import type { ConnectorOwners } from './owners.ts'
import type { AnySession } from './sessions.ts'
import { deltas, failed, isNews, NOTHING_READ, type Observations, type Snapshot, seenBy } from './snapshot.ts'
import { sourceOf } from './source.ts'

/** While somebody looks: health comes every 25 to 30 s and should be seen before it is 35 s old (PERF-4). */
const WATCHED_MS = 5_000
/** While nobody does: often enough for a timeline that tells to the minute. */
const UNWATCHED_MS = 60_000
/** After news, so that the composer has told the platform by then. */
const SOON_MS = 1_000
const SOONEST_MS = 4_000
/** Tokens of owners change seldom, and cost a call an owner. */
const OWNERS_MS = 5 * 60_000
/** Owners that are asked at the same time. */
const OWNERS_AT_ONCE = 2

export interface ConnectionParts {
  readonly connectionId: string
  readonly use: <Result>(work: (session: AnySession) => Promise<Result>) => Promise<Result>
  readonly history: ConnectorHistory
  readonly owners: ConnectorOwners
  readonly observations: () => Observations
  /** whether the connection could answer now, so that it is worth asking while nobody looks */
  readonly isReady: () => boolean
  readonly clock: Clock
}

/** The connectors of one connection: read at a polite pace, one list call a reading, faster while somebody looks (C-06). */
export class ConnectionConnectors {
  readonly #parts: ConnectionParts
  readonly #live = new Live<Snapshot>(NOTHING_READ)
  #watchers = 0
  #registered = false
  #failures = 0
  #dialect: ConnectorDialect = 'newest'
  #reading: Promise<void> | null = null
  #readingOwners: Promise<void> | null = null
  #ownersReadAt: number | null = null
  #ownersAsked: ReadonlySet<string> = new Set()
  #dueAt = Number.POSITIVE_INFINITY
  #cancelTimer = (): void => {}
  #ended = false

  constructor(parts: ConnectionParts) {
    this.#parts = parts
    this.#arm(0)
  }

  get current(): Snapshot {
    return this.#live.value
  }

  /** Ends with `signal`, or when the connection goes. */
  async *watch(signal?: AbortSignal): AsyncGenerator<ConnectorsDelta> {
    this.#watchers++
    const { readAt } = this.#live.value
    if (readAt === null || this.#parts.clock.now() - readAt >= WATCHED_MS) void this.refresh()
    else this.#armSooner(readAt + WATCHED_MS - this.#parts.clock.now())
    try {
      yield* deltas(this.#live, signal)
    } finally {
      this.#watchers--
    }
  }

  /** Reads everything now, as a person asked to. */
  async readAll(): Promise<void> {
    this.#ownersReadAt = null
    await this.refresh()
    await this.#readingOwners
  }

  /** Reads now; calls made meanwhile share one reading. How it went is part of the snapshot. */
  refresh(): Promise<void> {
    this.#reading ??= this.#read().finally(() => {
      this.#reading = null
      this.#arm(this.#pause())
    })
    return this.#reading
  }

  /** A composer in the app saw something: shown at once, and read soon what it told the platform. */
  look(): void {
    const before = this.#live.value
    const observations = this.#parts.observations()
    const after = seenBy(before, observations)
    this.#live.set(after)
    const registered = observations?.registered ?? false
    if (this.#watchers > 0 && (registered !== this.#registered || isNews(before, after))) this.#readSoon()
    this.#registered = registered
  }

  /** Takes a list that was read for another purpose, so that nobody waits for the next one. */
  take(listed: ListedConnectors): void {
    const { clock, connectionId, history, observations } = this.#parts
    const at = clock.now()
    const before = this.#live.value.connectors
    const memories = new Map<string, Remembered>()
    const read = new Map<string, Connector>()
    for (const found of listed.connectors) {
      const memory = history.memoryOf(connectionId, found.id)
      const observed = before.get(found.id)?.observed ?? null
      const fresh = { ...connectorOf(found, memory ?? NEVER_SEEN, listed.skewMs), observed }
      const next = remembered(fresh, memory, at)
      const connector = { ...fresh, requestedAt: next.requestedAt, loopedAt: next.loopedAt }
      const known = before.get(found.id)
      read.set(found.id, known && isSame(known, connector) ? known : connector)
      memories.set(found.id, next)
    }
    history.take(connectionId, { at, connectors: memories })
    this.#dialect = listed.dialect
    this.#live.set(
      seenBy(
        {
          ...this.#live.value,
          connectors: read,
          phase: 'ready',
          problem: null,
          readAt: at,
          unreadable: listed.unreadable,
          unseen: [...listed.unseen],
          knowsManaged: listed.dialect !== 'old',
          clockSkewMs: listed.skewMs,
        },
        observations(),
      ),
    )
  }

  dispose(): void {
    this.#ended = true
    this.#cancelTimer()
    this.#live.end()
  }

  async #read(): Promise<void> {
    try {
      await this.#parts.use(async (session) => {
        const [listed, managers] = await Promise.all([
          sourceOf(session, 'MODULES').list(this.#dialect),
          'openAev' in session
            ? this.#reachable(session.openAev)
            : this.#managers(new ConnectorOperations(session.client)),
        ])
        if (this.#ended) return
        this.take(listed)
        this.#live.set({ ...this.#live.value, ...managers })
        this.#failures = 0
      })
      // Causes come after what they explain, and no list waits for them.
      if (this.#watchers > 0 && !this.#ended) this.#followOwners()
    } catch (error) {
      if (this.#ended) return
      this.#failures++
      // A platform that was updated meanwhile may have learned more words, or lost some.
      this.#dialect = 'newest'
      this.#live.set(failed(this.#live.value, asProblem(error).problem))
    }
  }

  /** Asked for apart, so that a platform which does not tell its managers still tells its connectors. */
  async #managers(operations: ConnectorOperations): Promise<ManagersRead> {
    if (this.#dialect === 'old') return NO_MANAGERS
    try {
      const { managers: found, skewMs } = await operations.managers()
      const managers = found.map(
        ({ publicKey, lastPingAt, ...manager }): ConnectorManager => ({
          ...manager,
          lastPingAt: lastPingAt === null ? null : lastPingAt - skewMs,
          key: keyOf(publicKey),
        }),
      )
      return { ...NO_MANAGERS, managers }
    } catch (error) {
      const isUnknown = error instanceof RemoteError && error.unknownField
      return { ...NO_MANAGERS, managersProblem: isUnknown ? null : asProblem(error).problem }
    }
  }

  /** OpenAEV tells no more of its one composer. */
  async #reachable(client: OpenAevClient): Promise<ManagersRead> {
    try {
      return { ...NO_MANAGERS, composerReachable: (await client.isComposerReachable()).data }
    } catch (error) {
      return { ...NO_MANAGERS, managersProblem: asProblem(error).problem }
    }
  }

  /** Reads the owners when that is due: all of them after a while, and when one is new. */
  #followOwners(): void {
    const { connectors, owners: known } = this.#live.value
    const ids = [...new Set([...connectors.values()].flatMap(({ owner }) => (owner ? [owner.id] : [])))]
    const isDue = this.#ownersReadAt === null || this.#parts.clock.now() - this.#ownersReadAt >= OWNERS_MS
    const isNew = known !== null && ids.some((id) => !this.#ownersAsked.has(id))
    if (!isDue && !isNew) return
    this.#readingOwners ??= this.#parts
      .use((session) => this.#readOwners(ids, session))
      // How the connection is, the list says.
      .catch(() => {})
      .finally(() => {
        this.#readingOwners = null
      })
  }

  async #readOwners(ids: readonly string[], session: AnySession): Promise<void> {
    const { clock, owners, connectionId } = this.#parts
    if ('openAev' in session) return
    this.#ownersReadAt = clock.now()
    this.#ownersAsked = new Set(ids)
    const waiting = [...ids]
    const read: Owner[] = []
    let hindrance: Problem | null = null
    const work = async (): Promise<void> => {
      for (let id = waiting.shift(); id !== undefined && hindrance === null; id = waiting.shift()) {
        try {
          read.push(await owners.read(connectionId, id, session))
        } catch (error) {
          const { problem } = asProblem(error)
          // An owner that was deleted is one that cannot be read; a missing right is missing for all of them.
          if (problem.code === 'missing-capability' || problem.code === 'old-platform') hindrance = problem
          else if (!(error instanceof ProblemError)) throw error
        }
      }
    }
    await Promise.all(Array.from({ length: OWNERS_AT_ONCE }, work))
    if (!this.#ended) this.#live.set({ ...this.#live.value, owners: hindrance === null ? read : null })
  }

  /** Not more often than every few seconds: a connector that loops makes news without end. */
  #readSoon(): void {
    const { clock } = this.#parts
    const since = clock.now() - (this.#live.value.readAt ?? 0)
    this.#armSooner(Math.max(SOON_MS, SOONEST_MS - since))
  }

  #pause(): number {
    const base = this.#watchers > 0 ? WATCHED_MS : UNWATCHED_MS
    return Math.min(UNWATCHED_MS, base * 2 ** Math.min(this.#failures, 3))
  }

  #armSooner(ms: number): void {
    if (this.#parts.clock.now() + ms < this.#dueAt) this.#arm(ms)
  }

  #arm(ms: number): void {
    this.#cancelTimer()
    if (this.#ended) return
    this.#dueAt = this.#parts.clock.now() + ms
    this.#cancelTimer = this.#parts.clock.after(ms, () => {
      if (this.#watchers > 0 || this.#parts.isReady()) void this.refresh()
      else this.#arm(UNWATCHED_MS)
    })
  }
}

type ManagersRead = Pick<Snapshot, 'managers' | 'managersProblem' | 'composerReachable'>
const NO_MANAGERS: ManagersRead = { managers: null, managersProblem: null, composerReachable: null }
const NEVER_SEEN = { requestedAt: null, loopedAt: null }
