import type { Incident, IncidentStep } from '#shared/contract/incidents.ts'
import { CSV_START, csvLine } from '#shared/domain/csv.ts'
import { lastFour } from '#shared/domain/token.ts'

const HEAD = [
  'step',
  'what',
  'owner',
  'owner_email',
  'owner_id',
  'token_name',
  'token_ending',
  'token_id',
  'result',
  'problem',
  'requests',
  'acknowledged_at',
  'gone_at',
  'gone_again_at',
  'rescanned_at',
] as const

type Row = Record<(typeof HEAD)[number], string | number | null>

/** Result of each step for a spreadsheet. */
export function resultsCsv(steps: readonly IncidentStep[]): string {
  const rows = steps.map(rowOf).map((row) => csvLine(HEAD.map((column) => row[column])))
  return CSV_START + csvLine(HEAD) + rows.join('')
}

/** Result of each step for a program. */
export function resultsJson(incident: Incident, steps: readonly IncidentStep[]): string {
  const { id, kind, url, phase } = incident
  return `${JSON.stringify({ incident: id, kind, url, phase, steps: steps.map(rowOf) }, null, 1)}\n`
}

function rowOf(step: IncidentStep): Row {
  const { owner, token } = step
  return {
    step: step.position + 1,
    what: step.kind,
    owner: owner.name,
    owner_email: owner.email,
    owner_id: owner.id,
    token_name: token?.name ?? null,
    token_ending: token && lastFour(token.maskedToken),
    token_id: token?.id ?? null,
    result: step.state,
    problem: step.problem?.code ?? null,
    requests: step.attempts,
    acknowledged_at: iso(step.acknowledgedAt),
    gone_at: iso(step.goneAt),
    gone_again_at: iso(step.goneAgainAt),
    rescanned_at: iso(step.rescannedAt),
  }
}

const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString())
