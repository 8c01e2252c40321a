import type { Connection, ConnectionKind } from '#shared/contract/connections.ts'
import { MONITOR_KINDS, type MonitorKind, monitorId } from '#shared/domain/monitors.ts'
import { isLoopback } from '#shared/domain/platform-url.ts'
import type { Monitor } from './monitor.ts'
import type { createProbes } from './probes.ts'

const MINUTE = 60_000

/** How often each kind is looked at, and how long a look may take. */
const PACE: Record<MonitorKind, { readonly everyMs: number; readonly timeoutMs: number }> = {
  health: { everyMs: MINUTE, timeoutMs: 20_000 },
  api: { everyMs: MINUTE, timeoutMs: 15_000 },
  module: { everyMs: 5 * MINUTE, timeoutMs: 20_000 },
  registration: { everyMs: MINUTE, timeoutMs: 15_000 },
  'xtm-one': { everyMs: MINUTE, timeoutMs: 15_000 },
  manager: { everyMs: MINUTE, timeoutMs: 15_000 },
}

/** What there is to look at: OpenAEV tells nothing of its registrations, and has no list of modules. */
const KINDS: Record<ConnectionKind, readonly MonitorKind[]> = {
  opencti: MONITOR_KINDS,
  openaev: ['health', 'api', 'manager'],
}

/** A monitor and whose it is. */
export interface Watched {
  readonly monitor: Monitor
  readonly connectionId: string
  readonly kind: MonitorKind
}

/** What is watched of these connections. Monitors that did not change stay the same objects, so that they keep their time. */
export function createWatched(probes: ReturnType<typeof createProbes>) {
  let known = new Map<string, Watched>()
  return (
    connections: readonly Pick<Connection, 'id' | 'url' | 'kind'>[],
    xtmOneUrl: (connectionId: string) => string | null,
  ): readonly Watched[] => {
    const next = new Map<string, Watched>()
    for (const { id: connectionId, url, kind: of } of connections) {
      for (const kind of KINDS[of]) {
        const asked = kind === 'xtm-one' ? xtmOneUrl(connectionId) : url
        if (asked === null) continue
        const id = monitorId(kind, connectionId)
        const target = new URL(asked).origin
        const before = known.get(id)
        next.set(
          id,
          before?.monitor.target === target ? before : made({ id, connectionId, kind, target }, probes),
        )
      }
    }
    known = next
    return [...next.values()]
  }
}

function made(
  { id, connectionId, kind, target }: { id: string; connectionId: string; kind: MonitorKind; target: string },
  probes: ReturnType<typeof createProbes>,
): Watched {
  const monitor: Monitor = {
    id,
    target,
    needsNetwork: !isLoopback(target),
    ...PACE[kind],
    probe: (signal) => probes[kind](connectionId, signal),
  }
  return { monitor, connectionId, kind }
}
