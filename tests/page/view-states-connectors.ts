import type { ComposerView } from '#shared/contract/composer.ts'
import type { Connector, ConnectorsDelta } from '#shared/contract/connectors.ts'
import { composerView } from './composer-world.ts'
import { connector, health, logLine, MITRE, manager, OTX, THREATS } from './connectors-world.ts'
import type { Stage } from './stage.tsx'
import type { ViewState } from './view-state.ts'
import { changeConnection, identity, NOW, problem, type World } from './world.ts'

const LIST = ['route:connectors']
const ONE = ['route:connectors/one']
const COMPOSER = ['route:settings/composer']
const ADDRESS = '#/connectors'
const grid = (stage: Stage) => stage.see('[data-testid=connector]')

function change(world: World, part: Partial<ConnectorsDelta>): void {
  world.connectors.set((before) => ({ ...before, delta: { ...before.delta, ...part } }))
}

function only(world: World, ...connectors: Connector[]): void {
  change(world, { changed: connectors })
}

function compose(world: World, part: Partial<ComposerView>): void {
  world.composer.set(composerView(part))
}

const ON = { ...composerView().settings, enabled: true, connectionId: 'cert' }
const PROGRESS = {
  registered: true,
  registrationProblem: null,
  lastContactAt: NOW - 20_000,
  cycles: 118,
  failedCycles: 2,
  lastHealthyCycleAt: NOW - 4_000,
  cycleProblem: null,
  wanted: 6,
  stepsUnderWay: 0,
  waitingForRetry: 0,
  removalsHeld: 0,
}
const READY: ComposerView['run'] & { state: 'ready' } = {
  state: 'ready',
  since: NOW - 3_600_000,
  silentSince: null,
  keyBits: 4096,
  keyFingerprint: 'q1Zr0sT5xk9mWb3uYvN7cAeF2hJ8LpD4RgKiOtXyU6E=',
  warnings: [],
}
const LINES = [
  '2026-09-22T08:29:11.010Z INFO composer started',
  '2026-09-22T08:29:12.330Z INFO registered with the platform platform="opencti" version="7.260915.0"',
  '2026-09-22T08:29:13.012Z INFO step done platform="opencti" step="deploy" name="mitre"',
]

