import type { SignableDocument } from '#base/signature.ts'
import type { Incident, IncidentStep } from '#shared/contract/incidents.ts'
import { RUNGS, type Rung, type RungState, rungsOf } from '#shared/domain/incident.ts'
import { lastFour } from '#shared/domain/token.ts'

/** Names this form of the report; another form gets another name. */
export const REPORT_FORMAT = 'gatehouse-incident-report-1'

interface ReportedRung {
  readonly state: RungState
  /** ISO 8601, our clock; null where nothing was seen */
  readonly at: string | null
}

export interface ReportedStep {
  readonly step: number
  readonly what: IncidentStep['kind']
  readonly owner: IncidentStep['owner']
  readonly token: {
    readonly id: string
    readonly name: string
    readonly ending: string
    readonly createdAt: string | null
    readonly expiresAt: string | null
    readonly lastUsedAt: string | null
    readonly ofThisConnection: boolean
  } | null
  readonly sessions: number | null
  readonly state: IncidentStep['state']
  readonly requests: number
  readonly problem: IncidentStep['problem']
  readonly proof: Readonly<Record<Rung, ReportedRung>>
  readonly auditEntry: string | null
  readonly seenAgainAt: string | null
}

/** What the report says. It is made of what is known alone: the same knowledge gives the same bytes. */
export interface Report extends SignableDocument {
  readonly rehearsal: boolean
  /** when what is said here was last looked at, ISO 8601 */
  readonly asOf: string
  readonly incident: {
    readonly id: string
    readonly kind: Incident['kind']
    readonly phase: Incident['phase']
    readonly startedAt: string
    readonly endedAt: string | null
    readonly actor: string
    readonly subject: Incident['subject']
    readonly reason: string
  }
  readonly platform: { readonly name: string; readonly url: string }
  readonly summary: {
    readonly steps: Incident['steps']
    readonly tokens: Incident['tokens']
    /** whole seconds from the plan to the last settled step; null while it is not over */
    readonly seconds: number | null
  }
  readonly audit: Incident['proof']['audit']
  readonly steps: readonly ReportedStep[]
  /** tokens of the subject that nobody planned and that are there now */
  readonly appeared: readonly { readonly id: string; readonly name: string; readonly ending: string }[]
  readonly newSessions: number
}

/** The report on an incident as it stands (T-12). */
export function reportOf(incident: Incident, steps: readonly IncidentStep[]): Report {
  const { startedAt, endedAt, proof } = incident
  return {
    format: REPORT_FORMAT,
    rehearsal: incident.rehearsal,
    asOf: iso(lastSeen(incident, steps)),
    incident: {
      id: incident.id,
      kind: incident.kind,
      phase: incident.phase,
      startedAt: iso(startedAt),
      endedAt: isoOrNull(endedAt),
      actor: incident.actor,
      subject: incident.subject,
      reason: incident.reason,
    },
    platform: { name: incident.connectionName, url: incident.url },
    summary: {
      steps: incident.steps,
      tokens: incident.tokens,
      seconds: endedAt === null ? null : Math.max(0, Math.round((endedAt - startedAt) / 1_000)),
    },
    audit: proof.audit,
    steps: steps.map((step) => reported(step, proof.audit)),
    appeared: incident.appeared.map(({ id, name, maskedToken }) => {
      return { id, name, ending: lastFour(maskedToken) }
    }),
    newSessions: incident.newSessions,
  }
}

/** The file name without its ending: which platform, whom, when. */
export function reportName({ id, kind, startedAt }: Incident): string {
  return `gatehouse-${kind}-${iso(startedAt).slice(0, 10)}-${id.replace(/[^A-Za-z0-9_-]/g, '').slice(0, 8)}`
}

function reported(step: IncidentStep, audit: Incident['proof']['audit']): ReportedStep {
  const states = rungsOf(step, audit)
  const times: Record<Rung, number | null> = {
    acknowledged: step.acknowledgedAt,
    gone: step.goneAt,
    'gone-again': step.goneAgainAt,
    audit: step.audit?.at ?? null,
    probe: step.probe?.at ?? null,
    rescan: step.rescannedAt,
  }
  const { token } = step
  return {
    step: step.position + 1,
    what: step.kind,
    owner: step.owner,
    token: token && {
      id: token.id,
      name: token.name,
      ending: lastFour(token.maskedToken),
      createdAt: isoOrNull(token.createdAt),
      expiresAt: isoOrNull(token.expiresAt),
      lastUsedAt: isoOrNull(token.lastUsedAt),
      ofThisConnection: token.own,
    },
    sessions: step.sessions,
    state: step.state,
    requests: step.attempts,
    problem: step.problem,
    proof: Object.fromEntries(
      RUNGS.map((rung) => [rung, { state: states[rung], at: isoOrNull(times[rung]) }]),
    ) as Record<Rung, ReportedRung>,
    auditEntry: step.audit?.entry ?? null,
    seenAgainAt: isoOrNull(step.backAt),
  }
}

function lastSeen({ startedAt, endedAt }: Incident, steps: readonly IncidentStep[]): number {
  const times = steps.flatMap((step) => [
    step.acknowledgedAt,
    step.goneAt,
    step.goneAgainAt,
    step.rescannedAt,
    step.backAt,
    step.probe?.at ?? null,
  ])
  return Math.max(startedAt, endedAt ?? 0, ...times.map((at) => at ?? 0))
}

const iso = (at: number): string => new Date(at).toISOString()
const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at))
