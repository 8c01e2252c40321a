import type { InventoryStatus, Tombstone } from '#shared/contract/inventory.ts'
import type { Settings } from '#shared/contract/settings.ts'
import { inventoryStatus } from './inventory-world.ts'
import { ALICE, everybody, hostileTokens } from './people.ts'
import type { Stage } from './stage.tsx'
import { timerOf } from './upkeep-world.ts'
import type { ViewState } from './view-state.ts'
import { changeConnection, identity, NOW, problem, type World } from './world.ts'

const ALL = ['route:tokens/all']
const FINDINGS = ['route:tokens/findings']
const REVOKED = ['route:tokens/revoked']
const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE

const become = (world: World, change: Partial<InventoryStatus>): void =>
  world.inventory.set(inventoryStatus(world, { readAt: NOW - MINUTE, ...change }))

const all = (state: Omit<ViewState, 'views' | 'address'> & { views?: readonly string[] }): ViewState => ({
  views: ALL,
  address: '#/tokens/all',
  ...state,
})

const seeRows = (stage: Stage) => stage.see('[role=grid] [data-testid=select-row]')

const ALICE_OWNER = { id: ALICE, name: 'Alice Martin', email: 'alice.martin@example.org' }

/** A token that is no more. */
function gone(name: string, ending: string, change: Partial<Tombstone>): Tombstone {
  return {
    id: `gone-${ending}`,
    name,
    maskedToken: `****${ending}`,
    createdAt: NOW - 200 * DAY,
    expiresAt: null,
    lastUsedAt: NOW - 3 * DAY,
    owner: ALICE_OWNER,
    fate: 'revoked',
    knownFrom: 'console',
    goneAt: NOW - 2 * 60 * MINUTE,
    lastListedAt: null,
    by: 'Bob Keller',
    reason: 'Laptop lost on the train',
    ...change,
  }
}

/** A console that remembers a few tokens, and what came since yesterday. */
function remembering(world: World): void {
  world.tombstones = [
    gone('Enrichment scripts (old laptop)', 'Lap1', {}),
    gone('MISP push', 'Qp77', { fate: 'unsettled', goneAt: NOW - 4 * MINUTE, reason: null }),
    gone('<b>Workshop</b>', '77aB', {
      fate: 'vanished',
      goneAt: NOW - DAY,
      lastListedAt: NOW - 2 * DAY,
      by: null,
      reason: null,
    }),
    gone('Dashboard export', 'x9Kd', {
      fate: 'elsewhere',
      knownFrom: 'platform',
      goneAt: NOW - 3 * DAY,
      by: 'Carla Rossi',
      reason: 'Project ended',
    }),
    gone('Feed importer', 'M4tr', { knownFrom: 'both', goneAt: NOW - 6 * DAY }),
  ]
  world.inventory.set(inventoryStatus(world, { readAt: NOW - MINUTE, recordsReadAt: NOW - MINUTE }))
  world.snapshots = [
    { id: 3, takenAt: NOW - MINUTE, tokens: 364, scope: 'everyone', complete: true },
    { id: 2, takenAt: NOW - DAY, tokens: 366, scope: 'everyone', complete: true },
    { id: 1, takenAt: NOW - 8 * DAY, tokens: 351, scope: 'organization', complete: true },
  ]
  const tokens = everybody(NOW)
    .slice(0, 12)
    .flatMap((person) =>
      person.tokens.map((token) => ({
        ...token,
        owner: { id: person.user.id, name: person.user.name, email: person.user.email },
        fate: null,
      })),
    )
  world.diff = {
    from: NOW - DAY,
    to: NOW,
    comparable: true,
    appeared: { total: 2, first: tokens.slice(0, 2) },
    vanished: { total: 1, first: [{ ...gone('Workshop', '77aB', {}), fate: 'vanished' }] },
    used: { total: 128, first: tokens },
    expired: { total: 0, first: [] },
  }
}

