import type { ViewState } from './view-state.ts'
import { problem } from './world.ts'

const LOCAL = { views: ['route:settings/local'], address: '#/settings/local' }
const DIAGNOSTICS = { views: ['route:settings/diagnostics'], address: '#/settings/diagnostics' }

/** What the embedded platform registers with, and who was refused at a platform. */
export const LOCAL_XTM_ONE_STATES: readonly ViewState[] = [
  {
    ...LOCAL,
    id: 'settings-xtm-one-own',
    world: (world) =>
      world.localXtmOne.set({
        mode: 'own',
        url: 'https://xtm-one.example.org',
        profile: 'current',
        hasToken: true,
      }),
    reach: (stage) => stage.see('[data-testid=xtm-one-url]'),
  },
  {
    ...LOCAL,
    id: 'settings-xtm-one-poc',
    async reach(stage) {
      await stage.press('[data-testid=xtm-one-mode-own]')
      await stage.press('[data-testid=xtm-one-profile-poc]')
      await stage.fill('[data-testid=xtm-one-url]', 'https://xtm-one.example.org')
      await stage.press('[data-testid=xtm-one-save]')
      await stage.see('.mantine-InputWrapper-error')
    },
  },
  {
    ...LOCAL,
    id: 'settings-xtm-one-refused',
    world: (world) => world.failing.set('registration.setLocal', problem('plain-http')),
    async reach(stage) {
      await stage.press('[data-testid=xtm-one-mode-own]')
      await stage.fill('[data-testid=xtm-one-url]', 'http://xtm-one.example.org')
      await stage.fill('[data-testid=xtm-one-token]', 'not-a-real-token')
      await stage.press('[data-testid=xtm-one-save]')
      await stage.see('[data-testid=problem]')
    },
  },
  {
    ...LOCAL,
    id: 'settings-xtm-one-saved',
    async reach(stage) {
      await stage.press('[data-testid=xtm-one-mode-off]')
      await stage.press('[data-testid=xtm-one-save]')
      await stage.see('[data-testid=xtm-one-save]:disabled')
    },
  },
  { ...DIAGNOSTICS, id: 'settings-diagnostics', reach: (stage) => stage.see('[data-testid=refused-source]') },
  {
    ...DIAGNOSTICS,
    id: 'settings-diagnostics-not-counted',
    world: (world) => {
      world.authFailures = null
    },
    reach: (stage) => stage.see('[data-testid=diagnostics-read]'),
  },
  {
    ...DIAGNOSTICS,
    id: 'settings-diagnostics-failed',
    world: (world) => world.failing.set('system.authFailures', problem('refused', 'ECONNREFUSED')),
    reach: (stage) => stage.see('[data-testid=problem]'),
  },
]
