import type { Connection } from '#shared/contract/connections.ts'
import type { Connector } from '#shared/contract/connectors.ts'
import type { HeartbeatStatus, IncidentView, MonitorView } from '#shared/contract/heartbeat.ts'
import type { Incident } from '#shared/contract/incidents.ts'
import type { InventoryStatus } from '#shared/contract/inventory.ts'
import type { Registration } from '#shared/contract/registration.ts'
import type { SystemStatus } from '#shared/contract/system.ts'
import type { Reminder, RevokeTimer, Rotation, Upkeep } from '#shared/contract/upkeep.ts'
import { isTrouble, STANDINGS, type Standing, standingOf } from '#shared/domain/connector.ts'
import { FINDING_SEVERITY, type FindingId, SEVERITIES } from '#shared/domain/findings.ts'
import { FRESH_MS } from '#shared/domain/registration.ts'
import type { MessageId } from '../../i18n/catalogue.ts'
import type { Sentence, SentenceValues } from './sentence.ts'

/** Where the one action of a row leads, or what it does. */
export type Remedy =
  | { readonly do: 'look'; readonly monitorIds: readonly string[] }
  | { readonly do: 'registration' | 'monitors' | 'connections'; readonly connectionId: string }
  | { readonly do: 'read' | 'connectors' }
  | { readonly do: 'finding'; readonly id: FindingId }
  | { readonly do: 'keychain' | 'local' | 'activity' }
  | { readonly do: 'response'; readonly id: string }
  | { readonly do: 'plan'; readonly connectionId: string; readonly id: string }

/** Who says so. */
export type Source = 'heartbeat' | 'registration' | 'connection' | 'inventory' | 'connectors' | 'console'

/** Something that wants a person: what, since when, how old the evidence is, and one thing to do (ux.md). */
export interface AttentionRow {
  readonly id: string
  readonly tone: 'danger' | 'warning' | 'neutral'
  readonly what: Sentence
  /** why, in a second line */
  readonly why: Sentence | null
  /** null: nobody knows since when */
  readonly since: number | null
  /** when that was last seen to be so; null: it is so right now */
  readonly evidenceAt: number | null
  readonly source: Source
  readonly remedy: Remedy
}

/** What is known on the page; null is what has not been told yet. */
export interface Facts {
  readonly connections: readonly Connection[] | null
  /** as the page calls a connection */
  readonly nameOf: (connectionId: string) => string
  readonly heartbeat: HeartbeatStatus | null
  /** of the active connection */
  readonly registration: Registration | null
  /** our clock, to the minute */
  readonly now: number
  /** the time when Enterprise Edition goes is over */
  readonly isEnterpriseLost: boolean
  readonly system: SystemStatus | null
  /** of the active connection */
  readonly inventory: InventoryStatus | null
  /** of the active connection, and when they were read */
  readonly connectors: readonly Connector[] | null
  readonly connectorsReadAt: number | null
  /** revocations and lost devices, of every connection */
  readonly responses: readonly Incident[] | null
  /** what is planned for tokens, of every connection */
  readonly plans: Upkeep | null
}

const TONES = ['danger', 'warning', 'neutral'] as const

/** Everything that wants a person, the worst first, and of equals the one that lasts longest. */
export function attentionRows(facts: Facts): AttentionRow[] {
  const rows = [
    ...ofConsole(facts),
    ...ofIncidents(facts),
    ...ofRegistrations(facts),
    ...ofConnections(facts),
    ...ofResponses(facts),
    ...ofPlans(facts),
    ...ofConnectors(facts),
    ...ofInventory(facts),
  ]
  const age = ({ since }: AttentionRow): number => since ?? Number.POSITIVE_INFINITY
  return rows
    .map((row, index) => ({ row, index }))
    .sort(
      (a, b) =>
        TONES.indexOf(a.row.tone) - TONES.indexOf(b.row.tone) ||
        (age(a.row) === age(b.row) ? a.index - b.index : age(a.row) - age(b.row)),
    )
    .map(({ row }) => row)
}

const say = (id: MessageId, values?: SentenceValues): Sentence => ({ id, ...(values && { values }) })

/** What a failed look is called, for `Sentence.failure`. */
const failure = (code: string | null | undefined): Sentence | null => (code ? { failure: code } : null)

/** The last thing that was seen of any of them. */
function lastSeen(monitors: readonly MonitorView[]): number | null {
  const times = monitors.flatMap(({ last }) => (last ? [last.at] : []))
  return times.length === 0 ? null : Math.max(...times)
}

