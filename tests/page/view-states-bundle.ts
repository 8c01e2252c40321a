import type { Stage } from './stage.tsx'
import type { ViewState } from './view-state.ts'
import { problem } from './world.ts'

const BUNDLE = { views: ['dialog:bundle'], address: '#/settings/diagnostics' }

async function open(stage: Stage): Promise<void> {
  await stage.press('[data-testid=bundle-open]')
  await stage.see('[data-dialog=bundle]')
}

/** What is looked at before it is given away (S-10). */
export const BUNDLE_STATES: readonly ViewState[] = [
  {
    ...BUNDLE,
    id: 'bundle',
    async reach(stage) {
      await open(stage)
      await stage.see('[data-testid=bundle-logs]')
    },
  },
  {
    ...BUNDLE,
    id: 'bundle-read',
    async reach(stage) {
      await open(stage)
      await stage.press('[data-testid=bundle-logs] summary')
      await stage.press('[data-testid=bundle-save]')
      await stage.see('[data-testid=bundle-saved] *')
    },
  },
  {
    ...BUNDLE,
    id: 'bundle-part-failed',
    world: (world) => {
      world.bundle = { ...world.bundle, monitors: { failed: 'database disk image is malformed' } }
    },
    async reach(stage) {
      await open(stage)
      await stage.press('[data-testid=bundle-monitors] summary')
    },
  },
  {
    ...BUNDLE,
    id: 'bundle-gathering',
    world: (world) => world.hanging.add('diagnostics.make'),
    reach: open,
  },
  {
    ...BUNDLE,
    id: 'bundle-failed',
    world: (world) => world.failing.set('diagnostics.make', problem('internal')),
    async reach(stage) {
      await open(stage)
      await stage.see('[data-dialog=bundle] [data-testid=problem]')
    },
  },
]
