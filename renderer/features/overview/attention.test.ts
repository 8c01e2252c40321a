import { describe, expect, test } from 'vitest'
import type { Connector } from '#shared/contract/connectors.ts'
import type { HeartbeatStatus, MonitorView } from '#shared/contract/heartbeat.ts'
import type { Incident } from '#shared/contract/incidents.ts'
import type { InventoryStatus } from '#shared/contract/inventory.ts'
import type { RevokeTimer } from '#shared/contract/upkeep.ts'
import { FINDING_IDS, type FindingId } from '#shared/domain/findings.ts'
import { type MonitorKind, monitorId } from '#shared/domain/monitors.ts'
import { attentionRows, type Facts, findingCounts } from './attention.ts'
import { checkedOf } from './checked.ts'

const NOW = 1_800_000_000_000

const monitor = (kind: MonitorKind, change: Partial<MonitorView> = {}): MonitorView => ({
  id: monitorId(kind, 'cert'),
  connectionId: 'cert',
  kind,
  target: 'https://opencti.example.org',
  everyMs: 60_000,
  state: 'up',
  since: NOW - 60_000,
  flapping: false,
  registration: null,
  version: null,
  last: { at: NOW, outcome: 'good', latencyMs: 3, failure: null },
  quiet: null,
  ...change,
})

const beat = (monitors: MonitorView[], change: Partial<HeartbeatStatus> = {}): HeartbeatStatus => ({
  monitors,
  incidents: [],
  quietTimes: [],
  observer: 'watching',
  ...change,
})

const facts = (change: Partial<Facts>): Facts => ({
  connections: [],
  nameOf: (id) => id.toUpperCase(),
  heartbeat: beat([]),
  registration: null,
  now: NOW,
  isEnterpriseLost: false,
  system: null,
  inventory: null,
  responses: null,
  plans: null,
  connectors: null,
  connectorsReadAt: null,
  ...change,
})

const nothing = facts({})

const inventory = (found: Partial<Record<FindingId, number>>, change: Partial<InventoryStatus> = {}) =>
  ({
    phase: 'ready',
    readAt: NOW,
    tokens: 100,
    problem: null,
    findings: {
      judgedAt: NOW,
      counts: Object.fromEntries(FINDING_IDS.map((id) => [id, found[id] ?? 0])) as Record<FindingId, number>,
    },
    ...change,
  }) as InventoryStatus

const down = (kind: MonitorKind, change: Partial<MonitorView> = {}) =>
  monitor(kind, {
    state: 'down',
    last: { at: NOW, outcome: 'bad', latencyMs: null, failure: 'timeout' },
    ...change,
  })

const incident = (cause: HeartbeatStatus['incidents'][number]['cause'], ids: string[]) => ({
  id: 'one',
  since: NOW - 300_000,
  closedAt: null,
  cause,
  down: ids,
  members: ids,
})

const ids = (change: Partial<Facts>): string[] => attentionRows(facts(change)).map(({ id }) => id)

const planOf = (id: string) => ({
  id,
  connectionId: 'cert',
  owner: { id: 'u', name: 'Alice', email: 'alice@example.org' },
  token: {
    id: 't',
    name: 'Laptop',
    maskedToken: '****a1b2',
    createdAt: null,
    expiresAt: null,
    lastUsedAt: null,
  },
  createdAt: NOW - 1,
})

const timer = (id: string, change: Partial<RevokeTimer>): RevokeTimer => ({
  ...planOf(id),
  at: NOW,
  reason: '',
  state: 'waiting',
  problem: null,
  endedAt: null,
  lateMs: null,
  ...change,
})

