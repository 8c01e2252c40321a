import type { Token } from '#shared/contract/tokens.ts'
import type { Upkeep } from '#shared/contract/upkeep.ts'
import { ALICE, type Person } from './people.ts'
import type { Stage } from './stage.tsx'
import { noUpkeep, reminderOf, rotationOf, timerOf } from './upkeep-world.ts'
import type { ViewState } from './view-state.ts'
import { NOW, problem, type World } from './world.ts'

const MINE = ['route:tokens/mine']
const PLAN = ['dialog:plan']
const HOUR = 3_600_000

/** Bob, and a token of his by its name. */
export function bobs(world: World, name: string): { bob: Person; token: Token } {
  const [bob] = world.people
  const token = bob?.tokens.find((one) => one.name === name)
  if (!bob || !token) throw new Error(`Bob has no token ${name}`)
  return { bob, token }
}

const SIEM = 'Nightly export to the SIEM'
const MISP = 'MISP feed import'
const PYCTI = 'pycti notebook'

function setUp(world: World, change: Partial<Upkeep>): void {
  world.upkeep.set(() => ({ ...noUpkeep(), ...change }))
}

/** One of each, as they wait. */
function busy(world: World): void {
  const { bob, token: siem } = bobs(world, SIEM)
  const { token: misp } = bobs(world, MISP)
  const { token: pycti } = bobs(world, PYCTI)
  setUp(world, {
    timers: [timerOf(bob, pycti, NOW)],
    rotations: [
      rotationOf(bob, [misp, pycti], NOW, { newUsedAt: NOW - 5 * HOUR, newSeenUsedAt: NOW - 5 * HOUR }),
    ],
    reminders: [reminderOf(bob, siem, NOW, { days: 3 })],
  })
}

/** What came of them, good and bad, and what wants a person. */
function over(world: World): void {
  const { bob, token: siem } = bobs(world, SIEM)
  const { token: misp } = bobs(world, MISP)
  const { token: pycti } = bobs(world, PYCTI)
  const ended = { endedAt: NOW - HOUR }
  setUp(world, {
    timers: [
      timerOf(bob, pycti, NOW, { at: NOW - 60_000, problem: problem('timeout') }),
      timerOf(bob, { ...siem, id: 'gone-1', name: 'Contractor' }, NOW, {
        id: 'late',
        state: 'done',
        lateMs: 2 * HOUR,
        ...ended,
      }),
      timerOf(bob, { ...siem, id: 'gone-2', name: 'Workshop' }, NOW, { id: 'done', state: 'done', ...ended }),
      timerOf(bob, { ...siem, id: 'gone-3', name: 'Old lab' }, NOW, { id: 'gone', state: 'gone', ...ended }),
      timerOf(bob, { ...siem, id: 'gone-4', name: 'Loan' }, NOW, {
        id: 'failed',
        state: 'failed',
        problem: problem('missing-capability'),
        ...ended,
      }),
    ],
    rotations: [
      rotationOf(bob, [misp, pycti], NOW, {
        phase: 'ready',
        newUsedAt: NOW - 60_000,
        newSeenUsedAt: NOW - 26 * HOUR,
        oldUsedAt: NOW - 25 * HOUR,
      }),
      rotationOf(bob, [{ ...misp, id: 'gone-5', name: 'Sightings' }, pycti], NOW, {
        id: 'rotated',
        phase: 'done',
        ...ended,
      }),
      rotationOf(bob, [{ ...misp, id: 'gone-6', name: 'Backup' }, pycti], NOW, {
        id: 'lost',
        phase: 'failed',
        problem: problem('token-not-found'),
        ...ended,
      }),
    ],
    reminders: [reminderOf(bob, siem, NOW, { state: 'due', own: true, connectionToken: true })],
  })
}

export async function openPlan(
  stage: Stage,
  name: string,
  plan?: 'rotate' | 'revoke' | 'remind',
): Promise<void> {
  await stage.press(`[data-testid=plan][aria-label*="${name}"]`)
  await stage.see('[data-testid=plan-choice]')
  if (plan) await stage.press(`[data-testid=plan-choice] input[value=${plan}]`)
}

/** From the row to the reveal of the token that replaces it. */
export async function replace(stage: Stage, name: string): Promise<void> {
  await openPlan(stage, name)
  await stage.press('[data-testid=confirm-plan]')
  await stage.press('[data-testid=duration] input[value=DAYS_90]')
  await stage.press('[data-testid=submit-generate]')
  await stage.see('[data-testid=token-value]:not([aria-busy=true])')
  await stage.advance(1_000)
}

/** Of Bob and of Alice, as they wait. */
function busyForAll(world: World): void {
  busy(world)
  const alice = world.people.find(({ user }) => user.id === ALICE)
  const [token] = alice?.tokens ?? []
  if (!alice || !token) throw new Error('Alice has no token')
  world.upkeep.set((before) => ({
    ...before,
    timers: [timerOf(alice, token, NOW, { id: 'sought', at: NOW + 30 * HOUR }), ...before.timers],
  }))
}

const plans = (state: Omit<ViewState, 'views' | 'address'> & { address?: string }): ViewState => ({
  views: ['route:tokens/plans'],
  address: '#/tokens/plans',
  ...state,
})

