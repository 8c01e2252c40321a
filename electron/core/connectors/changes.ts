import type { Connector, ConnectorEvent } from '#shared/contract/connectors.ts'
import { healthOf } from '#shared/domain/connector.ts'
import type { Remembered } from './facts.ts'

export type Happening = ConnectorEvent['what']

/** What to remember of a connector as it is now. */
export function remembered(now: Connector, before: Remembered | null, at: number): Remembered {
  const health = healthOf(now)
  const wished = before !== null && before.requested !== now.requested
  // Without health nobody says that the loop is over, unless the run is.
  const inLoop = health?.inLoop ?? (now.reported === 'started' && (before?.inLoop ?? false))
  return {
    requested: now.requested,
    reported: now.reported,
    image: now.image,
    hash: now.hash,
    restarts: health?.restarts ?? null,
    inLoop,
    requestedAt: wished ? at : (before?.requestedAt ?? null),
    loopedAt: loopedAt(now, before, inLoop, wished, at),
  }
}

/** A loop is remembered until the connector runs well, is wanted otherwise, or gets another configuration. */
function loopedAt(
  now: Connector,
  before: Remembered | null,
  inLoop: boolean,
  wished: boolean,
  at: number,
): number | null {
  if (now.requested !== 'starting') return null
  if (inLoop) return at
  if (wished || (before !== null && before.hash !== now.hash)) return null
  const runsWell = now.reported === 'started' && healthOf(now) !== null
  return runsWell ? null : (before?.loopedAt ?? null)
}

/** What happened to a connector between two readings, for its timeline. */
export function happenings(now: Remembered, before: Remembered | null): Happening[] {
  if (before === null) return [{ kind: 'first-seen' }]
  const found: Happening[] = []
  if (before.image !== now.image) found.push({ kind: 'image', from: before.image, to: now.image })
  // Another image changes the hash as well: one line says it.
  else if (before.hash !== now.hash) found.push({ kind: 'configuration' })
  for (const kind of ['requested', 'reported'] as const) {
    if (before[kind] !== now[kind]) found.push({ kind, from: before[kind], to: now[kind] })
  }
  if (now.restarts !== null && before.restarts !== null && now.restarts > before.restarts) {
    found.push({ kind: 'restarts', from: before.restarts, to: now.restarts })
  }
  if (before.inLoop !== now.inLoop) found.push({ kind: 'loop', on: now.inLoop })
  if ((before.restarts === null) !== (now.restarts === null) && now.reported === 'started') {
    found.push({ kind: 'health', on: now.restarts !== null })
  }
  return found
}