/** Incidents under way, each named once by its cause (H-05), and what flaps; registrations have rows of their own. */
function ofIncidents({ heartbeat, nameOf }: Facts): AttentionRow[] {
  if (!heartbeat) return []
  const byId = new Map(heartbeat.monitors.map((monitor) => [monitor.id, monitor]))
  const known = (ids: readonly string[]): MonitorView[] => ids.flatMap((id) => byId.get(id) ?? [])
  const open = heartbeat.incidents.flatMap((incident): AttentionRow[] => {
    const down = known(incident.down.length > 0 ? incident.down : incident.members)
    if (down.length === 0 || down.every(({ kind }) => kind === 'registration')) return []
    return [
      {
        id: `incident ${incident.id}`,
        tone: down.every(({ quiet }) => quiet !== null) ? 'neutral' : 'danger',
        what: incidentWords(incident, down, nameOf),
        why: failure(down.find(({ last }) => last?.failure)?.last?.failure),
        since: incident.since,
        evidenceAt: lastSeen(down),
        source: 'heartbeat',
        remedy: { do: 'monitors', connectionId: down[0]?.connectionId ?? '' },
      },
    ]
  })
  const flapping = heartbeat.monitors
    .filter((monitor) => monitor.flapping && monitor.quiet === null)
    .map(
      (monitor): AttentionRow => ({
        id: `flapping ${monitor.id}`,
        tone: 'warning',
        what: say('overview.flapping', {
          monitor: { id: `heartbeat.kind.${monitor.kind}` },
          connection: nameOf(monitor.connectionId),
        }),
        why: null,
        since: monitor.since,
        evidenceAt: monitor.last?.at ?? null,
        source: 'heartbeat',
        remedy: { do: 'monitors', connectionId: monitor.connectionId },
      }),
    )
  return [...open, ...flapping]
}

function incidentWords(
  { cause }: IncidentView,
  down: readonly MonitorView[],
  nameOf: Facts['nameOf'],
): Sentence {
  const [first] = down
  if (cause.kind === 'network') return say('overview.down-network', { count: down.length })
  if (cause.kind === 'target' && down.length > 1)
    return say('overview.down-target', { target: cause.target, count: down.length })
  return say('overview.down', {
    monitor: { id: `heartbeat.kind.${first?.kind ?? 'api'}` },
    connection: nameOf(first?.connectionId ?? ''),
  })
}

const REGISTRATION_TONES = { lapsed: 'danger', late: 'warning', never: 'warning' } as const

/** Registrations that are not fresh, of every connection, and what Enterprise Edition hangs on. */
function ofRegistrations({ heartbeat, registration, nameOf, now, isEnterpriseLost }: Facts): AttentionRow[] {
  const rows = (heartbeat?.monitors ?? []).flatMap((monitor): AttentionRow[] => {
    const standing = monitor.registration
    if (!standing || standing.state === 'fresh' || standing.state === 'unknown') return []
    // A platform that was just set up has its first beat before it.
    if (standing.state === 'never' && now - standing.since < FRESH_MS) return []
    return [
      {
        id: `registration ${monitor.connectionId}`,
        tone: REGISTRATION_TONES[standing.state],
        what: say(`overview.${standing.state}`, { connection: nameOf(monitor.connectionId) }),
        why: null,
        since: standing.since,
        evidenceAt: monitor.last?.at ?? null,
        source: 'heartbeat',
        remedy: { do: 'registration', connectionId: monitor.connectionId },
      },
    ]
  })
  if (!registration) return rows
  const { connectionId, state, enterpriseLossAt, record } = registration
  const connection = nameOf(connectionId)
  const evidenceAt = 'readAt' in record.known ? record.known.readAt : null
  const common = { since: null, evidenceAt, source: 'registration' } as const
  if (record.known.state === 'reported' && record.known.value.configuration.state === 'invalid')
    rows.push({
      ...common,
      id: 'configuration',
      tone: 'danger',
      what: say('overview.invalid', { connection }),
      why: null,
      remedy: { do: 'registration', connectionId },
    })
  if (enterpriseLossAt !== null && state !== 'fresh')
    rows.push({
      ...common,
      id: 'enterprise',
      tone: 'danger',
      what: say(isEnterpriseLost ? 'overview.enterprise-lost' : 'overview.enterprise', { connection }),
      why: null,
      ...(isEnterpriseLost && { since: enterpriseLossAt }),
      remedy: { do: 'registration', connectionId },
    })
  return rows
}

/** Connections that do not work. What an incident tells already is not told again. */
function ofConnections({ connections, heartbeat, nameOf }: Facts): AttentionRow[] {
  const told = new Set(heartbeat?.incidents.flatMap(({ down }) => down))
  return (connections ?? []).flatMap(({ id, state }): AttentionRow[] => {
    if (state.phase !== 'failed' || state.problem.code === 'local-platform-down' || told.has(`api:${id}`))
      return []
    return [
      {
        id: `connection ${id}`,
        tone: 'danger',
        what: say('overview.connection', { connection: nameOf(id) }),
        why: failure(state.problem.code),
        since: null,
        evidenceAt: state.checkedAt,
        source: 'connection',
        remedy: { do: 'connections', connectionId: id },
      },
    ]
  })
}

