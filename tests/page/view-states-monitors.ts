import type { IncidentView, JournalEntry } from '#shared/contract/heartbeat.ts'
import { monitorHistory } from './registration-world.ts'
import type { ViewState } from './view-state.ts'
import { NOW, problem, type World } from './world.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const monitors = (state: Omit<ViewState, 'views' | 'address'>): ViewState => ({
  views: ['route:overview/monitors'],
  address: '#/overview/monitors',
  ...state,
})

const NETWORK: IncidentView = {
  id: 'incident-1',
  since: NOW - 30 * HOUR,
  closedAt: NOW - 29 * HOUR,
  cause: { kind: 'network' },
  down: [],
  members: ['health:cert', 'api:cert', 'xtm-one:cert'],
}
const UNDER_WAY: IncidentView = {
  id: 'incident-2',
  since: NOW - 8 * MINUTE,
  closedAt: null,
  cause: { kind: 'target', target: 'https://opencti.example.org' },
  down: ['api:cert', 'health:cert'],
  members: ['api:cert', 'health:cert'],
}

const JOURNAL: readonly JournalEntry['event'][] = [
  { kind: 'incident-grown', incident: UNDER_WAY },
  { kind: 'incident-opened', incident: UNDER_WAY },
  { kind: 'version', from: '7.260901.0', to: '7.260915.0' },
  { kind: 'registration', from: 'late', to: 'fresh' },
  { kind: 'settled', state: 'up', since: NOW - 3 * HOUR },
  { kind: 'flapping', since: NOW - 4 * HOUR },
  { kind: 'incident-closed', incident: NETWORK },
]

/** An outage under way after a week in which much happened. */
function anOutage(world: World): void {
  const [day] = [monitorHistory(NOW)]
  for (const point of day.points.slice(-3)) Object.assign(point, { good: 1, bad: 4 })
  for (const point of day.points.slice(180, 190)) Object.assign(point, { good: 0, maintenance: 5 })
  world.monitorHistory = {
    ...day,
    figures: { ...day.figures, good: 923, bad: 12, uptime: 923 / 935 },
  }
  world.heartbeat.set((status) => ({
    ...status,
    incidents: [UNDER_WAY],
    monitors: status.monitors.map((monitor) => {
      if (monitor.id === 'xtm-one:cert') return { ...monitor, flapping: true }
      if (!UNDER_WAY.down.includes(monitor.id)) return monitor
      return {
        ...monitor,
        state: 'down',
        since: UNDER_WAY.since,
        last: { at: NOW - 20_000, outcome: 'bad', latencyMs: null, failure: 'refused' },
      }
    }),
  }))
  world.pastIncidents = [UNDER_WAY, NETWORK]
  world.journal = JOURNAL.map((event, index) => ({
    id: JOURNAL.length - index,
    at: NOW - (index + 1) * HOUR,
    monitorId: index === 0 ? 'health:cert' : 'api:cert',
    event,
  }))
}

export const MONITOR_STATES: readonly ViewState[] = [
  monitors({ id: 'monitors-well', reach: (stage) => stage.see('[data-testid=uptime-strip]') }),
  monitors({
    id: 'monitors-outage',
    world: anOutage,
    reach: (stage) => stage.see('[data-testid=journal] li'),
  }),
  monitors({
    id: 'monitors-strip-point',
    world: anOutage,
    async reach(stage) {
      const strip = await stage.see('[data-testid=uptime-strip]')
      strip.focus()
      stage.key('ArrowLeft')
      await stage.see('[data-testid=uptime-strip][aria-valuenow="286"]')
    },
  }),
  monitors({
    id: 'monitors-unknown',
    world(world) {
      world.heartbeat.set((status) => ({
        ...status,
        monitors: status.monitors.map((monitor) => ({
          ...monitor,
          state: 'unknown',
          since: null,
          last:
            monitor.kind === 'health'
              ? { at: NOW - MINUTE, outcome: 'unobserved', latencyMs: null, failure: 'health-key-missing' }
              : null,
        })),
      }))
    },
    reach: (stage) => stage.see('[data-testid=health-key]'),
  }),
  monitors({
    id: 'monitors-quiet',
    world(world) {
      world.heartbeat.set((status) => ({
        ...status,
        monitors: status.monitors.map((monitor) => ({ ...monitor, quiet: 'maintenance' })),
        quietTimes: [
          {
            id: 'a',
            kind: 'maintenance',
            monitorId: null,
            from: NOW - HOUR,
            to: NOW + HOUR,
            note: 'Upgrade',
          },
          { id: 'b', kind: 'mute', monitorId: 'api:cert', from: NOW, to: NOW + 24 * HOUR, note: '' },
        ],
      }))
    },
    reach: (stage) => stage.see('[data-testid=end-quiet]'),
  }),
  monitors({
    id: 'monitors-nothing',
    world: (world) => world.heartbeat.set((status) => ({ ...status, monitors: [] })),
    reach: (stage) => stage.see('[data-testid=monitors]'),
  }),
  monitors({
    id: 'monitors-loading',
    world: (world) => void world.hanging.add('heartbeat.watch'),
    reach: (stage) => stage.see('[data-testid=monitors] [aria-busy=true]'),
  }),
  monitors({
    id: 'monitors-failed',
    world(world) {
      world.failing.set('heartbeat.history', problem('internal', 'database is locked'))
      world.failing.set('heartbeat.journal', problem('internal', 'database is locked'))
      world.failing.set('heartbeat.lookNow', problem('stopping'))
    },
    async reach(stage) {
      await stage.press('[data-testid=look-now]')
      await stage.see('[data-testid=look-problem]')
      await stage.see('[data-testid=past-problem]')
    },
  }),
]
