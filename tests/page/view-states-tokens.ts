import { ALICE, CHARLIE, hostileTokens } from './people.ts'
import type { Stage } from './stage.tsx'
import type { ViewState } from './view-state.ts'
import { changeConnection, identity, NOW, problem, type World } from './world.ts'

const MINE = ['route:tokens/mine']
const USERS = ['route:tokens/users']
const USER = ['route:tokens/user']
const ALICES = `#/tokens/users/${ALICE}`

function withIdentity(world: World, change: Parameters<typeof identity>[0]): void {
  changeConnection(world, 'cert', {
    state: { phase: 'ready', identity: identity(change), checkedAt: NOW - 12_000, latencyMs: 38 },
  })
}

/** As before 7.260224 (T-20). */
function makeOld(world: World): void {
  world.hasTokens = false
  withIdentity(world, {
    version: '6.9.4',
    features: { apiTokens: false, revokedTokens: false, revokeReason: false },
  })
}

async function openGenerate(stage: Stage): Promise<void> {
  await stage.press('[data-testid=generate]')
  await stage.see('[data-testid=token-name]')
}

async function choose(stage: Stage, value: string): Promise<void> {
  await stage.press(`[data-testid=duration] input[value=${value}]`)
}

async function generate(stage: Stage): Promise<void> {
  await openGenerate(stage)
  await choose(stage, 'DAYS_90')
  await stage.press('[data-testid=submit-generate]')
}

async function reveal(stage: Stage): Promise<void> {
  await generate(stage)
  await stage.see('[data-testid=token-value]:not([aria-busy=true])')
  await stage.advance(1_000)
}

const GENERATE = ['dialog:generate']
const REVEAL = ['dialog:reveal']
const REVOKE = ['dialog:revoke']

