import type { Connection } from '#shared/contract/connections.ts'
import type { Connector, ConnectorsDelta } from '#shared/contract/connectors.ts'
import { connector, health, logLine } from './connectors-world.ts'
import { identity, NOW, remoteConnection, type World } from './world.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE

export const SENTINEL = 'instance-sentinel'
export const CALDERA = 'executor-caldera'

function openAevConnection(): Connection {
  return remoteConnection({
    id: 'aev',
    kind: 'openaev',
    name: 'Red team',
    url: 'https://openaev.example.org',
    state: {
      phase: 'ready',
      identity: identity({
        capabilities: [],
        platformTitle: 'OpenAEV - Red team',
        version: '2.0.4',
        features: { apiTokens: false, revokedTokens: false, revokeReason: false },
      }),
      checkedAt: NOW - 9_000,
      latencyMs: 52,
    },
  })
}

/** As an OpenAEV tells of one: nobody it acts as, no image, no time of a report. */
function untold(change: Partial<Connector>): Connector {
  return connector(NOW, {
    type: 'COLLECTOR',
    owner: null,
    image: null,
    hash: null,
    dated: false,
    active: false,
    lastSeenAt: null,
    health: health(NOW, { at: null }),
    ...change,
  })
}

const OWN = { managed: false, requested: null, reported: null, health: null } as const

function everything(): Connector[] {
  return [
    untold({ id: SENTINEL, name: 'Microsoft Sentinel', lastSeenAt: NOW - 41 * SECOND }),
    untold({
      id: 'instance-crowdstrike',
      name: 'CrowdStrike',
      lastSeenAt: NOW - 26 * MINUTE,
      health: health(NOW, { at: null, restarts: 2, startedAt: NOW - 3 * HOUR }),
    }),
    untold({
      id: 'instance-nmap',
      name: 'Nmap',
      type: 'INJECTOR',
      health: health(NOW, { at: null, restarts: 11, startedAt: NOW - 20 * SECOND, inLoop: true }),
      loopedAt: NOW - 6 * SECOND,
    }),
    untold({
      id: 'instance-http',
      name: 'HTTP query',
      type: 'INJECTOR',
      requested: 'stopping',
      reported: 'stopped',
      health: null,
    }),
    untold({ id: 'injector-email', name: 'Email', type: 'INJECTOR', builtIn: true, ...OWN }),
    untold({ id: CALDERA, name: 'Caldera', type: 'EXECUTOR', lastSeenAt: NOW - 3 * HOUR, ...OWN }),
  ]
}

/** The console on an OpenAEV: four are run by a composer, one is built in, one runs on its own. */
export function onOpenAev(world: World, change: Partial<ConnectorsDelta> = {}): void {
  world.connections.set((list) => [...list, openAevConnection()])
  world.settings.set((before) => ({ ...before, activeConnectionId: 'aev' }))
  world.connectors.set((before) => ({
    ...before,
    delta: {
      ...before.delta,
      changed: everything(),
      managers: null,
      owners: null,
      composerReachable: true,
      ...change,
    },
    events: new Map(),
    logs: new Map([
      [
        SENTINEL,
        Array.from({ length: 12 }, (_, index) =>
          logLine(index + 1, NOW - (12 - index) * MINUTE, 'INFO  14 alerts read, 2 matched an expectation'),
        ),
      ],
    ]),
  }))
}
