import { Live } from '#base/live.ts'
import type { Logger } from '#base/logger.ts'
import { ProblemError } from '#base/problem-error.ts'
import type { Secret } from '#base/secret.ts'
import type { Database } from '#base/sqlite.ts'
import type { Connection } from '#shared/contract/connections.ts'
import type {
  HeartbeatStatus,
  IncidentView,
  JournalEntry,
  LastPoint,
  MonitorHistory,
  MonitorView,
  QuietTime,
} from '#shared/contract/heartbeat.ts'
import type { Watched as Attention } from '#shared/domain/attention.ts'
import type { Happening } from '#shared/domain/happening.ts'
import { hasSomethingToSee, MONITOR_KINDS, type MonitorKind, monitorId } from '#shared/domain/monitors.ts'
import type { SecretStore } from '../ports/secret-store.ts'
import { happeningOf } from './happening.ts'
import { HealthKeys } from './health-keys.ts'
import type { Incident } from './incident.ts'
import type { JournalEntry as KeptEntry } from './journal.ts'
import type { HeartbeatClock, PowerPort } from './monitor.ts'
import { createProbes, type ProbeSources } from './probes.ts'
import { type Sample, SPANS, type Span } from './samples.ts'
import { createHeartbeat } from './service.ts'
import type { Standing } from './standing.ts'
import { createWatched, type Watched } from './watched.ts'

/** A burst of points repaints once. */
const PUBLISH_EVERY_MS = 250
const [MINUTE, HOUR, DAY] = SPANS

interface Range {
  /** how long a point is */
  readonly binMs: number
  readonly count: number
  /** the grain that points are made of */
  readonly span: Span
}

const RANGES = {
  day: { binMs: 5 * MINUTE, count: 288, span: MINUTE },
  week: { binMs: HOUR, count: 168, span: HOUR },
  quarter: { binMs: DAY, count: 90, span: DAY },
} as const satisfies Record<string, Range>

/** The connections and what is read of them elsewhere. */
export interface HeartbeatSources extends Omit<ProbeSources, 'now' | 'healthKey'> {
  /** those to be watched: one that was switched off is not among them */
  connections(): readonly Connection[]
  /** of the embedded platform, which hands its key over */
  embeddedHealthKey(): Secret | null
  /** null while it is not known */
  xtmOneUrl(connectionId: string): string | null
}

/** What is said outside of the window. */
export interface Outside {
  tell(happening: Happening): void
  stands(watched: Iterable<Attention>): void
  /** everything is muted until then; null = it is not */
  mutes(until: number | null): void
}

export interface HeartbeatParts {
  /** opened by openHeartbeatDatabase; the caller closes it */
  readonly database: Database
  readonly clock: HeartbeatClock
  /** a number in [0, 1) */
  readonly random: () => number
  readonly newId: () => string
  /** null: the host knows nothing of sleep and network; a gap of the clock still shows */
  readonly power: PowerPort | null
  readonly outside: Outside
  readonly secretStore: SecretStore
  readonly sources: HeartbeatSources
  readonly log: Logger
  /** after each point of an `api` monitor: whether the connection answers */
  readonly onAnswer: (connectionId: string, answers: boolean) => void
}

/** Shown before the first look has told whether this platform has them. */
const SERVED_EVERYWHERE: ReadonlySet<MonitorKind> = new Set(['api', 'xtm-one'])

const SILENT_POWER: PowerPort = { isOffline: () => false, watch: () => () => {} }

/** Watches every connection (H-01..H-05) and tells how they are. */
export class HeartbeatService {
  readonly status: Live<HeartbeatStatus>
  readonly #parts: HeartbeatParts
  readonly #engine: ReturnType<typeof createHeartbeat>
  readonly #watchedOf: ReturnType<typeof createWatched>
  readonly #healthKeys: HealthKeys
  readonly #last = new Map<string, LastPoint | null>()
  readonly #stopPower: () => void
  #watched = new Map<string, Watched>()
  #observer: HeartbeatStatus['observer'] = 'watching'
  #cancelPublish: (() => void) | null = null
  #cancelQuiet = (): void => {}
  #isWatching = false

