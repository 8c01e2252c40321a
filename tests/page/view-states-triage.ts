import { ALICE, hostileTokens } from './people.ts'
import type { Stage } from './stage.tsx'
import { leakOf, leakText, strangeLeak } from './triage-world.ts'
import type { ViewState } from './view-state.ts'
import { NOW, problem, type World } from './world.ts'

const TRIAGE = ['dialog:triage']
const ADDRESS = '#/tokens/mine'

async function open(stage: Stage): Promise<void> {
  await stage.press('[data-testid=triage]')
  await stage.see('[data-testid=leak-text]')
}

async function paste(stage: Stage, text: string): Promise<void> {
  await open(stage)
  await stage.fill('[data-testid=leak-text]', text)
  await stage.press('[data-testid=look-up]')
}

async function answer(stage: Stage): Promise<void> {
  await paste(stage, leakText(Math.max(1, stage.world.leaks.length)))
  await stage.see('[data-testid=found]')
}

function personOf(world: World, id: string) {
  const person = world.people.find(({ user }) => user.id === id)
  if (!person) throw new Error(`Nobody is ${id}`)
  return person
}

/** A live token of Alice's, and what the audit has of her since. */
function leakedBy(world: World, change: { acts?: number; recording?: boolean } = {}): void {
  const alice = personOf(world, ALICE)
  world.leaks = [leakOf(alice)]
  world.activity.recording = change.recording ?? true
  world.activity.audit = Array.from({ length: change.acts ?? 0 }, (_, index) => ({
    source: 'platform' as const,
    id: `act-${index}`,
    at: NOW - index * 7 * 60_000,
    actor: { id: ALICE, name: alice.user.name },
    subject: null,
    message:
      index % 3 === 2
        ? "generated a new API token 'pycti notebook'"
        : 'updates `objectMarking` for report `Quarterly threat landscape`',
    type: 'mutation',
    scope: 'update',
    succeeded: index % 5 !== 4,
    ip: index % 4 === 3 ? '198.51.100.23' : '203.0.113.7',
    userAgent: index % 4 === 3 ? 'curl/8.5.0' : 'python-requests/2.32.3',
  }))
}

const audit = (id: string, world: (world: World) => void, seen: string): ViewState => ({
  id,
  views: TRIAGE,
  address: ADDRESS,
  world,
  async reach(stage) {
    await answer(stage)
    await stage.see(seen)
  },
})