describe('plans for tokens', () => {
  const DAY = 86_400_000
  const rowsOf = (timers: RevokeTimer[]) =>
    attentionRows(facts({ plans: { timers, rotations: [], reminders: [] } }))
  const problem = { code: 'timeout', detail: null } as const

  test('are told a day ahead, to the millisecond, and lead to the plan', () => {
    const rows = rowsOf([timer('near', { at: NOW + DAY }), timer('far', { at: NOW + DAY + 1 })])
    expect(rows).toMatchObject([
      { id: 'plan near', tone: 'neutral', remedy: { do: 'plan', connectionId: 'cert', id: 'near' } },
    ])
  })

  test('that could not be carried out are alarms, and one that was late is a warning for a day', () => {
    const rows = rowsOf([
      timer('overdue', { at: NOW - 1, problem }),
      timer('early', { at: NOW + DAY + 1, problem }),
      timer('failed', { at: NOW - 90 * DAY, state: 'failed', problem, endedAt: NOW - 90 * DAY }),
      timer('late', { at: NOW - 5, state: 'done', lateMs: 4, endedAt: NOW - 1 }),
      timer('long ago', { at: NOW - 5, state: 'done', lateMs: 4, endedAt: NOW - DAY }),
      timer('in time', { at: NOW - 5, state: 'done', endedAt: NOW - 1 }),
      timer('taken back', { at: NOW - 5, state: 'cancelled', endedAt: NOW - 1 }),
    ])
    expect(rows.map(({ id, tone }) => [id, tone])).toEqual([
      ['plan failed', 'danger'],
      ['plan overdue', 'danger'],
      ['plan late', 'warning'],
    ])
  })
})

describe('incidents', () => {
  test('a shared cause is one row, whatever went down with it', () => {
    const monitors = [down('health'), down('api'), down('xtm-one')]
    const open = incident(
      { kind: 'network' },
      monitors.map(({ id }) => id),
    )
    const rows = attentionRows(facts({ heartbeat: beat(monitors, { incidents: [open] }) }))
    expect(rows).toHaveLength(1)
    expect(rows[0]).toMatchObject({
      tone: 'danger',
      what: { id: 'overview.down-network', values: { count: 3 } },
      why: { failure: 'timeout' },
      since: NOW - 300_000,
      evidenceAt: NOW,
    })
  })

  test('in a maintenance window it is no alarm', () => {
    const quiet = down('api', { quiet: 'maintenance' })
    const open = incident({ kind: 'monitor', monitorId: quiet.id }, [quiet.id])
    expect(attentionRows(facts({ heartbeat: beat([quiet], { incidents: [open] }) }))[0]?.tone).toBe('neutral')
  })

  test('of a registration is told as that registration, once', () => {
    const lapsed = down('registration', { registration: { state: 'lapsed', since: NOW - 700_000 } })
    const open = incident({ kind: 'monitor', monitorId: lapsed.id }, [lapsed.id])
    expect(ids({ heartbeat: beat([lapsed], { incidents: [open] }) })).toEqual(['registration cert'])
  })

  test('a connection that an incident tells of is not told again', () => {
    const api = down('api')
    const failed = {
      id: 'cert',
      state: { phase: 'failed', problem: { code: 'timeout', detail: null }, checkedAt: NOW, identity: null },
    }
    const connections = [failed] as unknown as Facts['connections']
    const open = incident({ kind: 'monitor', monitorId: api.id }, [api.id])
    expect(ids({ connections, heartbeat: beat([api], { incidents: [open] }) })).toEqual(['incident one'])
    expect(ids({ connections, heartbeat: beat([monitor('api')]) })).toEqual(['connection cert'])
  })
})

test('connectors of one trouble are one row, and those that are as wanted are none', () => {
  const connector = (name: string, change: Partial<Connector>) =>
    ({
      id: name,
      name,
      managed: true,
      requested: 'starting',
      reported: 'started',
      health: null,
      ...change,
    }) as Connector
  const running = { restarts: 0, startedAt: NOW, inLoop: false, at: NOW, exitCode: null }
  const facts = {
    builtIn: false,
    observed: null,
    requestedAt: null,
    loopedAt: null,
    active: true,
    lastSeenAt: NOW,
  }
  const looping = { ...facts, health: { ...running, inLoop: true } }
  const rows = attentionRows({
    ...nothing,
    connectorsReadAt: NOW,
    connectors: [
      connector('A', looping),
      connector('B', looping),
      connector('C', { ...facts, reported: 'stopped' }),
      connector('D', { ...facts, health: running }),
    ],
  })
  expect(rows).toMatchObject([
    { id: 'connectors reboot-loop', tone: 'danger', what: { values: { count: 2 } }, why: { words: 'A, B' } },
    { id: 'connectors not-running', tone: 'danger', why: { words: 'C' }, evidenceAt: NOW },
  ])
})

