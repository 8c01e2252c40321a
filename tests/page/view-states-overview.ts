import type { IncidentView, MonitorView } from '#shared/contract/heartbeat.ts'
import type { InventoryStatus } from '#shared/contract/inventory.ts'
import { FINDING_IDS, type FindingId } from '#shared/domain/findings.ts'
import { withoutTrouble } from './connectors-world.ts'
import { inventoryStatus } from './inventory-world.ts'
import { freshRegistration, monitor } from './registration-world.ts'
import type { ViewState } from './view-state.ts'
import { changeConnection, changeStatus, identity, NOW, problem, type World } from './world.ts'

const MINUTE = 60_000
const HOUR = 60 * MINUTE

const overview = (state: Omit<ViewState, 'views' | 'address'>): ViewState => ({
  views: ['route:overview'],
  address: '#/overview',
  ...state,
})

const changeMonitors = (world: World, of: RegExp, change: Partial<MonitorView>): void =>
  world.heartbeat.set((status) => ({
    ...status,
    monitors: status.monitors.map((one) => (of.test(one.id) ? { ...one, ...change } : one)),
  }))

const watchRegistration = (world: World, change: Partial<MonitorView>): void =>
  world.heartbeat.set((status) => ({
    ...status,
    monitors: [...status.monitors, monitor('cert', 'registration', NOW, change)],
  }))

const openIncident = (world: World, incident: Partial<IncidentView>): void =>
  world.heartbeat.set((status) => ({
    ...status,
    incidents: [
      ...status.incidents,
      {
        id: `incident-${status.incidents.length}`,
        since: NOW - 7 * MINUTE,
        closedAt: null,
        cause: { kind: 'network' },
        down: [],
        members: [],
        ...incident,
      },
    ],
  }))

const allRun = (world: World): void => world.connectors.set((before) => withoutTrouble(before, NOW))

const read = (
  world: World,
  found: Partial<Record<FindingId, number>>,
  change: Partial<InventoryStatus> = {},
) =>
  world.inventory.set(
    inventoryStatus(world, {
      readAt: NOW - 3 * MINUTE,
      tokens: 1_214,
      findings: {
        judgedAt: NOW - 3 * MINUTE,
        counts: Object.fromEntries(FINDING_IDS.map((id) => [id, found[id] ?? 0])) as Record<
          FindingId,
          number
        >,
      },
      ...change,
    }),
  )

const DOWN = {
  state: 'down',
  since: NOW - 7 * MINUTE,
  last: { at: NOW - 20_000, outcome: 'bad', latencyMs: null, failure: 'timeout' },
} as const

/** Everything at once, as on the worst of days. */
function worstDay(world: World): void {
  changeMonitors(world, /cert/, DOWN)
  openIncident(world, {
    cause: { kind: 'target', target: 'https://opencti.example.org' },
    down: ['health:cert', 'api:cert'],
    members: ['health:cert', 'api:cert'],
  })
  watchRegistration(world, { state: 'down', registration: { state: 'lapsed', since: NOW - 12 * MINUTE } })
  world.registrations.set('cert', {
    ...freshRegistration('cert', NOW),
    state: 'lapsed',
    enterpriseLossAt: NOW + 95_000,
  })
  changeMonitors(world, /xtm-one:local/, { flapping: true, since: NOW - HOUR })
  changeStatus(world, {
    keychain: { state: 'locked', backend: 'Secret Service', detail: null },
    ledger: { state: 'failed', problem: problem('ledger-failed', 'ENOSPC') },
  })
  read(world, {
    unlimited: 312,
    'expires-1': 2,
    'expires-7': 9,
    expired: 14,
    'owner-disabled': 3,
    'never-used': 51,
  })
}

export const OVERVIEW_STATES: readonly ViewState[] = [
  overview({
    id: 'overview-well',
    world(world) {
      allRun(world)
      read(world, {})
      world.registrations.set('cert', freshRegistration('cert', NOW))
    },
    reach: (stage) => stage.see('[data-testid=overview-calm]'),
  }),
  overview({
    id: 'overview-worst-day',
    world: worstDay,
    reach: (stage) => stage.see('[data-row="registration cert"]'),
  }),
  overview({
    id: 'overview-network',
    world(world) {
      changeMonitors(world, /cert/, { ...DOWN, last: { ...DOWN.last, failure: 'unreachable' } })
      openIncident(world, { down: ['health:cert', 'api:cert', 'xtm-one:cert'], members: ['api:cert'] })
      world.heartbeat.set((status) => ({ ...status, observer: 'offline' }))
    },
    reach: (stage) => stage.see('[data-row=observer]'),
  }),
  overview({
    id: 'overview-late',
    world(world) {
      watchRegistration(world, { registration: { state: 'late', since: NOW - 40_000 } })
      world.registrations.set('cert', { ...freshRegistration('cert', NOW), state: 'late' })
      read(world, { unlimited: 1 })
    },
    reach: (stage) => stage.see('[data-row="registration cert"]'),
  }),
  overview({
    id: 'overview-unknown',
    world(world) {
      allRun(world)
      changeMonitors(world, /cert/, {
        state: 'unknown',
        since: null,
        last: { at: NOW - HOUR, outcome: 'unobserved', latencyMs: null, failure: 'gap' },
      })
      changeMonitors(world, /health:cert/, { last: null })
      world.inventory.set(inventoryStatus({ people: [] }, { phase: 'idle', source: 'none' }))
    },
    reach: (stage) => stage.see('[data-testid=overview-unseen]'),
  }),
  overview({
    id: 'overview-first-run',
    world(world) {
      world.connections.set((list) => list.filter(({ embedded }) => embedded))
      changeStatus(world, { localPlatform: { state: 'off' } })
    },
    reach: (stage) => stage.see('[data-testid=overview-first-run]'),
  }),
  overview({
    id: 'overview-loading',
    world(world) {
      world.hanging.add('connectors.watch')
      world.hanging.add('heartbeat.watch')
      world.hanging.add('registration.watch')
      world.inventory.set(
        inventoryStatus(
          { people: [] },
          { phase: 'loading', usersRead: 120, usersTotal: 4_200, source: 'none' },
        ),
      )
    },
    reach: (stage) => stage.see('[data-testid=overview-looking]'),
  }),
  overview({
    id: 'overview-connection-failed',
    world(world) {
      changeConnection(world, 'cert', {
        state: {
          phase: 'failed',
          identity: identity(),
          problem: problem('wrong-token', '401'),
          checkedAt: NOW - 2 * MINUTE,
        },
      })
      read(world, {}, { phase: 'failed', source: 'snapshot', problem: problem('wrong-token', '401') })
      changeStatus(world, {
        localPlatform: { state: 'restarting', since: NOW - 5_000, nextAt: NOW + 5_000, lastLines: [] },
      })
    },
    reach: (stage) => stage.see('[data-row="connection cert"]'),
  }),
]