/** This machine: keychain, ledger, local platform, network. */
function ofConsole({ system, heartbeat }: Facts): AttentionRow[] {
  const rows: AttentionRow[] = []
  const common = { why: null, since: null, evidenceAt: null, source: 'console' } as const
  if (heartbeat && heartbeat.observer !== 'watching')
    rows.push({
      ...common,
      id: 'observer',
      tone: 'warning',
      what: say(`overview.${heartbeat.observer}`),
      remedy: { do: 'look', monitorIds: heartbeat.monitors.map(({ id }) => id) },
    })
  if (!system) return rows
  const { keychain, ledger, localPlatform } = system
  if (keychain.state !== 'ready' && keychain.state !== 'checking')
    rows.push({
      ...common,
      id: 'keychain',
      tone: 'warning',
      what: say(`problem.keychain-${keychain.state}.what`),
      remedy: { do: 'keychain' },
    })
  if (ledger.state === 'failed')
    rows.push({
      ...common,
      id: 'ledger',
      tone: 'danger',
      what: say('overview.ledger'),
      remedy: { do: 'activity' },
    })
  if (ledger.state === 'ready' && ledger.brokenAt !== undefined)
    rows.push({
      ...common,
      id: 'ledger-broken',
      tone: 'danger',
      what: say('overview.ledger-broken', { number: ledger.brokenAt }),
      remedy: { do: 'activity' },
    })
  if (localPlatform.state === 'failed' || localPlatform.state === 'restarting')
    rows.push({
      ...common,
      id: 'local',
      tone: localPlatform.state === 'failed' ? 'danger' : 'warning',
      what: say(`local.${localPlatform.state}.what`),
      since: localPlatform.since,
      remedy: { do: 'local' },
    })
  return rows
}

/** Revocations that ended in the middle, wait for something, or left something undone (T-10, T-11). */
function ofResponses({ responses, nameOf }: Facts): AttentionRow[] {
  return (responses ?? []).flatMap(
    ({ id, kind, connectionId, phase, steps, startedAt, endedAt, appeared, newSessions }): AttentionRow[] => {
      const back = appeared.length + newSessions
      if (phase === 'running' || (phase === 'done' && steps.failed + back === 0)) return []
      return [
        {
          id: `response ${id}`,
          tone: phase === 'waiting' || phase === 'stopped' ? 'warning' : 'danger',
          what: say(`overview.response.${kind}`, {
            connection: nameOf(connectionId),
            done: steps.done,
            total: steps.total,
          }),
          why:
            back > 0
              ? say('overview.response.appeared', { count: back })
              : say(`overview.response.${phase}`, { failed: steps.failed }),
          since: startedAt,
          evidenceAt: endedAt,
          source: 'console',
          remedy: { do: 'response', id },
        },
      ]
    },
  )
}

/** A plan that is carried out within this time is told before. */
const SOON_MS = 86_400_000

/** Plans for tokens that are due soon, were late, or failed (T-16, T-17). */
function ofPlans({ plans, nameOf, now }: Facts): AttentionRow[] {
  if (!plans) return []
  const row = (
    { id, connectionId, token, owner }: Reminder | RevokeTimer | Rotation,
    told: Pick<AttentionRow, 'tone' | 'why' | 'since' | 'evidenceAt'> & { what: PlanSentence },
  ): AttentionRow => ({
    ...told,
    id: `plan ${id}`,
    what: say(told.what, {
      connection: nameOf(connectionId),
      owner: owner.name,
      token: token.name.trim() === '' ? { id: 'token.no-name' } : token.name,
    }),
    source: 'console',
    remedy: { do: 'plan', connectionId, id },
  })
  return [
    ...plans.timers.flatMap((timer): AttentionRow[] => {
      const { state, at, problem, endedAt, lateMs } = timer
      const why = failure(problem?.code)
      if (state === 'failed')
        return [
          row(timer, {
            what: 'overview.plan.not-revoked',
            tone: 'danger',
            why,
            since: at,
            evidenceAt: endedAt,
          }),
        ]
      if (state === 'waiting' && problem !== null && at <= now)
        return [
          row(timer, { what: 'overview.plan.overdue', tone: 'danger', why, since: at, evidenceAt: null }),
        ]
      if (state === 'waiting' && at - now <= SOON_MS)
        return [
          row(timer, { what: 'overview.plan.soon', tone: 'neutral', why, since: null, evidenceAt: null }),
        ]
      if (state === 'done' && lateMs !== null && now - (endedAt ?? 0) < SOON_MS)
        return [
          row(timer, { what: 'overview.plan.late', tone: 'warning', why, since: at, evidenceAt: endedAt }),
        ]
      return []
    }),
    ...plans.rotations.flatMap((rotation): AttentionRow[] => {
      const { phase, problem, checkedAt, endedAt } = rotation
      const why = failure(problem?.code)
      if (phase === 'failed')
        return [
          row(rotation, {
            what: 'overview.plan.not-replaced',
            tone: 'danger',
            why,
            since: endedAt,
            evidenceAt: endedAt,
          }),
        ]
      if (phase === 'ready')
        return [
          row(rotation, {
            what: 'overview.plan.ready',
            tone: 'warning',
            why,
            since: null,
            evidenceAt: checkedAt,
          }),
        ]
      return []
    }),
    ...plans.reminders.flatMap((reminder): AttentionRow[] =>
      reminder.state === 'due'
        ? [
            row(reminder, {
              what: 'overview.plan.reminder',
              tone: 'warning',
              why: reminder.connectionToken ? say('planned.connection-token') : null,
              since: null,
              evidenceAt: null,
            }),
          ]
        : [],
    ),
  ]
}