test('the worst stands first, and of equals the one that lasts longest', () => {
  const monitors = [
    down('registration', { registration: { state: 'late', since: NOW - 400_000 } }),
    monitor('xtm-one', { flapping: true, since: NOW - 900_000 }),
    down('api'),
  ]
  const open = incident({ kind: 'monitor', monitorId: 'api:cert' }, ['api:cert'])
  const found = inventory({ 'expires-1': 1, unlimited: 4, expired: 2 })
  expect(ids({ heartbeat: beat(monitors, { incidents: [open] }), inventory: found })).toEqual([
    'incident one',
    'finding expires-1',
    'flapping xtm-one:cert',
    'registration cert',
    'finding unlimited',
    'finding expired',
  ])
})

test('a fresh registration and one that nobody could see want nobody', () => {
  for (const state of ['fresh', 'unknown'] as const) {
    const one = monitor('registration', { registration: { state, since: NOW } })
    expect(ids({ heartbeat: beat([one]) })).toEqual([])
  }
})

test('one that never registered wants somebody once its first beat is overdue', () => {
  const never = (ago: number) =>
    beat([monitor('registration', { registration: { state: 'never', since: NOW - ago } })])
  expect(ids({ heartbeat: never(30_000) })).toEqual([])
  expect(ids({ heartbeat: never(330_000) })).toEqual(['registration cert'])
})

test('a wider finding is left out where it holds no more than the narrower one', () => {
  expect(findingCounts(inventory({ 'expires-1': 2, 'expires-7': 2 })).map(({ id }) => id)).toEqual([
    'expires-1',
  ])
  expect(findingCounts(inventory({ 'expires-1': 2, 'expires-7': 3 })).map(({ id }) => id)).toEqual([
    'expires-1',
    'expires-7',
  ])
})

test('what nobody set up, or the platform does not have, leaves no doubt about the rest', () => {
  const last = { at: NOW, outcome: 'unobserved', latencyMs: null, failure: 'not-served' } as const
  const monitors = [monitor('api'), monitor('manager', { state: 'unknown', last })]
  expect(checkedOf(facts({ heartbeat: beat(monitors) }))).toMatchObject({ monitors: 1, unseen: 0 })
})

test('what was looked at counts as looked at only when it was told, and what is unknown is counted', () => {
  expect(checkedOf(facts({ heartbeat: null }))).toEqual({ state: 'looking' })
  expect(checkedOf(facts({ connections: null }))).toEqual({ state: 'looking' })
  const monitors = [monitor('api'), monitor('health', { state: 'unknown', last: null })]
  expect(checkedOf(facts({ heartbeat: beat(monitors) }))).toEqual({
    state: 'looked',
    monitors: 2,
    unseen: 1,
    connections: 1,
    lastLookAt: NOW,
    tokens: null,
  })
})

describe('responses', () => {
  const response = (phase: Incident['phase'], change: Partial<Incident> = {}) =>
    ({
      id: phase,
      kind: 'lost-device',
      connectionId: 'cert',
      phase,
      steps: { total: 4, done: 1, failed: 0, open: 0, acknowledged: 0 },
      startedAt: NOW - 60_000,
      endedAt: null,
      appeared: [],
      newSessions: 0,
      ...change,
    }) as unknown as Incident

  test.each([
    ['paused', 'danger'],
    ['interrupted', 'danger'],
    ['stopped', 'warning'],
    ['waiting', 'warning'],
  ] as const)('one that is %s wants a person, who is led to it', (phase, tone) => {
    expect(attentionRows(facts({ responses: [response(phase)] }))).toMatchObject([
      {
        id: `response ${phase}`,
        tone,
        what: { id: 'overview.response.lost-device', values: { connection: 'CERT', done: 1, total: 4 } },
        why: { id: `overview.response.${phase}` },
        since: NOW - 60_000,
        remedy: { do: 'response', id: phase },
      },
    ])
  })

  test('one at work, and one that left nothing undone, want nobody; what failed or came back does', () => {
    const steps = { total: 4, done: 3, failed: 1, open: 0, acknowledged: 0 }
    const rows = attentionRows(
      facts({
        responses: [
          response('running'),
          response('done', { id: 'good' }),
          response('done', { id: 'failed', steps }),
          response('done', { id: 'back', newSessions: 1 }),
        ],
      }),
    )
    expect(rows.map(({ id }) => id)).toEqual(['response failed', 'response back'])
  })
})
