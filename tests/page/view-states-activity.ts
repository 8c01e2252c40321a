import type { Stage } from './stage.tsx'
import type { ViewState } from './view-state.ts'
import { changeConnection, changeStatus, localConnection, NOW, problem, type World } from './world.ts'

const ACTIVITY = ['route:activity']
const ENTRY = ['dialog:entry']
const EXPORT = ['dialog:export']
const address = '#/activity'

const seeGrid = (stage: Stage) => stage.see('[role=grid]')

async function openEntry(stage: Stage, row: number): Promise<void> {
  await stage.press(`[data-row="${row}"] [data-testid=entry]`)
  await stage.see('[data-dialog=entry]')
}

async function openExport(stage: Stage): Promise<void> {
  await seeGrid(stage)
  await stage.press('[data-testid=export]')
  await stage.see('[data-dialog=export]')
}

function breakLedger(world: World, why: 'changed' | 'missing' | 'cut' | 'unanchored'): void {
  world.activity.verdict = { state: 'broken', place: 57, why, checkedAt: NOW }
  changeStatus(world, { ledger: { state: 'ready', records: 214, keyPlace: 'keychain', brokenAt: 57 } })
}

export const ACTIVITY_STATES: readonly ViewState[] = [
  { id: 'activity', views: ACTIVITY, address, reach: seeGrid },
  {
    id: 'activity-first-run',
    views: ACTIVITY,
    address,
    world(world) {
      Object.assign(world.activity, {
        ledger: [],
        audit: [],
        verdict: { ...world.activity.verdict, records: 0 },
      })
      changeStatus(world, { ledger: { state: 'ready', records: 0, keyPlace: 'keychain' } })
    },
    reach: (stage) => stage.see('[data-testid=activity-empty]'),
  },
  {
    id: 'activity-loading',
    views: ACTIVITY,
    address,
    world: (world) => {
      for (const procedure of ['activity.ledger', 'activity.platform', 'activity.verify'] as const)
        world.hanging.add(procedure)
    },
    reach: (stage) => stage.see('[data-testid=loading]'),
  },
  {
    id: 'activity-platform-loading',
    views: ACTIVITY,
    address,
    world: (world) => world.hanging.add('activity.platform'),
    reach: seeGrid,
  },
  {
    id: 'activity-no-enterprise',
    views: ACTIVITY,
    address,
    world: (world) => Object.assign(world.activity, { audit: [], recording: false }),
    reach: (stage) => stage.see('[data-testid=no-enterprise]'),
  },
  {
    id: 'activity-no-right',
    views: ACTIVITY,
    address,
    world: (world) =>
      world.failing.set('activity.platform', problem('missing-capability', 'SETTINGS_SECURITYACTIVITY')),
    reach: (stage) => stage.see('[data-testid=no-right]'),
  },
  {
    id: 'activity-platform-failed',
    views: ACTIVITY,
    address,
    world: (world) =>
      world.failing.set('activity.platform', problem('timeout', 'No full answer within 15 s.')),
    reach: (stage) => stage.see('[data-testid=platform-failed]'),
  },
  {
    id: 'activity-offline',
    views: ACTIVITY,
    address,
    world: (world) =>
      changeConnection(world, 'cert', {
        state: { phase: 'failed', problem: problem('refused'), checkedAt: NOW, identity: null },
      }),
    reach: (stage) => stage.see('[data-testid=platform-offline]'),
  },
  {
    id: 'activity-local',
    views: ACTIVITY,
    address,
    world: (world) => {
      world.connections.set([
        localConnection({
          state: { phase: 'failed', problem: problem('local-platform-down'), checkedAt: NOW, identity: null },
        }),
      ])
    },
    reach: (stage) => stage.see('[data-testid=platform-offline]'),
  },
  ...(['changed', 'missing', 'cut', 'unanchored'] as const).map(
    (why): ViewState => ({
      id: `activity-broken-${why}`,
      views: ACTIVITY,
      address,
      world: (world) => breakLedger(world, why),
      reach: (stage) => stage.see('[data-testid=ledger-broken]'),
    }),
  ),
  {
    id: 'activity-unchecked',
    views: ACTIVITY,
    address,
    world: (world) => {
      world.activity.verdict = { state: 'whole', records: 214, unchecked: 202, checkedAt: NOW }
    },
    reach: (stage) => stage.see('[data-testid=ledger-unchecked]'),
  },
  {
    id: 'activity-ledger-failed',
    views: ACTIVITY,
    address,
    world(world) {
      const failure = problem('ledger-unreadable', 'database disk image is malformed')
      world.failing.set('activity.ledger', failure)
      world.failing.set('activity.verify', failure)
      changeStatus(world, {
        ledger: { state: 'failed', problem: problem('ledger-failed', 'database disk image is malformed') },
      })
    },
    reach: (stage) => stage.see('[data-testid=verify-failed]'),
  },
  {
    id: 'activity-no-match',
    views: ACTIVITY,
    address,
    async reach(stage) {
      await seeGrid(stage)
      await stage.fill('[data-testid=search]', 'no such thing')
      await stage.advance(300)
      await stage.see('[data-testid=no-match]')
    },
  },
  {
    id: 'activity-filtered-out',
    views: ACTIVITY,
    address,
    async reach(stage) {
      await seeGrid(stage)
      stage.page.activity.actions.choose({ kind: 'connector' })
      await stage.see('[data-testid=no-match]')
    },
  },
  {
    id: 'activity-hostile',
    views: ACTIVITY,
    address,
    world(world) {
      const [console, other] = world.activity.ledger
      const [platform] = world.activity.audit
      if (console) Object.assign(console, { object: `\u202egnirts ${'very long '.repeat(60)}`, actor: null })
      if (other)
        Object.assign(other, {
          action: null,
          at: null,
          actor: null,
          subject: null,
          object: null,
          lastFour: null,
        })
      if (platform) platform.message = `<img src=x onerror=alert(1)> \u2066${'ﷺ'.repeat(80)}`
    },
    reach: seeGrid,
  },
  { id: 'activity-entry', views: ENTRY, address, reach: (stage) => openEntry(stage, 2) },
  { id: 'activity-entry-platform', views: ENTRY, address, reach: (stage) => openEntry(stage, 1) },
  {
    id: 'activity-entry-interrupted',
    views: ENTRY,
    address,
    world: (world) => {
      world.activity.audit = []
    },
    reach: (stage) => openEntry(stage, 6),
  },
  {
    id: 'activity-export',
    views: EXPORT,
    address,
    async reach(stage) {
      await openExport(stage)
      await stage.press('[data-testid=save-ledger]')
      await stage.see('[data-testid=saved]:not(:empty)')
    },
  },
  {
    id: 'activity-export-failed',
    views: EXPORT,
    address,
    world(world) {
      for (const procedure of ['activity.publicKey', 'activity.exportLedger'] as const)
        world.failing.set(
          procedure,
          problem('keychain-locked', 'Cannot create an item in a locked collection'),
        )
    },
    async reach(stage) {
      await openExport(stage)
      await stage.see('[data-dialog=export] [data-testid=problem]')
    },
  },
]