export const TOKEN_STATES: readonly ViewState[] = [
  { id: 'mine', views: MINE, reach: (stage) => stage.see('[role=grid]') },
  {
    id: 'mine-empty',
    views: MINE,
    world: (world) => {
      const me = world.people[0]
      if (me) Object.assign(me, { tokens: [], revoked: [], sessions: [] })
    },
    reach: (stage) => stage.see('[data-testid=no-tokens]'),
  },
  {
    id: 'mine-loading',
    views: MINE,
    world: (world) => world.hanging.add('tokens.ofUser'),
    reach: (stage) => stage.see('[data-testid=loading]'),
  },
  {
    id: 'mine-failed',
    views: MINE,
    world: (world) =>
      world.failing.set(
        'tokens.ofUser',
        problem('timeout', 'No answer within 15000 ms from opencti.example.org'),
      ),
    reach: (stage) => stage.see('[data-testid=problem]'),
  },
  {
    id: 'mine-partial',
    views: MINE,
    async reach(stage) {
      await stage.see('[role=grid]')
      stage.world.failing.set('tokens.ofUser', problem('cut', 'socket hang up'))
      await stage.press('[data-testid=refresh]')
      await stage.see('[data-testid=problem]')
    },
  },
  {
    id: 'mine-stale',
    views: MINE,
    async reach(stage) {
      await stage.see('[role=grid]')
      await stage.advance(6 * 60_000)
      await stage.see('[data-testid=stale]')
    },
  },
  {
    id: 'mine-skewed',
    views: MINE,
    world: (world) => {
      world.skewMs = 10 * 60_000
    },
    reach: (stage) => stage.see('[data-testid=skew]'),
  },
  {
    id: 'mine-no-match',
    views: MINE,
    async reach(stage) {
      await stage.see('[role=grid]')
      await stage.fill('[data-testid=search]', 'no such token')
      await stage.see('[data-testid=no-match]')
    },
  },
  {
    id: 'mine-hostile',
    views: MINE,
    world: (world) => {
      world.people[0]?.tokens.push(...hostileTokens(NOW))
    },
    reach: (stage) => stage.see('[role=grid]'),
  },
  {
    id: 'mine-not-allowed',
    views: MINE,
    world: (world) => withIdentity(world, { capabilities: ['KNOWLEDGE'] }),
    reach: (stage) => stage.see('[data-testid=hindrance-no-own]'),
  },
  {
    id: 'old-platform',
    views: MINE,
    world: makeOld,
    reach: (stage) => stage.see('[data-testid=old-platform]'),
  },
  {
    id: 'users-old-platform',
    views: USERS,
    address: '#/tokens/users',
    world: makeOld,
    async reach(stage) {
      await stage.see('[data-testid=old-platform]')
      await stage.see('[data-testid=user]')
    },
  },
  { id: 'users', views: USERS, address: '#/tokens/users', reach: (stage) => stage.see('[data-testid=user]') },
  {
    id: 'users-loading',
    views: USERS,
    address: '#/tokens/users',
    world: (world) => world.hanging.add('tokens.users'),
    reach: (stage) => stage.see('[data-testid=loading]'),
  },
  {
    id: 'users-failed',
    views: USERS,
    address: '#/tokens/users',
    world: (world) => world.failing.set('tokens.users', problem('forbidden', 'FORBIDDEN_ACCESS')),
    reach: (stage) => stage.see('[data-testid=problem]'),
  },
  {
    id: 'users-empty',
    views: USERS,
    address: '#/tokens/users',
    world: (world) => {
      world.people = []
    },
    reach: (stage) => stage.see('[data-testid=no-users]'),
  },
  {
    id: 'users-no-match',
    views: USERS,
    address: '#/tokens/users',
    async reach(stage) {
      await stage.see('[data-testid=user]')
      await stage.fill('[data-testid=search]', 'nobody of that name')
      await stage.advance(300)
      await stage.see('[data-testid=no-match]')
    },
  },
  {
    id: 'users-not-allowed',
    views: USERS,
    address: '#/tokens/users',
    world: (world) => withIdentity(world, { capabilities: ['APIACCESS_USETOKEN'] }),
    reach: (stage) => stage.see('[data-testid=hindrance-no-others]'),
  },
  { id: 'user', views: USER, address: ALICES, reach: (stage) => stage.see('[role=grid]') },
  {
    id: 'user-blocked',
    views: USER,
    address: `#/tokens/users/${CHARLIE}`,
    reach: (stage) => stage.see('[data-testid=obstacle-not-active]'),
  },
  {
    id: 'user-look-only',
    views: USER,
    address: ALICES,
    world: (world) => {
      withIdentity(world, { capabilities: ['VIRTUAL_ORGANIZATION_ADMIN', 'APIACCESS_USETOKEN'] })
      world.showsSessions = false
      world.keepsRevoked = false
    },
    reach: (stage) => stage.see('[role=grid]'),
  },
  {
    id: 'user-gone',
    views: USER,
    address: '#/tokens/users/somebody-deleted',
    reach: (stage) => stage.see('[data-testid=problem]'),
  },
  { id: 'generate', views: GENERATE, reach: openGenerate },
  {
    id: 'generate-chosen',
    views: GENERATE,
    async reach(stage) {
      await openGenerate(stage)
      await choose(stage, 'UNLIMITED')
    },
  },
  {
    id: 'generate-invalid',
    views: GENERATE,
    async reach(stage) {
      await openGenerate(stage)
      await stage.fill('[data-testid=token-name]', 'x'.repeat(10_000))
      await stage.press('[data-testid=submit-generate]')
    },
  },
  {
    id: 'generate-blocked-account',
    views: GENERATE,
    address: `#/tokens/users/${CHARLIE}`,
    reach: openGenerate,
  },
  {
    id: 'generate-failed',
    views: GENERATE,
    world: (world) =>
      world.failing.set('tokens.generate', problem('ledger-failed', 'ENOSPC: no space left on device')),
    async reach(stage) {
      await generate(stage)
      await stage.see('[data-testid=problem]')
    },
  },
  {
    id: 'generate-busy',
    views: GENERATE,
    world: (world) => world.hanging.add('tokens.generate'),
    reach: generate,
  },
  ...(
    [
      ['generate-answer-lost', 'answer-lost', '[data-testid=revoke-orphan]'],
      ['generate-not-listed', 'not-listed', '[data-testid=answer-lost]'],
      ['generate-unchecked', 'unchecked', '[data-testid=answer-lost]'],
      ['generate-expiry-differs', 'expiry-differs', '[data-testid=expiry-differs]'],
    ] as const
  ).map(([id, trouble, sign]) => ({
    id,
    views: GENERATE,
    world: (world: World) => {
      world.generateTrouble = trouble
    },
    async reach(stage: Stage) {
      await generate(stage)
      await stage.see(sign)
    },
  })),
  { id: 'reveal', views: REVEAL, reach: reveal },
  {
    id: 'reveal-copied',
    views: REVEAL,
    async reach(stage) {
      await reveal(stage)
      await stage.press('[data-testid=copy-token]')
      await stage.see('[data-testid=copied]')
      await stage.advance(6_000)
    },
  },
  {
    id: 'reveal-unsaved',
    views: REVEAL,
    async reach(stage) {
      await reveal(stage)
      await stage.press('[data-testid=close-reveal]')
      await stage.see('[data-testid=unsaved]')
    },
  },
  {
    id: 'reveal-copy-failed',
    views: REVEAL,
    world: (world) => world.failing.set('tokens.copy', problem('clipboard-failed', 'No selection owner')),
    async reach(stage) {
      await reveal(stage)
      await stage.press('[data-testid=copy-token]')
      await stage.see('[data-testid=problem]')
    },
  },
  {
    id: 'reveal-gone',
    views: REVEAL,
    world: (world) => world.failing.set('tokens.reveal', problem('reveal-gone')),
    async reach(stage) {
      await generate(stage)
      await stage.see('[data-dialog=reveal] [data-testid=problem]')
    },
  },
  {
    id: 'revoke',
    views: REVOKE,
    async reach(stage) {
      await stage.press('[data-testid=revoke]')
      await stage.see('[data-testid=confirm-revoke]')
    },
  },
  {
    id: 'revoke-failed',
    views: REVOKE,
    world: (world) => world.failing.set('tokens.revoke', problem('still-listed')),
    async reach(stage) {
      await stage.press('[data-testid=revoke]')
      await stage.fill('[data-testid=reason]', 'Laptop stolen, ticket 4711')
      await stage.press('[data-testid=confirm-revoke]')
      await stage.see('[data-testid=problem]')
    },
  },
  {
    id: 'revoke-busy',
    views: REVOKE,
    world: (world) => world.hanging.add('tokens.revoke'),
    async reach(stage) {
      await stage.press('[data-testid=revoke]')
      await stage.press('[data-testid=confirm-revoke]')
      await stage.see('[data-testid=confirm-revoke][aria-busy=true]')
    },
  },
  {
    id: 'revoked',
    views: ['notification'],
    address: ALICES,
    async reach(stage) {
      await stage.press('[data-testid=revoke]')
      await stage.press('[data-testid=confirm-revoke]')
      await stage.see('[role=alert]')
    },
  },
  {
    id: 'kill-session',
    views: ['dialog:kill-session'],
    address: ALICES,
    async reach(stage) {
      await stage.press('[data-testid=kill-session]')
      await stage.see('[data-testid=confirm-kill]')
    },
  },
  {
    id: 'kill-sessions',
    views: ['dialog:kill-sessions'],
    address: ALICES,
    world: (world) =>
      world.failing.set('tokens.killSessions', problem('platform-error', 'FUNCTIONAL_ERROR: Session store')),
    async reach(stage) {
      await stage.press('[data-testid=kill-sessions]')
      await stage.press('[data-testid=confirm-kill]')
      await stage.see('[data-testid=problem]')
    },
  },
]
