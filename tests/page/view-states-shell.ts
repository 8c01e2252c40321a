import type { Stage } from './stage.tsx'
import type { ViewState } from './view-state.ts'
import {
  changeConnection,
  changeStatus,
  identity,
  localConnection,
  NOW,
  problem,
  remoteConnection,
  type World,
} from './world.ts'

const MINE = ['route:tokens/mine']
const SETTINGS = (section: string) => [`route:settings/${section}`]

/** A fresh profile: only the platform that ships inside, in that state. */
function fresh(state: 'off' | 'starting' | 'restarting' | 'failed'): (world: World) => void {
  const lastLines = ['listening on 127.0.0.1:4000 failed: EADDRINUSE', 'exit code 1']
  return (world) => {
    world.settings.set((settings) => ({ ...settings, activeConnectionId: 'local' }))
    world.connections.set([localConnection({ state: { phase: 'untested' } })])
    changeStatus(world, {
      localPlatform:
        state === 'off'
          ? { state }
          : state === 'starting'
            ? { state, since: NOW - 1_500 }
            : state === 'restarting'
              ? { state, since: NOW - 9_000, nextAt: NOW + 8_000, lastLines }
              : { state, since: NOW - 60_000, lastLines },
    })
  }
}

function failed(code: Parameters<typeof problem>[0], detail: string | null, known: boolean) {
  return (world: World) =>
    changeConnection(world, 'cert', {
      state: {
        phase: 'failed',
        problem: problem(code, detail),
        checkedAt: NOW - 20_000,
        identity: known ? identity() : null,
      },
    })
}

async function probe(stage: Stage, address = 'https://cti.example.net'): Promise<void> {
  await stage.press('[data-testid=add-connection]')
  await stage.fill('[data-testid=address]', address)
  await stage.press('[data-testid=submit-connection]')
}

const CONNECTIONS = '#/settings/connections'
const ADD = ['dialog:add-connection']

