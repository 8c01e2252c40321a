import type { Incident, IncidentStep } from '#shared/contract/incidents.ts'
import type { StepKind } from '#shared/domain/incident.ts'
import { advanced, type FAR, keepIncident, knownIncident, stepsFor } from './incidents-world.ts'
import { ALICE, hostileTokens, ME, type Person } from './people.ts'
import type { Stage } from './stage.tsx'
import type { ViewState } from './view-state.ts'
import { changeConnection, identity, NOW, problem, type World } from './world.ts'

const LOST = ['route:tokens/lost-device']
const LIST = ['route:tokens/incidents']
const ONE = ['route:tokens/incident']
const BULK = ['route:tokens/user', 'dialog:bulk']
const ALICES_DEVICE = `#/tokens/lost-device/${ALICE}`
const INCIDENT = '#/tokens/incident/incident-1'
const START = NOW - 40_000

const EVERYTHING: readonly StepKind[] = ['sessions', 'lock', 'token']

function personOf(world: World, id: string): Person {
  const found = world.people.find(({ user }) => user.id === id)
  if (!found) throw new Error(`Nobody is ${id}`)
  return found
}

/** Alice's lost device, each step as far as `how` says; the last one counts for the rest. */
function alicesDevice(
  world: World,
  how: readonly (keyof typeof FAR)[],
  change: Partial<Incident> = {},
  more: (step: IncidentStep) => Partial<IncidentStep> = () => ({}),
): void {
  const plan = stepsFor(world.incidents, [{ person: personOf(world, ALICE), kinds: EVERYTHING }])
  const steps = plan.map((step, index) => {
    const far = advanced(step, how[Math.min(index, how.length - 1)] ?? 'planned', START + 1_000 + index * 150)
    return { ...far, ...more(far) }
  })
  keepIncident(
    world.incidents,
    knownIncident({ id: 'incident-1', kind: 'lost-device', startedAt: START, ...change }, steps),
  )
}

const OVER: Partial<Incident> = {
  phase: 'done',
  endedAt: START + 2_300,
  proof: {
    secondLookAt: START + 5_300,
    secondLookDone: true,
    audit: 'not-kept',
    rescanAt: START + 302_300,
    rescanDone: false,
    problem: null,
  },
}

/** A clean-up of one token of many people. */
function cleanUp(
  world: World,
  how: (index: number) => keyof typeof FAR,
  change: Partial<Incident> = {},
): void {
  const people = world.people.filter(({ tokens }) => tokens.length > 0)
  const plan = people.map((person) => ({ person, kinds: ['token'] as const }))
  const steps = stepsFor(world.incidents, plan).map((step, index) =>
    advanced(step, how(index), START + index * 20),
  )
  const reason = 'Tokens that nobody used for a year'
  keepIncident(
    world.incidents,
    knownIncident({ id: 'incident-1', kind: 'bulk', startedAt: START, reason, ...change }, steps),
  )
}

async function openBulk(stage: Stage): Promise<void> {
  await stage.press('[data-testid=revoke-all]')
  await stage.see('[data-testid=by-owner]')
}

const seeIncident = (stage: Stage) => stage.see('[role=grid]')