/** T-16, T-17 */
export const UPKEEP_STATES: readonly ViewState[] = [
  { id: 'planned', views: MINE, world: busy, reach: (stage) => stage.see('[data-testid=planned]') },
  { id: 'planned-over', views: MINE, world: over, reach: (stage) => stage.see('[data-testid=planned]') },
  plans({
    id: 'plans',
    world: busyForAll,
    address: '#/tokens/plans/sought',
    reach: (stage) => stage.see('[data-testid=planned-timer][aria-current]'),
  }),
  plans({ id: 'plans-over', world: over, reach: (stage) => stage.see('[data-testid=dismiss]') }),
  plans({
    id: 'plans-none',
    world: (world) => setUp(world, {}),
    reach: (stage) => stage.see('[data-testid=plans-empty]'),
  }),
  plans({
    id: 'plans-no-match',
    world: busyForAll,
    async reach(stage) {
      await stage.fill('[data-testid=search]', 'nobody calls it that')
      await stage.see('[data-testid=no-match]')
    },
  }),
  {
    id: 'overview-plans',
    views: ['route:overview'],
    address: '#/overview',
    world: over,
    reach: (stage) => stage.see('[data-row="plan failed"]'),
  },
  {
    id: 'planned-refused',
    views: MINE,
    world(world) {
      busy(world)
      world.failing.set('upkeep.cancelTimer', problem('ledger-failed', 'ENOSPC: no space left on device'))
    },
    async reach(stage) {
      await stage.press('[data-testid=cancel-timer]')
      await stage.see('[data-testid=planned] [data-testid=problem]')
    },
  },
  {
    id: 'planned-look-only',
    views: ['route:tokens/user'],
    address: `#/tokens/users/${ALICE}`,
    world(world) {
      const alice = world.people.find(({ user }) => user.id === ALICE)
      const [token] = alice?.tokens ?? []
      if (!alice || !token) throw new Error('Alice has no token')
      setUp(world, { timers: [timerOf(alice, token, NOW)] })
      world.connections.set((list) =>
        list.map((connection) =>
          connection.state.phase === 'ready'
            ? {
                ...connection,
                state: {
                  ...connection.state,
                  identity: { ...connection.state.identity, capabilities: ['VIRTUAL_ORGANIZATION_ADMIN'] },
                },
              }
            : connection,
        ),
      )
    },
    reach: (stage) => stage.see('[data-testid=planned]'),
  },
  { id: 'plan', views: PLAN, reach: (stage) => openPlan(stage, MISP) },
  { id: 'plan-revoke', views: PLAN, reach: (stage) => openPlan(stage, MISP, 'revoke') },
  {
    id: 'plan-revoke-again',
    views: PLAN,
    world: busy,
    async reach(stage) {
      await openPlan(stage, PYCTI, 'revoke')
      await stage.see('[data-testid=replaces]')
    },
  },
  {
    id: 'plan-revoke-ends-first',
    views: PLAN,
    async reach(stage) {
      await openPlan(stage, SIEM, 'revoke')
      await stage.press(`[data-testid=revoke-when] input[value="${7 * 24 * HOUR}"]`)
      await stage.see('[data-testid=ends-first]')
    },
  },
  {
    id: 'plan-revoke-wrong-time',
    views: PLAN,
    async reach(stage) {
      await openPlan(stage, MISP, 'revoke')
      await stage.press('[data-testid=revoke-when] input[value=""]')
      await stage.fill('[data-testid=revoke-time]', '2020-01-01T12:00')
      await stage.fill('[data-testid=reason]', 'x'.repeat(2_000))
    },
  },
  {
    id: 'plan-revoke-failed',
    views: PLAN,
    world: (world) => world.failing.set('upkeep.revokeIn', problem('unreachable', 'ECONNREFUSED')),
    async reach(stage) {
      await openPlan(stage, MISP, 'revoke')
      await stage.press('[data-testid=confirm-plan]')
      await stage.see('[data-dialog=plan] [data-testid=problem]')
    },
  },
  { id: 'plan-remind', views: PLAN, reach: (stage) => openPlan(stage, SIEM, 'remind') },
  {
    id: 'plan-remind-never',
    views: PLAN,
    async reach(stage) {
      await openPlan(stage, PYCTI, 'remind')
      await stage.see('[data-testid=never-ends]')
    },
  },
  {
    id: 'rotate',
    views: ['dialog:generate'],
    async reach(stage) {
      await openPlan(stage, MISP)
      await stage.press('[data-testid=confirm-plan]')
      await stage.see('[data-testid=replaces-token]')
    },
  },
  {
    id: 'rotate-revealed',
    views: ['dialog:reveal'],
    async reach(stage) {
      await replace(stage, MISP)
      await stage.see('[data-testid=rotation-start] [data-tone=good]')
    },
  },
  {
    id: 'rotate-not-watched',
    views: ['dialog:reveal'],
    world: (world) => world.failing.set('upkeep.rotate', problem('timeout')),
    async reach(stage) {
      await replace(stage, MISP)
      await stage.see('[data-testid=not-watched]')
    },
  },
  {
    id: 'finish-rotation',
    views: ['dialog:finish-rotation'],
    world: over,
    async reach(stage) {
      await stage.press('[data-testid=finish-rotation]')
      await stage.see('[data-testid=confirm-finish]')
    },
  },
  {
    id: 'finish-rotation-early',
    views: ['dialog:finish-rotation'],
    world(world) {
      busy(world)
      world.failing.set('upkeep.finishRotation', problem('still-listed'))
    },
    async reach(stage) {
      await stage.press('[data-testid=finish-rotation]')
      await stage.press('[data-testid=confirm-finish]')
      await stage.see('[data-dialog=finish-rotation] [data-testid=problem]')
    },
  },
]