export const SHELL_STATES: readonly ViewState[] = [
  ...(['off', 'starting', 'restarting', 'failed'] as const).map((state) => ({
    id: `first-run-${state}`,
    views: MINE,
    world: fresh(state),
    reach: (stage: Stage) => stage.see(`[data-testid=local-${state}]`),
  })),
  {
    id: 'first-run-ready',
    views: MINE,
    world: (world) => {
      world.settings.set((settings) => ({ ...settings, activeConnectionId: 'local' }))
      world.connections.set([localConnection()])
      const me = world.people[0]
      if (me) Object.assign(me, { tokens: [], revoked: [], sessions: [] })
    },
    reach: (stage) => stage.see('[data-testid=local-only]'),
  },
  {
    id: 'mishaps',
    views: MINE,
    world: (world) =>
      changeStatus(world, {
        mishaps: [
          { part: 'page', cause: 'crash', at: NOW - 4_000, tokenShown: true },
          { part: 'graphics', cause: 'crash', at: NOW - 60_000, tokenShown: false },
          { part: 'local-platform', cause: 'crash', at: NOW - 120_000, tokenShown: false },
          { part: 'composer', cause: 'crash', at: NOW - 180_000, tokenShown: false },
        ],
      }),
    reach: (stage) => stage.see('[data-testid=mishap-composer]'),
  },
  {
    id: 'mishap-frozen',
    views: MINE,
    world: (world) =>
      changeStatus(world, {
        mishaps: [{ part: 'page', cause: 'frozen', at: NOW - 4_000, tokenShown: false }],
      }),
    reach: (stage) => stage.see('[data-testid=mishap-page]'),
  },
  {
    id: 'waiting',
    views: MINE,
    world: (world) => world.hanging.add('settings.watch'),
    reach: (stage) => stage.see('[data-testid=waiting]'),
  },
  {
    id: 'connection-failed',
    views: MINE,
    world: failed('wrong-token', 'AUTH_REQUIRED', false),
    reach: (stage) => stage.see('[data-testid=connection-failed]'),
  },
  {
    id: 'connection-lost',
    views: MINE,
    async reach(stage) {
      await stage.see('[role=grid]')
      failed('refused', 'connect ECONNREFUSED 192.0.2.10:443', true)(stage.world)
      await stage.see('[data-testid=connection-failed]')
    },
  },
  {
    id: 'core-lost',
    views: MINE,
    async reach(stage) {
      await stage.see('[role=grid]')
      stage.world.link.set('closed')
      await stage.see('[data-testid=link-lost]')
    },
  },
  {
    id: 'core-silent',
    views: MINE,
    async reach(stage) {
      await stage.see('[role=grid]')
      stage.page.system.setState({ silent: true })
      await stage.see('[data-testid=link-silent]')
    },
  },
  {
    id: 'switcher',
    views: ['menu:switcher'],
    async reach(stage) {
      await stage.see('[role=grid]')
      await stage.press('[data-testid=switcher]')
      await stage.see('[role=menuitem]')
    },
  },
  {
    id: 'palette',
    views: ['dialog:palette'],
    async reach(stage) {
      await stage.see('[role=grid]')
      await stage.press('[data-testid=palette]')
      await stage.see('.mantine-Spotlight-action')
    },
  },
  {
    id: 'palette-nothing',
    views: ['dialog:palette'],
    async reach(stage) {
      await stage.see('[role=grid]')
      await stage.press('[data-testid=palette]')
      await stage.fill('.mantine-Spotlight-content input', 'nothing like this')
      await stage.see('.mantine-Spotlight-empty')
    },
  },
  {
    id: 'help',
    views: ['dialog:help'],
    async reach(stage) {
      await stage.see('[role=grid]')
      await stage.press('[data-testid=help]')
      await stage.see('[data-dialog=help]')
    },
  },
  {
    id: 'settings-notifications-browser',
    views: SETTINGS('notifications'),
    address: '#/settings/notifications',
    world: (world) => {
      world.info = { ...world.info, host: 'browser', canStartAtLogin: false }
    },
    reach: (stage) => stage.see('main h2'),
  },
  ...(['appearance', 'language', 'clipboard', 'notifications', 'local', 'keychain', 'about'] as const).map(
    (section) => ({
      id: `settings-${section}`,
      views: SETTINGS(section),
      address: `#/settings/${section}`,
      reach: (stage: Stage) => stage.see('main h2'),
    }),
  ),
  {
    id: 'settings-change-refused',
    views: SETTINGS('appearance'),
    address: '#/settings/appearance',
    world: (world) => world.failing.set('settings.change', problem('internal', 'SQLITE_FULL')),
    async reach(stage) {
      await stage.press('main input[value=auto]')
      await stage.see('[data-testid=problem]')
    },
  },
  {
    id: 'settings-local-failed',
    views: SETTINGS('local'),
    address: '#/settings/local',
    world: fresh('failed'),
    reach: (stage) => stage.see('main pre'),
  },
  {
    id: 'settings-local-restarting',
    views: SETTINGS('local'),
    address: '#/settings/local',
    world: fresh('restarting'),
    reach: (stage) => stage.see('main pre'),
  },
  ...(['missing', 'locked', 'denied', 'restarted'] as const).map((state) => ({
    id: `settings-keychain-${state}`,
    views: SETTINGS('keychain'),
    address: '#/settings/keychain',
    world: (world: World) =>
      changeStatus(world, {
        keychain: {
          state,
          backend: 'Secret Service',
          detail: 'Cannot autolaunch D-Bus without X11 $DISPLAY',
        },
        ledger: { state: 'ready', records: 214, keyPlace: 'file' },
      }),
    reach: (stage: Stage) => stage.see('[data-testid=problem]'),
  })),
  {
    id: 'settings-key-damaged',
    views: SETTINGS('keychain'),
    address: '#/settings/keychain',
    world: (world) =>
      changeStatus(world, {
        ledger: { state: 'ready', records: 214, keyPlace: 'file', damagedKey: 'keys/ledger.key' },
      }),
    reach: (stage) => stage.see('[data-testid=problem]'),
  },
  {
    id: 'settings-ledger-failed',
    views: SETTINGS('keychain'),
    address: '#/settings/keychain',
    world: (world) =>
      changeStatus(world, {
        ledger: { state: 'failed', problem: problem('ledger-failed', 'record 118 does not follow 117') },
      }),
    reach: (stage) => stage.see('[data-testid=problem]'),
  },
  {
    id: 'settings-connections',
    views: SETTINGS('connections'),
    address: CONNECTIONS,
    world: (world) =>
      world.connections.set((list) => [
        ...list,
        remoteConnection({
          id: 'lab',
          name: 'Lab',
          url: 'https://opencti.lab.example:8443',
          tokenPlace: 'session',
          proxy: 'http://proxy.example:3128',
          caPem: '-----BEGIN CERTIFICATE-----',
          state: {
            phase: 'failed',
            problem: problem('tls', 'DEPTH_ZERO_SELF_SIGNED_CERT: self-signed certificate'),
            checkedAt: NOW - 90_000,
            identity: null,
          },
        }),
        remoteConnection({ id: 'new', name: 'Being tested', state: { phase: 'testing' } }),
      ]),
    reach: (stage) => stage.see('[data-testid=connection]'),
  },
  {
    id: 'settings-connections-local-only',
    views: SETTINGS('connections'),
    address: CONNECTIONS,
    world: (world) => world.connections.set([localConnection()]),
    reach: (stage) => stage.see('[data-testid=connection]'),
  },
  {
    id: 'add-connection',
    views: ADD,
    address: CONNECTIONS,
    async reach(stage) {
      await stage.press('[data-testid=add-connection]')
      await stage.see('[data-testid=address]')
    },
  },
  {
    id: 'add-connection-bad-address',
    views: ADD,
    address: CONNECTIONS,
    async reach(stage) {
      await probe(stage, 'opencti example')
      await stage.see('[role=dialog] [data-testid=problem]')
    },
  },
  {
    id: 'add-connection-unreachable',
    views: ADD,
    address: CONNECTIONS,
    world: (world) =>
      world.failing.set('connections.probe', problem('dns', 'getaddrinfo ENOTFOUND cti.example.net')),
    async reach(stage) {
      await probe(stage)
      await stage.see('[role=dialog] [data-testid=problem]')
    },
  },
  {
    id: 'add-connection-probed',
    views: ADD,
    address: CONNECTIONS,
    async reach(stage) {
      await probe(stage)
      await stage.see('[data-testid=connection-token]')
    },
  },
  {
    id: 'add-connection-plain-http',
    views: ADD,
    address: CONNECTIONS,
    world: (world) => {
      world.failing.set('connections.probe', problem('plain-http'))
      changeStatus(world, { keychain: { state: 'missing', backend: 'Secret Service', detail: null } })
    },
    async reach(stage) {
      await probe(stage, 'http://cti.example.net')
    },
  },
  {
    id: 'add-connection-refused',
    views: ADD,
    address: CONNECTIONS,
    world: (world) => world.failing.set('connections.add', problem('wrong-token', 'AUTH_REQUIRED')),
    async reach(stage) {
      await probe(stage)
      await stage.fill('[data-testid=connection-token]', 'flgrn_octi_tkn_FAKE')
      await stage.press('[data-testid=submit-connection]')
      await stage.see('[role=dialog] [data-testid=problem]')
    },
  },
  ...(['rename-connection', 'new-connection-token', 'remove-connection'] as const).map((name) => ({
    id: name,
    views: [`dialog:${name}`],
    address: CONNECTIONS,
    async reach(stage: Stage) {
      await stage.press(`[data-testid=${name === 'new-connection-token' ? 'new-token' : name}]`)
      await stage.see(`[data-dialog=${name}]`)
    },
  })),
]