type PlanSentence = Extract<MessageId, `overview.plan.${string}`>

/** Troubles in which a connector that is wanted does not run. */
const NOT_RUNNING: readonly Standing[] = ['crash-loop', 'reboot-loop', 'refused', 'not-running']
/** So many names stand in a row. */
const MOST_NAMES = 3

/** Connectors that disagree with what is wanted of them, or fall over, those of one trouble together (C-06). */
function ofConnectors({ connectors, connectorsReadAt, now }: Facts): AttentionRow[] {
  const standings = (connectors ?? []).map((one) => ({ name: one.name, standing: standingOf(one, now) }))
  return STANDINGS.filter(isTrouble).flatMap((trouble): AttentionRow[] => {
    const names = standings.filter(({ standing }) => standing === trouble).map(({ name }) => name)
    if (names.length === 0) return []
    const shown = names.slice(0, MOST_NAMES).join(', ')
    return [
      {
        id: `connectors ${trouble}`,
        tone: NOT_RUNNING.includes(trouble) ? 'danger' : 'warning',
        what: say('overview.connectors', {
          count: names.length,
          standing: { id: `connector.standing.${trouble}` },
        }),
        why: { words: names.length > MOST_NAMES ? `${shown}, …` : shown },
        since: null,
        evidenceAt: connectorsReadAt,
        source: 'connectors',
        remedy: { do: 'connectors' },
      },
    ]
  })
}

/** Findings below these stay in their own view; a wider one that holds no more than a narrower is not told twice. */
const TOLD_FINDINGS: readonly FindingId[] = ['expired', 'expires-7']
const NARROWER: Partial<Record<FindingId, FindingId>> = { 'expires-7': 'expires-1' }

const FINDING_TONES = { high: 'danger', medium: 'warning', low: 'neutral', info: 'neutral' } as const

/** Findings by severity (T-15), and a reading that failed. */
function ofInventory({ inventory }: Facts): AttentionRow[] {
  if (!inventory) return []
  const common = { since: null, evidenceAt: inventory.readAt, source: 'inventory' } as const
  const rows: AttentionRow[] = []
  if (inventory.phase === 'failed')
    rows.push({
      ...common,
      id: 'inventory',
      tone: 'warning',
      what: say('overview.inventory-failed'),
      why: failure(inventory.problem?.code),
      remedy: { do: 'read' },
    })
  return [
    ...rows,
    ...findingCounts(inventory)
      .filter(({ id }) => TOLD_FINDINGS.includes(id) || /^(high|medium)$/.test(FINDING_SEVERITY[id]))
      .map(
        ({ id, count }): AttentionRow => ({
          ...common,
          id: `finding ${id}`,
          tone: FINDING_TONES[FINDING_SEVERITY[id]],
          what: say('overview.finding', { count, finding: { id: `finding.${id}.title` } }),
          why: say(`finding.${id}.do`),
          remedy: { do: 'finding', id },
        }),
      ),
  ]
}

export interface FindingCount {
  readonly id: FindingId
  readonly count: number
}

/** What the rules find, worst first, without those that find nothing. */
export function findingCounts({ findings }: InventoryStatus): FindingCount[] {
  const counts = findings?.counts
  if (!counts) return []
  const found = (Object.entries(counts) as [FindingId, number][]).flatMap(([id, count]) => {
    const narrower = NARROWER[id]
    return count === 0 || (narrower && counts[narrower] === count) ? [] : [{ id, count }]
  })
  const rank = (id: FindingId): number => SEVERITIES.indexOf(FINDING_SEVERITY[id])
  return found.sort((a, b) => rank(a.id) - rank(b.id) || b.count - a.count)
}