const atRevoked = (state: Omit<ViewState, 'views' | 'address'>): ViewState => ({
  views: REVOKED,
  address: '#/tokens/revoked',
  ...state,
})

/** Nothing but a first reading under way. */
const NOTHING_YET = { tokens: 0, revision: 0, source: 'none', readAt: null } as const

export const INVENTORY_STATES: readonly ViewState[] = [
  all({ id: 'inventory', world: (world) => become(world, {}), reach: seeRows }),
  all({
    id: 'inventory-first-run',
    world(world) {
      world.people = []
      become(world, { ...NOTHING_YET, phase: 'loading', usersRead: 0, usersTotal: null })
    },
    reach: (stage) => stage.see('[data-testid=skeleton]'),
  }),
  all({
    id: 'inventory-loading',
    world(world) {
      world.people = everybody(NOW).slice(0, 9)
      become(world, { phase: 'loading', usersRead: 1_250, usersTotal: 10_000, source: 'live', readAt: null })
    },
    reach: seeRows,
  }),
  all({
    id: 'inventory-snapshot',
    world: (world) =>
      become(world, {
        phase: 'loading',
        usersRead: 120,
        usersTotal: 240,
        source: 'snapshot',
        readAt: NOW - 26 * 60 * MINUTE,
      }),
    reach: (stage) => stage.see('[data-testid=snapshot]'),
  }),
  all({
    id: 'inventory-partial',
    world: (world) =>
      become(world, {
        phase: 'partial',
        usersRead: 214,
        gaps: [
          { users: 26, problem: problem('timeout', 'No answer within 15000 ms from opencti.example.org') },
        ],
      }),
    reach: (stage) => stage.see('[data-testid=inventory-gap]'),
  }),
  all({
    id: 'inventory-failed',
    world(world) {
      world.people = []
      become(world, {
        ...NOTHING_YET,
        phase: 'failed',
        problem: problem('refused', 'connect ECONNREFUSED 192.0.2.7:443'),
      })
    },
    reach: (stage) => stage.see('[data-testid=inventory-failed]'),
  }),
  all({
    id: 'inventory-failed-snapshot',
    world: (world) =>
      become(world, {
        phase: 'failed',
        source: 'snapshot',
        readAt: NOW - 3 * 60 * MINUTE,
        problem: problem('cut', 'socket hang up'),
      }),
    reach: (stage) => stage.see('[data-testid=inventory-failed]'),
  }),
  all({
    id: 'inventory-cancelled',
    world: (world) => become(world, { phase: 'cancelled', usersRead: 120, source: 'live' }),
    reach: (stage) => stage.see('[data-testid=inventory-cancelled]'),
  }),
  all({
    id: 'inventory-stale',
    world: (world) => become(world, {}),
    async reach(stage) {
      await seeRows(stage)
      await stage.advance(6 * MINUTE)
      await stage.see('[data-testid=stale]')
    },
  }),
  all({
    id: 'inventory-offline',
    world(world) {
      become(world, { readAt: NOW - 50 * MINUTE, source: 'snapshot', phase: 'idle' })
      changeConnection(world, 'cert', {
        state: {
          phase: 'failed',
          identity: identity(),
          problem: problem('unreachable', 'EHOSTUNREACH'),
          checkedAt: NOW,
        },
      })
    },
    reach: (stage) => stage.see('[data-testid=offline]'),
  }),
  all({
    id: 'inventory-empty',
    world(world) {
      world.people = []
      become(world, {})
    },
    reach: (stage) => stage.see('[data-testid=inventory-empty]'),
  }),
  all({
    id: 'inventory-own-only',
    world(world) {
      world.people = everybody(NOW).slice(0, 1)
      become(world, { scope: 'self', limit: problem('missing-capability', 'SETTINGS_SETACCESSES') })
    },
    reach: (stage) => stage.see('[data-testid=scope-self]'),
  }),
  all({
    id: 'inventory-organization',
    world: (world) =>
      become(world, { scope: 'organization', limit: problem('missing-capability', 'SETTINGS_SETACCESSES') }),
    reach: (stage) => stage.see('[data-testid=scope-organization]'),
  }),
  all({
    id: 'inventory-old-platform',
    world(world) {
      world.people = []
      become(world, {
        ...NOTHING_YET,
        phase: 'ready',
        scope: 'nobody',
        limit: problem('old-platform', '6.8.2'),
      })
    },
    reach: (stage) => stage.see('[data-testid=hindrance-old-platform]'),
  }),
  all({
    id: 'inventory-no-match',
    world: (world) => become(world, {}),
    async reach(stage) {
      await seeRows(stage)
      await stage.fill('[data-testid=search]', 'no such token')
      await stage.see('[data-testid=no-match]')
    },
  }),
  all({
    id: 'inventory-filter-open',
    world: (world) => become(world, {}),
    async reach(stage) {
      await seeRows(stage)
      await stage.press('[data-testid=filter-finding]')
      await stage.press('[data-testid=filter-finding-unlimited]')
      await stage.see('[data-testid=clear-filter]')
    },
  }),
  all({
    id: 'inventory-columns-all',
    world(world) {
      become(world, {})
      world.settings.set((settings) => ({
        ...settings,
        inventoryColumns: [
          'name',
          'token',
          'owner',
          'email',
          'kind',
          'account',
          'created',
          'expires',
          'last-used',
          'status',
          'findings',
        ],
      }))
    },
    async reach(stage) {
      await seeRows(stage)
      await stage.press('[data-testid=columns]')
      await stage.see('[data-testid=columns-email]')
    },
  }),
  all({
    id: 'inventory-views',
    world(world) {
      become(world, {})
      const view = { columns: ['name', 'owner', 'expires'], sort: [{ column: 'expires', descending: false }] }
      const views: Settings['inventoryViews'] = [
        { ...view, name: 'Quarterly review', filter: { finding: ['unlimited'] } },
        { ...view, name: 'Ends this week, people only', filter: { expiry: ['within-7'], owner: ['person'] } },
      ]
      world.settings.set((settings) => ({
        ...settings,
        inventoryViews: views,
      }))
    },
    async reach(stage) {
      await seeRows(stage)
      await stage.press('[data-testid=views]')
      await stage.see('[data-testid=view-name]')
    },
  }),
  all({
    id: 'inventory-selected',
    world: (world) => become(world, {}),
    async reach(stage) {
      await seeRows(stage)
      await stage.press('[data-testid=select-all]')
      await stage.press('[data-testid=filter-owner]')
      await stage.press('[data-testid=filter-owner-service]')
      stage.key('Escape')
      await stage.see('[data-testid=selection-hidden]')
    },
  }),
  all({
    id: 'inventory-planned',
    world(world) {
      become(world, {})
      const alice = world.people.find(({ user }) => user.id === ALICE)
      const token = alice?.tokens.find(({ name }) => name === 'Base token')
      if (!alice || !token) throw new Error('Alice has no base token')
      const timer = timerOf(alice, token, NOW, { at: NOW - MINUTE, problem: problem('timeout') })
      world.upkeep.set((before) => ({ ...before, timers: [timer] }))
    },
    async reach(stage) {
      await seeRows(stage)
      await stage.fill('[data-testid=search]', 'base token')
      await stage.see('[role=grid][aria-rowcount="2"]')
      await stage.press('[role=row][data-opens]')
      await stage.see('[data-testid=token-panel] [data-testid=planned-timer]')
    },
  }),
  all({
    id: 'inventory-plan',
    views: [...ALL, 'dialog:plan'],
    world: (world) => become(world, {}),
    async reach(stage) {
      await seeRows(stage)
      await stage.fill('[data-testid=search]', 'base token')
      await stage.see('[role=grid][aria-rowcount="2"]')
      await stage.press('[role=row][data-opens]')
      await stage.press('[data-testid=token-panel] [data-testid=plan]')
      await stage.see('[data-testid=plan-choice]')
    },
  }),
  all({
    id: 'inventory-details',
    world: (world) => become(world, {}),
    async reach(stage) {
      await seeRows(stage)
      await stage.fill('[data-testid=search]', 'base token')
      await stage.see('[role=grid][aria-rowcount="2"]')
      await stage.press('[role=row][data-opens]')
      await stage.see('[data-testid=token-panel]')
    },
  }),
  all({
    id: 'inventory-hostile',
    world(world) {
      world.people[0]?.tokens.push(...hostileTokens(NOW))
      become(world, {})
    },
    reach: seeRows,
  }),
  {
    id: 'findings',
    views: FINDINGS,
    address: '#/tokens/findings',
    world: (world) => become(world, {}),
    reach: (stage) => stage.see('[data-testid=finding-unlimited]'),
  },
  {
    id: 'findings-none',
    views: FINDINGS,
    address: '#/tokens/findings',
    world(world) {
      world.people = everybody(NOW).slice(0, 1)
      for (const person of world.people) person.tokens.splice(1)
      become(world, {})
    },
    reach: (stage) => stage.see('[data-testid=findings-none]'),
  },
  all({
    id: 'inventory-export',
    world: (world) => become(world, {}),
    async reach(stage) {
      await seeRows(stage)
      await stage.press('[data-testid=select-row]')
      await stage.press('[data-testid=export]')
      await stage.see('[data-testid=export-selected-csv]')
    },
  }),
  all({
    id: 'inventory-export-failed',
    world(world) {
      become(world, {})
      world.failing.set('inventory.export', problem('bad-input', 'The rows are of an earlier copy'))
    },
    async reach(stage) {
      await seeRows(stage)
      await stage.press('[data-testid=export]')
      await stage.press('[data-testid=export-shown-json]')
      await stage.see('[data-testid=problem]')
    },
  }),
  atRevoked({
    id: 'revoked-tokens',
    world: (world) => remembering(world),
    reach: (stage) => stage.see('[data-testid=changes]'),
  }),
  atRevoked({
    id: 'revoked-tokens-record-failed',
    world(world) {
      remembering(world)
      become(world, { recordsReadAt: NOW - 60 * MINUTE, recordsProblem: problem('cut', 'socket hang up') })
    },
    reach: (stage) => stage.see('[data-testid=record-problem]'),
  }),
  atRevoked({
    id: 'revoked-tokens-forgotten',
    world(world) {
      remembering(world)
      world.tombstones = world.tombstones.filter(({ knownFrom }) => knownFrom === 'console')
      become(world, { recordsReadAt: null })
      changeConnection(world, 'cert', {
        state: {
          phase: 'ready',
          identity: identity({ features: { ...identity().features, revokedTokens: false } }),
          checkedAt: NOW - 12_000,
          latencyMs: 38,
        },
      })
      world.diff = { ...world.diff, comparable: false }
    },
    reach: (stage) => stage.see('[data-testid=not-comparable]'),
  }),
  atRevoked({
    id: 'revoked-tokens-none',
    world: (world) => become(world, {}),
    async reach(stage) {
      await stage.see('[data-testid=revoked-empty]')
      await stage.see('[data-testid=no-snapshot]')
    },
  }),
  atRevoked({
    id: 'revoked-tokens-loading',
    world(world) {
      become(world, {})
      world.hanging.add('inventory.tombstones')
    },
    reach: (stage) => stage.see('[data-testid=loading]'),
  }),
  atRevoked({
    id: 'revoked-tokens-failed',
    world(world) {
      become(world, {})
      world.failing.set('inventory.tombstones', problem('internal', 'disk I/O error'))
    },
    reach: (stage) => stage.see('[data-testid=problem]'),
  }),
]
