import type { HoldingsOfOwner, Incident, IncidentStep, Preview } from '#shared/contract/incidents.ts'
import type { StepKind } from '#shared/domain/incident.ts'
import { lastFour } from '#shared/domain/token.ts'
import { ME, type Person } from './people.ts'
import { type Watched, watched } from './watched.ts'

/** An incident as the double knows it. */
export interface KnownIncident {
  readonly incident: Incident
  readonly steps: readonly IncidentStep[]
}

export interface IncidentsWorld {
  /** by id, the newest last */
  readonly known: Watched<ReadonlyMap<string, KnownIncident>>
  /** what every preview says besides what people hold */
  preview: Pick<Preview, 'mayAct' | 'unknowns' | 'lockStatus'>
  /** connectors by the id of the user that they act as */
  connectors: ReadonlyMap<string, HoldingsOfOwner['connectors']>
  /** the last four of the token that the connection uses */
  ownEnding: string
  /** whether the platform refuses a token that is presented */
  refuses: boolean
}

export function incidentsWorld(): IncidentsWorld {
  return {
    known: watched<ReadonlyMap<string, KnownIncident>>(new Map()),
    preview: { mayAct: true, unknowns: [], lockStatus: 'Locked' },
    connectors: new Map([['svc-1', [{ id: 'connector-av', name: 'AlienVault', active: true }]]]),
    ownEnding: 'q7Xd',
    refuses: true,
  }
}

const ownerOf = ({ user: { id, name, email } }: Person) => ({ id, name, email })

function freshStep(kind: StepKind, person: Person): IncidentStep {
  return {
    position: 0,
    kind,
    owner: ownerOf(person),
    token: null,
    sessions: kind === 'sessions' ? person.sessions.length : null,
    state: 'planned',
    attempts: 0,
    problem: null,
    acknowledgedAt: null,
    goneAt: null,
    goneAgainAt: null,
    rescannedAt: null,
    backAt: null,
    audit: null,
    probe: null,
  }
}

/** The plan for people and what is done to each. */
export function stepsFor(
  world: IncidentsWorld,
  plan: readonly { person: Person; kinds: readonly StepKind[]; tokenIds?: readonly string[] }[],
): IncidentStep[] {
  return plan
    .flatMap(({ person, kinds, tokenIds }) =>
      kinds.flatMap((kind) => {
        if (kind !== 'token') return [freshStep(kind, person)]
        return person.tokens
          .filter(({ id }) => tokenIds?.includes(id) ?? true)
          .map((token) => {
            const own = person.user.id === ME && lastFour(token.maskedToken) === world.ownEnding
            return { ...freshStep('token', person), token: { ...token, own } }
          })
      }),
    )
    .map((step, position) => ({ ...step, position }))
}

/** How far a step is, with the times that belong to it. */
export const FAR = {
  planned: () => ({ state: 'planned' }),
  sent: () => ({ state: 'sent', attempts: 1 }),
  acknowledged: (at: number) => ({ state: 'acknowledged', attempts: 1, acknowledgedAt: at }),
  lost: () => ({ state: 'unknown', attempts: 1, problem: { code: 'cut', detail: 'socket hang up' } }),
  gone: (at: number) => ({ state: 'done', attempts: 1, acknowledgedAt: at, goneAt: at + 400 }),
  proven: (at: number) => ({
    state: 'done',
    attempts: 1,
    acknowledgedAt: at,
    goneAt: at + 400,
    goneAgainAt: at + 3_400,
    rescannedAt: at + 301_000,
  }),
  failed: () => ({
    state: 'failed',
    attempts: 5,
    problem: { code: 'http-status', detail: 'HTTP 503' },
  }),
  back: (at: number) => ({
    state: 'failed',
    attempts: 1,
    acknowledgedAt: at,
    goneAt: at + 400,
    backAt: at + 3_400,
    problem: { code: 'still-listed', detail: null },
  }),
} as const satisfies Record<string, (at: number) => Partial<IncidentStep>>

export function advanced(step: IncidentStep, how: keyof typeof FAR, at: number): IncidentStep {
  return { ...step, ...(FAR[how](at) as Partial<IncidentStep>) }
}

/** An incident whose counts are those of its steps. */
export function knownIncident(
  change: Partial<Incident> & Pick<Incident, 'id' | 'kind' | 'startedAt'>,
  steps: readonly IncidentStep[],
): KnownIncident {
  const counts = (list: readonly IncidentStep[]): Incident['steps'] => ({
    total: list.length,
    done: list.filter(({ state }) => state === 'done').length,
    failed: list.filter(({ state }) => state === 'failed').length,
    open: list.filter(({ state }) => /^(sent|acknowledged|unknown)$/.test(state)).length,
    acknowledged: list.filter(({ state }) => state === 'acknowledged').length,
  })
  const [first] = steps
  return {
    steps,
    incident: {
      connectionId: 'cert',
      connectionName: 'Example CERT',
      url: 'https://opencti.example.org',
      rehearsal: false,
      actor: 'bob.keller@example.org',
      subject: change.kind === 'lost-device' ? (first?.owner ?? null) : null,
      owners: new Set(steps.map(({ owner }) => owner.id)).size,
      reason: 'Laptop stolen on the train',
      phase: 'running',
      problem: null,
      nextAt: null,
      endedAt: null,
      steps: counts(steps),
      tokens: counts(steps.filter(({ kind }) => kind === 'token')),
      proof: {
        secondLookAt: null,
        secondLookDone: false,
        audit: 'not-asked',
        rescanAt: null,
        rescanDone: false,
        problem: null,
      },
      appeared: [],
      newSessions: 0,
      ...change,
    },
  }
}

export function keepIncident(world: IncidentsWorld, known: KnownIncident): void {
  world.known.set((before) => new Map(before).set(known.incident.id, known))
}
