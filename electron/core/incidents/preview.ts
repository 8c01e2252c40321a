import type { Clock } from '#base/clock.ts'
import { asProblem } from '#base/problem-error.ts'
import type { HoldingsOfOwner, Preview } from '#shared/contract/incidents.ts'
import { tokenRights } from '#shared/domain/capability.ts'
import {
  type ConnectorUse,
  connectorUses,
  lockingStatus,
  sessionCounts,
} from '../clients/opencti/containment.ts'
import type { OpenCtiClient } from '../clients/opencti/opencti-client.ts'
import { Pace } from './pace.ts'
import { plannedToken } from './plan.ts'
import type { Ask } from './platform.ts'
import { type Reading, readOwners } from './reading.ts'

export interface Target {
  readonly userId: string
  /** null: every one that the user has */
  readonly tokenIds: readonly string[] | null
}

/** What a plan is made from: the lists as they are now, and what stands beside them. */
export interface Prepared {
  readonly preview: Preview
  readonly readings: ReadonlyMap<string, Reading | null>
}

/** Reads what the targets hold and what would stop with it (T-13). @throws ProblemError when the lists cannot be read */
export async function prepare(ask: Ask, clock: Clock, targets: readonly Target[]): Promise<Prepared> {
  const pace = new Pace(clock)
  const userIds = targets.map(({ userId }) => userId)
  const readings = await readOwners({ ask, pace, clock }, userIds)
  const found = [...readings.values()].filter((reading) => reading !== null)
  const needsSessions = found.some(({ sessions }) => sessions === null)
  const [connectors, sessions, lockStatus] = await Promise.all([
    told(ask, 'connectors', connectorUses),
    needsSessions ? told(ask, 'sessions', sessionCounts) : { value: null, unknowns: [] },
    told(ask, 'lock', lockingStatus),
  ])
  const mayAct = await ask(async ({ identity }) => {
    const rights = tokenRights({ id: identity.userId, capabilities: identity.capabilities })
    return userIds.every((id) => rights.manageOthers || (id === identity.userId && rights.own))
  })
  const owners = targets.flatMap((target) => {
    const reading = readings.get(target.userId)
    return reading ? [holdings(target, reading, sessions.value, connectors.value)] : []
  })
  return {
    readings,
    preview: {
      owners,
      missingUsers: userIds.filter((id) => !readings.get(id)),
      mayAct,
      unknowns: [...sessions.unknowns, ...connectors.unknowns],
      lockStatus: lockStatus.value,
      readAt: clock.now(),
      clockSkewMs: found[0]?.skewMs ?? 0,
    },
  }
}

function holdings(
  { userId, tokenIds }: Target,
  reading: Reading,
  sessions: ReadonlyMap<string, number> | null,
  connectors: readonly ConnectorUse[] | null,
): HoldingsOfOwner {
  const chosen = tokenIds === null ? null : new Set(tokenIds)
  const listed = new Set(reading.tokens.map(({ id }) => id))
  return {
    user: reading.user,
    tokens: reading.tokens
      .filter(({ id }) => chosen?.has(id) ?? true)
      .map((token) => plannedToken(token, reading)),
    missing: (tokenIds ?? []).filter((id) => !listed.has(id)),
    sessions: reading.sessions?.length ?? (sessions === null ? null : (sessions.get(userId) ?? 0)),
    connectors:
      connectors
        ?.filter((connector) => connector.userId === userId)
        .map(({ id, name, active }) => ({ id, name, active })) ?? null,
  }
}

interface Told<Value> {
  readonly value: Value | null
  readonly unknowns: Preview['unknowns']
}

/** What stands beside the lists may fail: then it is not known, and why is said. */
async function told<Value>(
  ask: Ask,
  what: Preview['unknowns'][number]['what'] | 'lock',
  question: (client: OpenCtiClient) => Promise<Value>,
): Promise<Told<Value>> {
  try {
    // The failure is caught inside: a missing right here says nothing of the connection.
    return await ask(async ({ client }) => {
      try {
        return { value: await question(client), unknowns: [] }
      } catch (error) {
        return without<Value>(what, error)
      }
    })
  } catch (error) {
    return without<Value>(what, error)
  }
}

function without<Value>(what: Preview['unknowns'][number]['what'] | 'lock', error: unknown): Told<Value> {
  return { value: null, unknowns: what === 'lock' ? [] : [{ what, problem: asProblem(error).problem }] }
}
