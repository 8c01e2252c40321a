import type { ViewState } from './view-state.ts'
import type { World } from './world.ts'

const SETTINGS = ['route:settings/policy']
const GENERATE = ['dialog:generate']

function withPolicy(world: World): void {
  const tokenPolicy = { maxLifetimeDays: 90, noUnlimited: true, namePattern: 'cert-*' }
  world.settings.set((before) => ({ ...before, tokenPolicy }))
}

/** What the organisation asks of its tokens, and what that does to a new one (T-15). */
export const POLICY_STATES: readonly ViewState[] = [
  {
    id: 'settings-policy',
    views: SETTINGS,
    address: '#/settings/policy',
    reach: (stage) => stage.see('[data-testid=policy-lifetime]'),
  },
  {
    id: 'settings-policy-chosen',
    views: SETTINGS,
    address: '#/settings/policy',
    world: withPolicy,
    reach: (stage) => stage.see('[data-testid=policy-naming]'),
  },
  {
    id: 'generate-policy',
    views: GENERATE,
    world: withPolicy,
    async reach(stage) {
      await stage.press('[data-testid=generate]')
      await stage.see('[data-testid=policy-line]')
      await stage.press('[data-testid=submit-generate]')
      await stage.see('[role=alert]')
    },
  },
]