export const INCIDENT_STATES: readonly ViewState[] = [
  {
    id: 'device-who',
    views: LOST,
    address: '#/tokens/lost-device',
    reach: (stage) => stage.see('[data-testid=who]'),
  },
  {
    id: 'device-nobody',
    views: LOST,
    address: '#/tokens/lost-device',
    async reach(stage) {
      await stage.fill('[data-testid=who-search]', 'no such person')
      await stage.advance(500)
      await stage.see('[data-testid=nobody]')
    },
  },
  {
    id: 'device-who-failed',
    views: LOST,
    address: '#/tokens/lost-device',
    world: (world) => world.failing.set('tokens.users', problem('timeout', 'No full answer within 20 s.')),
    reach: (stage) => stage.see('[data-testid=problem]'),
  },
  {
    id: 'device-holds',
    views: LOST,
    address: ALICES_DEVICE,
    reach: (stage) => stage.see('[data-testid=contain]'),
  },
  {
    id: 'device-reading',
    views: LOST,
    address: ALICES_DEVICE,
    world: (world) => world.hanging.add('incidents.previewUser'),
    reach: (stage) => stage.see('[data-testid=loading]'),
  },
  {
    id: 'device-failed',
    views: LOST,
    address: ALICES_DEVICE,
    world: (world) => world.failing.set('incidents.previewUser', problem('cut', 'socket hang up')),
    reach: (stage) => stage.see('[data-testid=problem]'),
  },
  {
    id: 'device-connector',
    views: LOST,
    address: '#/tokens/lost-device/svc-1',
    reach: (stage) => stage.see('[data-testid=contain]'),
  },
  {
    id: 'device-unknowns',
    views: LOST,
    address: ALICES_DEVICE,
    world: (world) => {
      world.incidents.preview = {
        mayAct: true,
        lockStatus: null,
        unknowns: [
          { what: 'sessions', problem: problem('forbidden') },
          { what: 'connectors', problem: problem('forbidden') },
        ],
      }
    },
    reach: (stage) => stage.see('[data-testid=contain]'),
  },
  {
    id: 'device-look-only',
    views: LOST,
    address: ALICES_DEVICE,
    world: (world) => {
      changeConnection(world, 'cert', {
        state: {
          phase: 'ready',
          identity: identity({ capabilities: ['APIACCESS_USETOKEN', 'VIRTUAL_ORGANIZATION_ADMIN'] }),
          checkedAt: NOW,
          latencyMs: 38,
        },
      })
      world.incidents.preview = { ...world.incidents.preview, mayAct: false }
    },
    reach: (stage) => stage.see('[data-testid=look-only]'),
  },
  {
    id: 'device-own',
    views: LOST,
    address: `#/tokens/lost-device/${ME}`,
    reach: (stage) => stage.see('[data-testid=contain]'),
  },
  {
    id: 'device-hostile',
    views: LOST,
    address: ALICES_DEVICE,
    world: (world) => {
      const alice = personOf(world, ALICE)
      alice.user.name = '\u202Eecila <img src=x onerror=alert(1)>'
      alice.tokens.push(...hostileTokens(NOW))
    },
    reach: (stage) => stage.see('[data-testid=contain]'),
  },
  {
    id: 'device-rehearsal',
    views: LOST,
    address: '#/tokens/lost-device',
    world: (world) => world.settings.set((before) => ({ ...before, activeConnectionId: 'local' })),
    reach: (stage) => stage.see('[data-testid=rehearsal]'),
  },
  {
    id: 'device-sure',
    views: [...LOST, 'dialog:contain'],
    address: ALICES_DEVICE,
    async reach(stage) {
      await stage.press('[data-testid=choose-lock]')
      await stage.press('[data-testid=contain]')
      await stage.see('[data-testid=confirm-contain]')
    },
  },
  {
    id: 'device-refused',
    views: [...LOST, 'dialog:contain'],
    address: ALICES_DEVICE,
    world: (world) =>
      world.failing.set('incidents.contain', problem('ledger-failed', 'database or disk is full')),
    async reach(stage) {
      await stage.press('[data-testid=contain]')
      await stage.press('[data-testid=confirm-contain]')
      await stage.see('[data-testid=problem]')
    },
  },
  {
    id: 'incident-running',
    views: ONE,
    address: INCIDENT,
    world: (world) => alicesDevice(world, ['gone', 'gone', 'acknowledged', 'sent', 'planned']),
    reach: seeIncident,
  },
  {
    id: 'incident-waiting',
    views: ONE,
    address: INCIDENT,
    world: (world) =>
      alicesDevice(world, ['gone', 'gone', 'lost', 'planned'], {
        phase: 'waiting',
        problem: problem('refused', 'connect ECONNREFUSED 192.0.2.7:443'),
        nextAt: NOW + 7_000,
      }),
    reach: seeIncident,
  },
  {
    id: 'incident-paused',
    views: ONE,
    address: INCIDENT,
    world: (world) =>
      alicesDevice(world, ['gone', 'gone', 'gone', 'planned'], {
        phase: 'paused',
        problem: problem('wrong-token'),
      }),
    reach: seeIncident,
  },
  {
    id: 'incident-interrupted',
    views: ONE,
    address: INCIDENT,
    world: (world) =>
      alicesDevice(world, ['gone', 'gone', 'sent', 'planned'], {
        phase: 'interrupted',
        startedAt: NOW - 3 * 86_400_000,
      }),
    reach: (stage) => stage.see('[data-testid=open-steps]'),
  },
  {
    id: 'incident-stopped',
    views: ONE,
    address: INCIDENT,
    world: (world) => cleanUp(world, (index) => (index < 140 ? 'gone' : 'planned'), { phase: 'stopped' }),
    reach: seeIncident,
  },
  {
    id: 'incident-done',
    views: ONE,
    address: INCIDENT,
    world: (world) =>
      alicesDevice(world, ['gone'], OVER, ({ goneAt }) => ({ goneAgainAt: (goneAt ?? 0) + 3_000 })),
    reach: seeIncident,
  },
  {
    id: 'incident-proven',
    views: ONE,
    address: INCIDENT,
    world: (world) =>
      alicesDevice(
        world,
        ['proven'],
        {
          ...OVER,
          startedAt: NOW - 3_600_000,
          endedAt: NOW - 3_598_000,
          proof: {
            secondLookAt: NOW - 3_595_000,
            secondLookDone: true,
            audit: 'kept',
            rescanAt: NOW - 3_300_000,
            rescanDone: true,
            problem: null,
          },
        },
        () => ({ audit: { at: NOW - 3_599_000, by: 'id', entry: 'audit--7' } }),
      ),
    reach: seeIncident,
  },
  {
    id: 'incident-failed',
    views: ONE,
    address: INCIDENT,
    world: (world) => alicesDevice(world, ['gone', 'gone', 'gone', 'failed', 'back'], OVER),
    reach: (stage) => stage.see('[data-testid=retry-failed]'),
  },
  {
    id: 'incident-appeared',
    views: ONE,
    address: INCIDENT,
    world: (world) =>
      alicesDevice(world, ['proven'], {
        ...OVER,
        appeared: hostileTokens(NOW).slice(0, 2),
        newSessions: 1,
      }),
    reach: (stage) => stage.see('[data-testid=appeared]'),
  },
  {
    id: 'incident-bulk',
    views: ONE,
    address: INCIDENT,
    world: (world) =>
      cleanUp(world, (index) =>
        index < 210 ? 'gone' : index < 214 ? 'lost' : index < 222 ? 'sent' : 'planned',
      ),
    reach: seeIncident,
  },
  {
    id: 'incident-bulk-sending',
    views: ONE,
    address: INCIDENT,
    world: (world) => cleanUp(world, (index) => (index < 120 ? 'acknowledged' : 'planned')),
    reach: seeIncident,
  },
  {
    id: 'incident-bulk-reading',
    views: ONE,
    address: INCIDENT,
    world: (world) => cleanUp(world, (index) => (index < 60 ? 'gone' : 'acknowledged')),
    reach: seeIncident,
  },
  {
    id: 'incident-probe-refused',
    views: ONE,
    address: INCIDENT,
    world: (world) => alicesDevice(world, ['proven'], OVER),
    async reach(stage) {
      await stage.fill('[data-testid=probe-token]', 'flgrn_octi_tkn_FAKE')
      await stage.press('[data-testid=probe]')
      await stage.see('[data-testid=probe-refused]')
    },
  },
  {
    id: 'incident-probe-accepted',
    views: ONE,
    address: INCIDENT,
    world: (world) => {
      alicesDevice(world, ['proven'], OVER)
      world.incidents.refuses = false
    },
    async reach(stage) {
      await stage.fill('[data-testid=probe-token]', 'flgrn_octi_tkn_FAKE')
      await stage.press('[data-testid=probe]')
      await stage.see('[data-testid=probe-accepted]')
    },
  },
  {
    id: 'incident-report-failed',
    views: ONE,
    address: INCIDENT,
    world: (world) => {
      alicesDevice(world, ['proven'], OVER)
      world.failing.set('incidents.report', problem('keychain-locked'))
    },
    async reach(stage) {
      await stage.press('[data-testid=save-report]')
      await stage.see('[data-testid=problem]')
    },
  },
  {
    id: 'incident-unknown',
    views: ONE,
    address: '#/tokens/incident/nothing',
    reach: (stage) => stage.see('[data-testid=problem]'),
  },
  {
    id: 'incidents',
    views: LIST,
    address: '#/tokens/incident',
    world: (world) => {
      alicesDevice(world, ['proven'], { ...OVER, startedAt: NOW - 86_400_000 })
      cleanUp(world, (index) => (index < 140 ? 'gone' : 'failed'), { id: 'incident-2', phase: 'done' })
      alicesDevice(world, ['gone', 'sent', 'planned'], { id: 'incident-3', rehearsal: true })
    },
    reach: (stage) => stage.see('[data-testid=incident]'),
  },
  {
    id: 'incidents-none',
    views: LIST,
    address: '#/tokens/incident',
    reach: (stage) => stage.see('[data-testid=no-incidents]'),
  },
  { id: 'bulk', views: BULK, address: `#/tokens/users/${ALICE}`, reach: openBulk },
  { id: 'bulk-own', views: BULK, address: '#/tokens/mine', reach: openBulk },
  {
    id: 'bulk-unknowns',
    views: BULK,
    address: `#/tokens/users/${ALICE}`,
    world: (world) => {
      world.incidents.preview = {
        ...world.incidents.preview,
        unknowns: [
          { what: 'sessions', problem: problem('forbidden') },
          { what: 'connectors', problem: problem('forbidden') },
        ],
      }
    },
    reach: openBulk,
  },
  {
    id: 'bulk-many',
    views: BULK,
    address: '#/tokens/mine',
    async reach(stage) {
      await stage.see('[data-testid=revoke-all]')
      const holders = stage.world.people.filter(({ tokens }) => tokens.length > 0)
      stage.page.incidents.actions.openBulk(
        'cert',
        holders.map(({ user, tokens }) => ({ userId: user.id, tokenIds: tokens.map(({ id }) => id) })),
      )
      await stage.see('[data-testid=by-owner]')
    },
  },
  {
    id: 'bulk-failed',
    views: BULK,
    address: `#/tokens/users/${ALICE}`,
    world: (world) =>
      world.failing.set('incidents.preview', problem('timeout', 'No full answer within 20 s.')),
    async reach(stage) {
      await stage.press('[data-testid=revoke-all]')
      await stage.see('[data-dialog=bulk] [data-testid=problem]')
    },
  },
]
