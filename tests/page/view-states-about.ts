import type { ViewState } from './view-state.ts'
import { problem } from './world.ts'

const ABOUT = { views: ['route:settings/about'], address: '#/settings/about' }

/** What is new, and whose packages ship. */
export const ABOUT_STATES: readonly ViewState[] = [
  {
    ...ABOUT,
    id: 'settings-about-licence',
    async reach(stage) {
      await stage.press('[data-testid=packages] details:nth-child(2) summary')
      await stage.see('[data-testid=packages] details[open] div')
      await stage.press('[data-testid=packages] details:nth-child(7) summary')
    },
  },
  {
    ...ABOUT,
    id: 'settings-about-from-sources',
    world: (world) => {
      world.packages = []
    },
    reach: (stage) => stage.see('[data-testid=no-packages]'),
  },
  {
    ...ABOUT,
    id: 'settings-about-no-list',
    world: (world) =>
      world.failing.set('about.packages', problem('internal', 'The list of packages is missing.')),
    reach: (stage) => stage.see('[data-testid=problem]'),
  },
]