  constructor(parts: HeartbeatParts) {
    this.#parts = parts
    const { clock, sources } = parts
    const power = parts.power ?? SILENT_POWER
    this.#healthKeys = new HealthKeys(parts.secretStore)
    this.#watchedOf = createWatched(
      createProbes({ ...sources, now: () => clock.now(), healthKey: (id) => this.#healthKey(id) }),
    )
    this.#engine = createHeartbeat({
      database: parts.database,
      clock,
      random: parts.random,
      newId: parts.newId,
      power,
      log: parts.log,
      onPoint: (sample) => this.#onPoint(sample),
      onEvent: (entry) => this.#onEvent(entry),
    })
    if (power.isOffline()) this.#observer = 'offline'
    this.#stopPower = power.watch((event) => {
      if (event === 'suspend') this.#observer = 'asleep'
      else this.#observer = power.isOffline() ? 'offline' : 'watching'
      this.#publishSoon()
    })
    this.status = new Live(this.#view())
  }

  watch(signal?: AbortSignal): AsyncIteratorObject<HeartbeatStatus, undefined, void> {
    return this.status.watch(signal)
  }

  /** Begins to watch. */
  start(): void {
    this.#isWatching = true
    this.follow()
  }

  /** Looks again at what there is to watch; cheap when nothing changed. */
  follow(): void {
    if (!this.#isWatching) return
    const { sources } = this.#parts
    const watched = this.#watchedOf(sources.connections(), (id) => sources.xtmOneUrl(id))
    const isSame =
      watched.length === this.#watched.size &&
      watched.every((one) => this.#watched.get(one.monitor.id) === one)
    if (isSame) return
    this.#watched = new Map(watched.map((one) => [one.monitor.id, one]))
    for (const id of this.#watched.keys())
      if (!this.#last.has(id)) this.#last.set(id, lastPoint(this.#engine.samples.last(id)))
    for (const id of this.#last.keys()) if (!this.#watched.has(id)) this.#last.delete(id)
    this.#engine.watch(watched.map(({ monitor }) => monitor))
    this.#publishSoon()
  }

  /** A connection is gone for good: what is kept of it goes too. */
  async forget(connection: Pick<Connection, 'id' | 'url'>): Promise<void> {
    this.follow()
    for (const kind of MONITOR_KINDS) this.#engine.forget(monitorId(kind, connection.id))
    await this.#healthKeys.set(connection.id, connection.url, null)
  }

  /** @throws ProblemError `bad-input` for what is not watched */
  lookNow(id: string): void {
    if (!this.#watched.has(id)) throw new ProblemError('bad-input', id)
    this.#engine.lookNow(id)
  }

  history(id: string, range: keyof typeof RANGES, until = this.#parts.clock.now()): MonitorHistory {
    const { binMs, count, span }: Range = RANGES[range]
    const from = (Math.ceil(until / binMs) - count) * binMs
    const { samples } = this.#engine
    const points = samples.bins(id, span, { from, binMs, count })
    return {
      points: points.map((point) => ({ ...point, to: Math.min(until, point.from + binMs) })),
      figures: samples.figures(id, from, until, this.#parts.clock.now()),
    }
  }

  incidents(before: number | null, limit: number, connectionId: string | null) {
    const page = this.#engine.journal.incidentPage(before, limit, connectionId)
    const incidents = page.map((incident): IncidentView => viewOf(incident, incident.closedAt))
    return { incidents, nextBefore: page.length < limit ? null : (page.at(-1)?.since ?? null) }
  }

  journal(before: number | null, limit: number, connectionId: string | null) {
    const page = this.#engine.journal.page(before, limit, connectionId)
    return {
      entries: page.map(entryView),
      nextBefore: page.length < limit ? null : (page.at(-1)?.id ?? null),
    }
  }

  /** @throws ProblemError `bad-input` when it ends before it begins */
  keepQuiet(quiet: QuietTime): void {
    if (quiet.from >= quiet.to) throw new ProblemError('bad-input', 'It ends before it begins.')
    this.#engine.quietTimes.put(quiet)
    this.#publishSoon()
  }

  endQuiet(id: string): void {
    this.#engine.quietTimes.remove(id)
    this.#publishSoon()
  }

  /** Nothing is announced for so many ms from now on; null ends that. */
  mute(ms: number | null): void {
    const from = this.#parts.clock.now()
    const mutes = this.#engine.quietTimes
      .list()
      .filter(({ kind, monitorId: one, to }) => kind === 'mute' && one === null && to > from)
    for (const { id } of mutes) this.#engine.quietTimes.remove(id)
    if (ms !== null)
      this.#engine.quietTimes.put({
        id: this.#parts.newId(),
        kind: 'mute',
        monitorId: null,
        from,
        to: from + ms,
        note: '',
      })
    this.#publish()
  }

  /** @throws ProblemError `no-connection` */
  async setHealthKey(connectionId: string, key: Secret | null): Promise<void> {
    const connection = this.#parts.sources.connections().find(({ id }) => id === connectionId)
    if (!connection || connection.embedded) throw new ProblemError('no-connection')
    await this.#healthKeys.set(connectionId, connection.url, key)
    this.#engine.lookNow(monitorId('health', connectionId))
  }

  /** The caller closes the database. */
  dispose(): void {
    this.#isWatching = false
    this.#cancelPublish?.()
    this.#cancelQuiet()
    this.#stopPower()
    this.#engine.stop()
    this.status.end()
  }

  async #healthKey(connectionId: string): Promise<Secret | null> {
    const connection = this.#parts.sources.connections().find(({ id }) => id === connectionId)
    if (!connection) return null
    if (connection.embedded) return this.#parts.sources.embeddedHealthKey()
    return this.#healthKeys.of(connectionId, connection.url)
  }

  #onPoint(sample: Sample): void {
    this.#last.set(sample.monitorId, lastPoint(sample))
    this.#publishSoon()
    const watched = this.#watched.get(sample.monitorId)
    if (watched?.kind === 'api') this.#parts.onAnswer(watched.connectionId, sample.outcome === 'good')
  }

  #onEvent(kept: KeptEntry): void {
    this.#publishSoon()
    const happening = happeningOf(kept)
    if (happening) this.#parts.outside.tell(happening)
  }

  #publishSoon(): void {
    this.#cancelPublish ??= this.#parts.clock.after(PUBLISH_EVERY_MS, () => {
      this.#cancelPublish = null
      this.#publish()
    })
  }

  #publish(): void {
    const status = this.#view()
    this.status.set(status)
    const { outside, clock } = this.#parts
    outside.stands(
      status.monitors
        .filter(({ last }) => hasSomethingToSee(last?.failure ?? null))
        .map(({ state, flapping, registration }) => ({
          state,
          flapping,
          registration: registration?.state ?? null,
        })),
    )
    const now = clock.now()
    const muted = status.quietTimes.filter(
      ({ kind, monitorId: one, from }) => kind === 'mute' && one === null && from <= now,
    )
    outside.mutes(muted.length === 0 ? null : Math.max(...muted.map(({ to }) => to)))
    // A quiet time begins and ends by itself.
    const next = status.quietTimes.flatMap(({ from, to }) => [from, to]).filter((at) => at > now)
    this.#cancelQuiet()
    if (next.length > 0) this.#cancelQuiet = clock.after(Math.min(...next) - now, () => this.#publish())
  }

  #view(): HeartbeatStatus {
    const now = this.#parts.clock.now()
    return {
      monitors: [...this.#watched.values()].flatMap((watched) => this.#monitorView(watched, now)),
      incidents: this.#engine.incidents().map((incident) => viewOf(incident, null)),
      quietTimes: this.#engine.quietTimes.list().filter(({ to }) => to > now),
      observer: this.#observer,
    }
  }

  /** Nothing for what this platform does not have. */
  #monitorView({ monitor, connectionId, kind }: Watched, now: number): MonitorView[] {
    const last = this.#last.get(monitor.id) ?? null
    const standing = this.#engine.standingOf(monitor.id)
    const isServed = last === null ? SERVED_EVERYWHERE.has(kind) : last.failure !== 'not-served'
    if (standing === null || !isServed) return []
    return [
      {
        id: monitor.id,
        connectionId,
        kind,
        target: monitor.target,
        everyMs: monitor.everyMs,
        ...stateOf(standing),
        version: standing.version,
        last,
        quiet: this.#engine.quietTimes.at(monitor.id, now),
      },
    ]
  }
}

/** A registration has no hysteresis: it is up while it is fresh or late. */
function stateOf({
  probe,
  registration,
}: Standing): Pick<MonitorView, 'state' | 'since' | 'flapping' | 'registration'> {
  if (registration === null)
    return { state: probe.state, since: probe.since, flapping: probe.flapping, registration: null }
  const { state, since } = registration
  const isUp = state === 'fresh' || state === 'late'
  return {
    state: state === 'unknown' ? 'unknown' : isUp ? 'up' : 'down',
    since,
    flapping: false,
    registration: { state, since },
  }
}

function lastPoint(sample: Sample | null): LastPoint | null {
  if (sample === null) return null
  const { at, outcome, latencyMs, failure } = sample
  return { at, outcome, latencyMs, failure }
}

function viewOf(incident: Incident, closedAt: number | null): IncidentView {
  const { id, since, cause, down, members } = incident
  return { id, since, closedAt, cause, down: [...down], members: [...members] }
}

function entryView(entry: KeptEntry): JournalEntry {
  const { event } = entry
  if (!('incident' in event)) return { ...entry, event }
  const { closedAt: _, ...incident } = viewOf(event.incident, null)
  return { ...entry, event: { kind: event.kind, incident } }
}