export const CONNECTOR_STATES: readonly ViewState[] = [
  { id: 'connectors', views: LIST, address: ADDRESS, reach: grid },
  {
    id: 'connectors-loading',
    views: LIST,
    address: ADDRESS,
    world: (world) => world.hanging.add('connectors.watch'),
    reach: (stage) => stage.see('[data-testid=loading]'),
  },
  {
    id: 'connectors-first-run',
    views: LIST,
    address: ADDRESS,
    world(world) {
      world.settings.set((before) => ({ ...before, activeConnectionId: 'local' }))
      change(world, { changed: [], managers: [], owners: [] })
    },
    reach: (stage) => stage.see('[data-testid=run-on-docker]'),
  },
  {
    id: 'connectors-none-managed',
    views: LIST,
    address: ADDRESS,
    world(world) {
      const { changed } = world.connectors.get().delta
      change(world, { changed: changed.filter(({ managed }) => !managed), managers: [manager(NOW)] })
    },
    reach: (stage) => stage.see('[data-testid=first-run]'),
  },
  {
    id: 'connectors-old-platform',
    views: LIST,
    address: ADDRESS,
    world(world) {
      const { changed } = world.connectors.get().delta
      const unmanaged = changed.filter(({ managed }) => !managed)
      change(world, { changed: unmanaged, knowsManaged: false, managers: null, owners: null })
    },
    reach: (stage) => stage.see('[data-testid=old-platform]'),
  },
  {
    id: 'connectors-no-right',
    views: LIST,
    address: ADDRESS,
    world: (world) =>
      changeConnection(world, 'cert', {
        state: {
          phase: 'ready',
          identity: identity({ capabilities: ['KNOWLEDGE', 'APIACCESS_USETOKEN'] }),
          checkedAt: NOW - 12_000,
          latencyMs: 38,
        },
      }),
    reach: (stage) => stage.see('[data-testid=no-right]'),
  },
  {
    id: 'connectors-failed',
    views: LIST,
    address: ADDRESS,
    world: (world) =>
      change(world, {
        changed: [],
        phase: 'failed',
        readAt: null,
        problem: problem('timeout', 'No full answer within 20 s.'),
      }),
    reach: (stage) => stage.see('[data-testid=problem]'),
  },
  {
    id: 'connectors-failed-later',
    views: LIST,
    address: ADDRESS,
    world: (world) =>
      change(world, { phase: 'failed', readAt: NOW - 190_000, problem: problem('cut', 'socket hang up') }),
    reach: (stage) => stage.see('[data-testid=reading-failed]'),
  },
  {
    id: 'connectors-stale',
    views: LIST,
    address: ADDRESS,
    async reach(stage) {
      await grid(stage)
      await stage.advance(65_000)
      await stage.see('[data-testid=stale]')
    },
  },
  {
    id: 'connectors-offline',
    views: LIST,
    address: ADDRESS,
    async reach(stage) {
      await grid(stage)
      stage.world.link.set('closed')
      await stage.see('[data-testid=link-lost]')
    },
  },
  {
    id: 'connectors-partial',
    views: LIST,
    address: ADDRESS,
    world: (world) =>
      change(world, {
        unreadable: 2,
        managers: null,
        managersProblem: problem('forbidden', 'FORBIDDEN_ACCESS: You are not allowed to do this.'),
        owners: null,
      }),
    reach: (stage) => stage.see('[data-testid=unreadable]'),
  },
  {
    id: 'connectors-manager-silent',
    views: LIST,
    address: ADDRESS,
    world: (world) =>
      change(world, {
        managers: [manager(NOW, { active: false, lastPingAt: NOW - 26 * 60_000 })],
        changed: world.connectors
          .get()
          .delta.changed.map((one) =>
            one.health ? { ...one, health: { ...one.health, at: NOW - 26 * 60_000 } } : one,
          ),
      }),
    reach: (stage) => stage.see('[data-testid=manager-silent]'),
  },
  {
    id: 'connectors-no-match',
    views: LIST,
    address: ADDRESS,
    async reach(stage) {
      await grid(stage)
      await stage.fill('[data-testid=search]', 'no such connector')
      await stage.see('[data-testid=no-match]')
    },
  },
  {
    id: 'connectors-hostile',
    views: LIST,
    address: ADDRESS,
    world: (world) =>
      only(
        world,
        connector(NOW, {
          id: 'a',
          name: '<img src=x onerror=alert(1)>',
          image: '"><script>alert(1)</script>:1',
        }),
        connector(NOW, { id: 'b', name: 'abc\u202egnp.exe', owner: { id: 'o', name: '\u2066evil\u2069' } }),
        connector(NOW, { id: 'c', name: 'x'.repeat(4_000) }),
        connector(NOW, { id: '__proto__', name: '__proto__' }),
      ),
    reach: grid,
  },
  {
    id: 'connectors-thousand',
    views: LIST,
    address: ADDRESS,
    world: (world) =>
      only(
        world,
        ...Array.from({ length: 1_000 }, (_, index) =>
          connector(NOW, {
            id: `c${index}`,
            name: `Connector ${index}`,
            ...(index % 97 === 0 ? { reported: 'stopped' as const, health: null } : {}),
          }),
        ),
      ),
    reach: grid,
  },
  {
    id: 'connector',
    views: ONE,
    address: `${ADDRESS}/${MITRE}`,
    reach: (stage) => stage.see('[data-testid=log]'),
  },
  {
    id: 'connector-reboot-loop',
    views: ONE,
    address: `${ADDRESS}/${OTX}`,
    reach: (stage) => stage.see('[data-testid=trouble]'),
  },
  {
    id: 'connector-crash-loop-seen-here',
    views: ONE,
    address: `${ADDRESS}/${OTX}`,
    world(world) {
      const notice =
        '2026-09-22T08:29:40.000Z [composer] stopped after 10 restarts in a crash loop, last exit code 1; change its configuration, or stop and start it, to try again'
      change(world, {
        composerHere: true,
        changed: world.connectors.get().delta.changed.map((one) =>
          one.id === OTX
            ? {
                ...one,
                reported: 'stopped',
                observed: {
                  state: 'stopped',
                  reason: 'Exited (1) 20 seconds ago',
                  seenAt: NOW - 2_000,
                  health: health(NOW, { restarts: 10, inLoop: true, exitCode: 1, at: NOW - 4_000 }),
                  givenUp: true,
                  notice,
                },
              }
            : one,
        ),
      })
    },
    reach: (stage) => stage.see('[data-testid=trouble]'),
  },
  {
    id: 'connector-cause',
    views: ONE,
    address: `${ADDRESS}/${THREATS}`,
    reach: (stage) => stage.see('[data-testid=cause]'),
  },
  {
    id: 'connector-unmanaged',
    views: ONE,
    address: `${ADDRESS}/connector-siem`,
    reach: (stage) => stage.see('[data-testid=cause]'),
  },
  {
    id: 'connector-gone',
    views: ONE,
    address: `${ADDRESS}/nobody`,
    reach: (stage) => stage.see('[data-testid=connector-gone]'),
  },
  {
    id: 'connector-look-only',
    views: ONE,
    address: `${ADDRESS}/${MITRE}`,
    world: (world) =>
      changeConnection(world, 'cert', {
        state: {
          phase: 'ready',
          identity: identity({ capabilities: ['MODULES', 'APIACCESS_USETOKEN'] }),
          checkedAt: NOW - 12_000,
          latencyMs: 38,
        },
      }),
    reach: (stage) => stage.see('[data-testid=log]'),
  },
  {
    id: 'connector-log-search',
    views: ONE,
    address: `${ADDRESS}/${MITRE}`,
    async reach(stage) {
      await stage.see('[data-testid=log]')
      await stage.fill('[data-testid=search]', 'objects')
      await stage.see('mark')
      await stage.press('[data-testid=log-dates]')
    },
  },
  {
    id: 'connector-log-hostile',
    views: ONE,
    address: `${ADDRESS}/${MITRE}`,
    world: (world) =>
      world.connectors.set((before) => ({
        ...before,
        logs: new Map([
          [
            MITRE,
            [
              logLine(1, NOW - 5_000, '<img src=x onerror=alert(1)><script>alert(1)</script>'),
              logLine(2, NOW - 4_000, `${'x'.repeat(4_096)}… (+995904)`, { gap: true }),
              logLine(3, NOW - 3_000, 'שלום abc \ufffd def', { dated: false }),
            ],
          ],
        ]),
      })),
    reach: (stage) => stage.see('[data-testid=log]'),
  },
  {
    id: 'connector-log-failed',
    views: ONE,
    address: `${ADDRESS}/${MITRE}`,
    world: (world) =>
      world.connectors.set((before) => ({
        ...before,
        logs: new Map(),
        events: new Map(),
        logsProblem: problem('timeout', 'No full answer within 20 s.'),
      })),
    reach: (stage) => stage.see('[data-testid=log-failed]'),
  },
  {
    id: 'connector-start-failed',
    views: ONE,
    address: `${ADDRESS}/connector-atlas`,
    world: (world) => world.failing.set('connectors.start', problem('not-as-asked')),
    async reach(stage) {
      await stage.press('[data-testid=start]')
      await stage.see('[data-testid=problem]')
    },
  },
  {
    id: 'connector-started',
    views: [...ONE, 'notification'],
    address: `${ADDRESS}/connector-atlas`,
    async reach(stage) {
      await stage.press('[data-testid=start]')
      await stage.see('[data-testid=stop]')
    },
  },
  {
    id: 'connector-stop',
    views: ['dialog:stop-connector'],
    address: `${ADDRESS}/${MITRE}`,
    async reach(stage) {
      await stage.press('[data-testid=stop]')
      await stage.see('[data-testid=confirm-stop]')
    },
  },
  {
    id: 'connector-stop-failed',
    views: ['dialog:stop-connector'],
    address: `${ADDRESS}/${MITRE}`,
    world: (world) => world.failing.set('connectors.stop', problem('cut', 'socket hang up')),
    async reach(stage) {
      await stage.press('[data-testid=stop]')
      await stage.press('[data-testid=confirm-stop]')
      await stage.see('[data-testid=problem]')
    },
  },
  {
    id: 'composer-off',
    views: COMPOSER,
    address: '#/settings/composer',
    reach: (stage) => stage.see('[data-testid=composer-state]'),
  },
  {
    id: 'composer-no-docker',
    views: COMPOSER,
    address: '#/settings/composer',
    world: (world) => compose(world, { docker: [{ host: 'unix:///var/run/docker.sock', state: 'denied' }] }),
    reach: (stage) => stage.see('[data-testid=docker-places]'),
  },
  {
    id: 'composer-running',
    views: COMPOSER,
    address: '#/settings/composer',
    world: (world) =>
      compose(world, {
        settings: ON,
        run: READY,
        progress: PROGRESS,
        lastLines: LINES,
        secrets: { token: 'keychain', portainerKey: 'none', registryPassword: 'session' },
      }),
    reach: (stage) => stage.see('[data-testid=composer-state][data-state=ready]'),
  },
  {
    id: 'composer-trouble',
    views: COMPOSER,
    address: '#/settings/composer',
    world: (world) =>
      compose(world, {
        settings: ON,
        run: { ...READY, warnings: ['opencti.unsecured_certificate turns the check of the server off'] },
        progress: {
          ...PROGRESS,
          registered: false,
          registrationProblem:
            'Only one connector manager is supported per instance. The platform knows a manager with another id than "gatehouse-x1Yb0q9ZkLmN": set manager.id to that id, or stop the other composer and take its id over',
          cycleProblem: 'orchestrator: connect ENOENT /var/run/docker.sock',
          removalsHeld: 5,
        },
        lastLines: LINES,
      }),
    reach: (stage) => stage.see('[data-testid=take-over]'),
  },
  {
    id: 'composer-silent',
    views: COMPOSER,
    address: '#/settings/composer',
    world: (world) =>
      compose(world, {
        settings: ON,
        run: { ...READY, silentSince: NOW - 40_000 },
        progress: PROGRESS,
        lastLines: LINES,
      }),
    reach: (stage) => stage.see('[data-testid=composer-silent]'),
  },
  {
    id: 'composer-failed',
    views: COMPOSER,
    address: '#/settings/composer',
    world: (world) =>
      compose(world, {
        settings: { ...ON, orchestrator: 'portainer' },
        run: { state: 'failed', since: NOW - 8_000 },
        lastLines: ['bad-config: opencti.daemon.portainer.api is missing'],
      }),
    reach: (stage) => stage.see('[data-testid=composer-down]'),
  },
  {
    id: 'composer-waiting',
    views: COMPOSER,
    address: '#/settings/composer',
    world: (world) =>
      compose(world, {
        settings: { ...ON, orchestrator: 'kubernetes' },
        run: { state: 'waiting', problem: problem('keychain-locked') },
      }),
    reach: (stage) => stage.see('[data-testid=composer-waits]'),
  },
  {
    id: 'composer-save-failed',
    views: COMPOSER,
    address: '#/settings/composer',
    world: (world) => world.failing.set('composer.save', problem('ledger-failed')),
    async reach(stage) {
      await stage.press('[data-testid=save-composer]')
      await stage.see('[data-testid=problem]')
    },
  },
]
