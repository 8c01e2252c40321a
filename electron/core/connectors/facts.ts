import type { Connector } from '#shared/contract/connectors.ts'
import type { PlatformConnector } from '../clients/opencti/connector-answers.ts'

/** What the console remembers of a connector from one reading to the next. */
export interface Remembered {
  readonly requested: Connector['requested']
  readonly reported: Connector['reported']
  readonly image: string | null
  readonly hash: string | null
  readonly restarts: number | null
  readonly inLoop: boolean
  readonly requestedAt: number | null
  readonly loopedAt: number | null
}

/** A connector of the platform as the page gets it; platform times become ours. */
export function connectorOf(
  found: PlatformConnector,
  memory: Pick<Remembered, 'requestedAt' | 'loopedAt'>,
  skewMs: number,
): Connector {
  const ours = (at: number | null): number | null => (at === null ? null : at - skewMs)
  const { health } = found
  const reportedAt = health === null ? null : ours(health.at)
  // Undated health of a platform that dates it is none; of one that never does it is all there is.
  const counts = health !== null && (reportedAt !== null || !found.dated)
  return {
    id: found.id,
    name: found.title,
    type: found.type,
    owner: found.owner,
    managed: found.managed,
    builtIn: found.builtIn,
    requested: requestedOf(found),
    reported: reportedOf(found),
    image: found.image,
    hash: found.hash,
    dated: found.dated,
    health: counts
      ? {
          restarts: health.restarts,
          startedAt: ours(health.startedAt),
          inLoop: health.inLoop,
          at: reportedAt,
          exitCode: null,
        }
      : null,
    observed: null,
    requestedAt: memory.requestedAt,
    loopedAt: memory.loopedAt,
    active: found.active,
    lastSeenAt: ours(found.lastSeenAt),
  }
}

/** Anything but `starting` is read as stopping, OpenCTI's initial `stopped` too (opencti-api.md §5.2). */
function requestedOf({ managed, requestedStatus }: PlatformConnector): Connector['requested'] {
  if (!managed) return null
  return requestedStatus === 'starting' ? 'starting' : 'stopping'
}

/** The words that composers use for "it runs" (composer.md §5.1). */
const STARTED = new Set(['started', 'healthy', 'running'])

function reportedOf({ managed, currentStatus }: PlatformConnector): Connector['reported'] {
  if (!managed || currentStatus === null) return null
  return STARTED.has(currentStatus) ? 'started' : 'stopped'
}

/** Two readings of the same: nothing about it has to be told. */
export function isSame(one: Connector, other: Connector): boolean {
  return JSON.stringify(one) === JSON.stringify(other)
}
