import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { OUTCOMES } from '#shared/domain/heartbeat.ts'
import { MONITOR_KINDS } from '#shared/domain/monitors.ts'
import { ConnectionId, Instant } from './connections.ts'
import { procedure } from './problem.ts'
import { RegistrationState } from './registration.ts'

/** What is watched of a connection (H-01). */
export const MonitorKind = z.enum(MONITOR_KINDS)

/** As `monitorId` makes it. */
export const MonitorId = z.string().min(1).max(128)
export const Outcome = z.enum(OUTCOMES)

export const LastPoint = z.object({
  at: Instant,
  outcome: Outcome,
  latencyMs: z.number().nullable(),
  /**
   * Class of what went wrong or kept us from looking: a problem code, or `health-key-missing`, `health-key-wrong`,
   * `module-off`, `module-warning`, `unhealthy`, `manager-silent`, `rate-limited`, `gap` (asleep or offline).
   */
  failure: z.string().nullable(),
})
export type LastPoint = z.infer<typeof LastPoint>

export const MonitorView = z.object({
  id: MonitorId,
  connectionId: ConnectionId,
  kind: MonitorKind,
  /** origin that is asked */
  target: z.string(),
  everyMs: z.number().int(),
  /** of a registration: up while Fresh or Late */
  state: z.enum(['unknown', 'up', 'down']),
  /** start of the state, retroactive; null while nothing was seen */
  since: Instant.nullable(),
  flapping: z.boolean(),
  /** of the registration monitor alone */
  registration: z.object({ state: RegistrationState, since: Instant }).nullable(),
  /** what the other side says it is; null when it does not */
  version: z.string().nullable(),
  /** null before the first look */
  last: LastPoint.nullable(),
  quiet: z.enum(['mute', 'maintenance']).nullable(),
})
export type MonitorView = z.infer<typeof MonitorView>

/** One incident, not N (H-05). */
export const IncidentView = z.object({
  id: z.string(),
  since: Instant,
  /** null while it lasts */
  closedAt: Instant.nullable(),
  cause: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('monitor'), monitorId: MonitorId }),
    /** several monitors of one target */
    z.object({ kind: z.literal('target'), target: z.string() }),
    /** everything beyond this machine is out of reach: look at its network first */
    z.object({ kind: z.literal('network') }),
  ]),
  /** monitors that are still down */
  down: z.array(MonitorId),
  /** all that belong or belonged to it */
  members: z.array(MonitorId),
})
export type IncidentView = z.infer<typeof IncidentView>

/** A time in which nothing is announced (H-04). Points of a `maintenance` count neither as good nor as bad. */
export const QuietTime = z.object({
  id: z.string().min(1).max(64),
  kind: z.enum(['mute', 'maintenance']),
  /** null = everything */
  monitorId: MonitorId.nullable(),
  from: Instant,
  /** exclusive */
  to: Instant,
  note: z.string().max(200),
})
export type QuietTime = z.infer<typeof QuietTime>

/** Everything that is watched, as it stands. */
export const HeartbeatStatus = z.object({
  monitors: z.array(MonitorView),
  /** those under way, oldest first */
  incidents: z.array(IncidentView),
  /** those that hold or are to come, by their start */
  quietTimes: z.array(QuietTime),
  /** `offline`: this machine has no network; only what runs on it is watched */
  observer: z.enum(['watching', 'offline', 'asleep']),
})
export type HeartbeatStatus = z.infer<typeof HeartbeatStatus>

const Counts = {
  good: z.number().int(),
  bad: z.number().int(),
  /** tried and could not look */
  unobserved: z.number().int(),
  /** within a maintenance window */
  maintenance: z.number().int(),
}
const Percentiles = {
  p50: z.number().nullable(),
  p95: z.number().nullable(),
  p99: z.number().nullable(),
}

/** A span of the past; nothing counted in it = not observed. */
export const HistoryPoint = z.object({ from: Instant, to: Instant, ...Counts, ...Percentiles })
export type HistoryPoint = z.infer<typeof HistoryPoint>

export const Figures = z.object({
  ...Counts,
  /** good of reported, 0…1; null when nothing was reported (H-03) */
  uptime: z.number().nullable(),
  ...Percentiles,
})
export type Figures = z.infer<typeof Figures>

export const MonitorHistory = z.object({ points: z.array(HistoryPoint), figures: Figures })
export type MonitorHistory = z.infer<typeof MonitorHistory>

/** What happened, in the order it was told. */
export const HeartbeatEvent = z.discriminatedUnion('kind', [
  z.object({
    kind: z.enum(['incident-opened', 'incident-grown', 'incident-closed']),
    incident: IncidentView.omit({ closedAt: true }),
  }),
  z.object({ kind: z.literal('flapping'), since: Instant }),
  z.object({ kind: z.literal('settled'), state: z.enum(['up', 'down']), since: Instant }),
  z.object({ kind: z.literal('registration'), from: z.string(), to: z.string() }),
  /** the other side runs another version than before */
  z.object({ kind: z.literal('version'), from: z.string(), to: z.string() }),
])
export type HeartbeatEvent = z.infer<typeof HeartbeatEvent>

export const JournalEntry = z.object({
  id: z.number().int(),
  at: Instant,
  monitorId: MonitorId,
  event: HeartbeatEvent,
})
export type JournalEntry = z.infer<typeof JournalEntry>

const OfMonitor = z.object({ monitorId: MonitorId })
const Page = z.object({
  /** from here backwards: the cursor that the page before gave */
  before: z.number().int().nullable(),
  limit: z.number().int().min(1).max(200),
})

export const heartbeat = {
  /** All of it at once and at each change, at most four times a second. */
  watch: procedure.output(eventIterator(HeartbeatStatus)),
  /**
   * The past of a monitor. `day`: 288 points of 5 minutes, `week`: 168 of an hour, `quarter`: 90 days; on the UTC grid,
   * oldest first, none left out. Ends at `until`, now unless given.
   */
  history: procedure
    .input(OfMonitor.extend({ range: z.enum(['day', 'week', 'quarter']), until: Instant.optional() }))
    .output(MonitorHistory),
  /** Newest first, open ones included; of one connection unless null. */
  incidents: procedure
    .input(Page.extend({ connectionId: ConnectionId.nullable() }))
    .output(z.object({ incidents: z.array(IncidentView), nextBefore: z.number().int().nullable() })),
  /** Newest first. */
  journal: procedure
    .input(Page.extend({ connectionId: ConnectionId.nullable() }))
    .output(z.object({ entries: z.array(JournalEntry), nextBefore: z.number().int().nullable() })),
  /** Looks now; the point comes with `watch`. */
  lookNow: procedure.input(OfMonitor).output(z.void()),
  /** Keeps a mute or a maintenance window, or replaces the one of the same id. */
  keepQuiet: procedure.input(QuietTime).output(z.void()),
  endQuiet: procedure.input(z.object({ id: QuietTime.shape.id })).output(z.void()),
  /** The access key of a platform's `/health`; into the secret store, null removes it. */
  setHealthKey: procedure
    .input(z.object({ connectionId: ConnectionId, key: z.string().trim().min(1).max(512).nullable() }))
    .output(z.void()),
}