export const TRIAGE_STATES: readonly ViewState[] = [
  { id: 'triage', views: TRIAGE, address: ADDRESS, reach: open },
  {
    id: 'triage-none',
    views: TRIAGE,
    address: ADDRESS,
    async reach(stage) {
      await paste(stage, 'Nothing to see here.')
      await stage.see('[data-testid=no-leak]')
    },
  },
  {
    id: 'triage-asking',
    views: TRIAGE,
    address: ADDRESS,
    world: (world) => world.hanging.add('triage.identify'),
    async reach(stage) {
      await paste(stage, leakText(3))
      await stage.see('[data-testid=asking]')
    },
  },
  {
    id: 'triage-failed',
    views: TRIAGE,
    address: ADDRESS,
    world: (world) => world.failing.set('triage.identify', problem('timeout', 'No full answer within 20 s.')),
    async reach(stage) {
      await paste(stage, leakText(1))
      await stage.see('[data-testid=problem]')
    },
  },
  {
    id: 'triage-live',
    views: TRIAGE,
    address: ADDRESS,
    world: (world) => {
      world.leaks = [leakOf(personOf(world, ALICE))]
    },
    reach: answer,
  },
  audit('triage-audit', (world) => leakedBy(world, { acts: 24 }), '[data-testid=audit-summary]'),
  audit('triage-audit-none', (world) => leakedBy(world), '[data-testid=triage-audit-none]'),
  audit(
    'triage-audit-not-kept',
    (world) => leakedBy(world, { recording: false }),
    '[data-testid=triage-audit-not-kept]',
  ),
  audit(
    'triage-audit-no-right',
    (world) => {
      leakedBy(world)
      world.failing.set('activity.platform', problem('missing-capability', 'SETTINGS_SECURITYACTIVITY'))
    },
    '[data-testid=triage-audit-no-right]',
  ),
  audit(
    'triage-audit-failed',
    (world) => {
      leakedBy(world)
      world.failing.set('activity.platform', problem('timeout', 'No full answer within 20 s.'))
    },
    '[data-testid=audit-failed]',
  ),
  audit(
    'triage-audit-loading',
    (world) => {
      leakedBy(world)
      world.hanging.add('activity.platform')
    },
    '[data-testid=audit-loading]',
  ),
  {
    id: 'triage-connector',
    views: TRIAGE,
    address: ADDRESS,
    world: (world) => {
      const leak = leakOf(personOf(world, 'svc-1'))
      const user = { ...leak.holdings?.user, capabilities: ['BYPASS'] }
      const connectors = [{ id: 'c1', name: 'MITRE ATT&CK', active: true }]
      world.leaks = [{ ...leak, holdings: { ...leak.holdings, user, connectors } } as typeof leak]
    },
    reach: answer,
  },
  {
    id: 'triage-many',
    views: TRIAGE,
    address: ADDRESS,
    world: (world) => {
      const alice = personOf(world, ALICE)
      const gone = {
        ...(alice.tokens[1] ?? hostileTokens(NOW)[0]),
        owner: { id: ALICE, name: alice.user.name, email: alice.user.email },
        maskedToken: '****q-7_',
        fate: 'revoked',
        knownFrom: 'console',
        goneAt: NOW - 86_400_000,
        lastListedAt: null,
        by: 'bob.keller@example.org',
        reason: 'Left the team',
      } as NonNullable<(typeof world.leaks)[number]['gone']>
      world.leaks = [
        leakOf(alice),
        leakOf(personOf(world, 'svc-1'), { verdict: 'shut' }),
        strangeLeak('q-7_', 'revoked', { owner: gone.owner, gone }),
        strangeLeak('Zz0x', 'unknown'),
        strangeLeak('9c1e', 'not-asked', { shape: 'legacy', problem: problem('cut', 'socket hang up') }),
      ]
    },
    reach: answer,
  },
  {
    id: 'triage-alike',
    views: TRIAGE,
    address: ADDRESS,
    world: (world) => {
      const alice = personOf(world, ALICE)
      const leak = leakOf(alice, { verdict: 'alike' })
      const tokens = [...alice.tokens.slice(0, 1), ...hostileTokens(NOW).slice(0, 1)].map((token, index) => ({
        ...token,
        own: index === 0,
      }))
      world.leaks = [{ ...leak, holdings: leak.holdings && { ...leak.holdings, tokens } }]
    },
    reach: answer,
  },
  {
    id: 'triage-look-only',
    views: TRIAGE,
    address: ADDRESS,
    world: (world) => {
      const why = problem('missing-capability', 'SETTINGS_SETACCESSES')
      world.leaks = [leakOf(personOf(world, ALICE), { mayRevoke: false, holdings: null, problem: why })]
    },
    reach: answer,
  },
  {
    id: 'triage-old-platform',
    views: TRIAGE,
    address: ADDRESS,
    world: (world) => {
      const why = problem('old-platform', '6.9.4')
      const change = { shape: 'legacy', mayRevoke: false, holdings: null, problem: why } as const
      world.leaks = [leakOf(personOf(world, ALICE), change)]
    },
    reach: answer,
  },
  {
    id: 'triage-base',
    views: TRIAGE,
    address: ADDRESS,
    world: (world) => {
      const leak = leakOf(personOf(world, ALICE), { shape: 'legacy' })
      const tokens = leak.holdings?.tokens.map((token) => ({
        ...token,
        id: `base_token_${ALICE}`,
        name: 'Base token',
      }))
      world.leaks = [{ ...leak, holdings: leak.holdings && { ...leak.holdings, tokens: tokens ?? [] } }]
    },
    reach: answer,
  },
  {
    id: 'triage-refused',
    views: TRIAGE,
    address: ADDRESS,
    world: (world) => {
      world.leaks = [leakOf(personOf(world, ALICE))]
      world.failing.set('triage.revoke', problem('triage-gone'))
    },
    async reach(stage) {
      await answer(stage)
      await stage.press('[data-testid=revoke-leaks]')
      await stage.see('[data-testid=problem]')
    },
  },
]
