import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { ComposerProgress, ObservedConnector, StartComposer } from '#base/composer-channel.ts'
import { Live } from '#base/live.ts'
import { ProblemError } from '#base/problem-error.ts'
import { Secret } from '#base/secret.ts'
import type { ComposerSettings } from '#shared/contract/composer.ts'
import { testKey } from '../../../tests/support/composer-rig.ts'
import { type MemorySecretStore, memorySecretStore } from '../../../tests/support/memory-secret-store.ts'
import { quietLogger } from '../../../tests/support/quiet-logger.ts'
import { configOf } from '../../composer/config/load.ts'
import { withBuiltIn } from '../../composer/config/sources.ts'
import { openConsoleDatabase } from '../database.ts'
import type { ActionLedger, LedgerAction, LedgerFacts } from '../ports/action-ledger.ts'
import { findDocker } from '../ports/docker-places.ts'
import { ComposerService, type RunningComposer } from './composer-service.ts'
import type { PlatformAccess } from './configuration.ts'
import { ComposerSettingsStore } from './settings-store.ts'

const FAKE_TOKEN = 'flgrn_octi_tkn_not-a-real-token'

let folder: string
let keychain: MemorySecretStore
let records: { action: string; facts: Record<string, unknown> }[]
let access: (id: string) => Promise<PlatformAccess>
let child: ReturnType<typeof playedComposer>
let service: ComposerService
let database: ReturnType<typeof openConsoleDatabase>

/** A process that the test plays. */
function playedComposer() {
  const started: StartComposer[] = []
  let asked = 0
  const state: RunningComposer['state'] = new Live({ state: 'off' })
  const report: RunningComposer['report'] = new Live({
    progress: null as ComposerProgress | null,
    connectors: new Map<string, ObservedConnector>() as ReadonlyMap<string, ObservedConnector>,
    silentSince: null as number | null,
  })
  return {
    started,
    get confirmed() {
      return asked
    },
    state,
    report,
    lastLines: [],
    async run(request: () => Promise<StartComposer>) {
      started.push(await request())
      state.set({ state: 'starting', since: 1 })
    },
    async stop() {
      state.set({ state: 'off' })
    },
    confirmRemovals() {
      asked += 1
    },
  }
}

function begin(): void {
  database = openConsoleDatabase(folder)
  child = playedComposer()
  service = new ComposerService({
    store: new ComposerSettingsStore(database, quietLogger().logger),
    secretStore: keychain,
    child,
    ledger: {
      begin: async (action: LedgerAction, facts: LedgerFacts) => {
        records.push({ action, facts })
        return { action, sequence: records.length }
      },
      end: () => {},
    } as unknown as ActionLedger,
    logger: quietLogger().logger,
    platform: 'linux',
    access: (id) => access(id),
    sealingKey: async () => Buffer.alloc(32, 5),
    makeKey: async () => new Secret(testKey()),
    findDocker: async () => [
      { host: 'unix:///denied.sock', state: 'denied' },
      { host: 'unix:///here.sock', state: 'ready' },
    ],
  })
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-composer-'))
  keychain = memorySecretStore()
  records = []
  access = async () => ({
    kind: 'opencti',
    url: 'http://127.0.0.1:4000',
    caPem: null,
    proxy: null,
    token: new Secret(FAKE_TOKEN),
  })
  begin()
})
afterEach(async () => {
  await service.dispose()
  database.close()
})

const save = (change: Partial<ComposerSettings>, secrets: Parameters<ComposerService['save']>[1] = {}) =>
  service.save({ ...service.current.settings, ...change }, secrets)
const last = () => child.started.at(-1) as StartComposer
/** What the composer itself makes of it. */
const config = () => configOf(withBuiltIn(last().settings), [])

describe('settings', () => {
  it('are off until turned on; one click runs the embedded platform’s connectors on the engine found here', async () => {
    await service.start()
    expect(child.started).toEqual([])
    expect(service.current).toMatchObject({ run: { state: 'off' }, settings: { connectionId: 'local' } })
    await save({ enabled: true })
    expect(last().dockerHost).toBe('unix:///here.sock')
    const { config: read, problems } = config()
    expect(problems).toEqual([])
    expect(read?.manager.id).toMatch(/^gatehouse-.{12}$/)
    // On loopback the connectors share this machine's network, so that they find the platform.
    expect(read?.platforms[0]?.settings.daemon).toMatchObject({
      selector: 'docker',
      docker: { network_mode: 'host' },
    })
    expect(read?.platforms[0]?.token.expose()).toBe(FAKE_TOKEN)
    expect(records).toMatchObject([{ action: 'composer.save', facts: { enabled: true, secretsChanged: [] } }])
  })

  it.each([
    ['swarm', { network: 'overlay' }, { swarm: { network: 'overlay' } }],
    ['kubernetes', { kubernetes: { context: 'c', namespace: 'n' } }, { kubernetes: { namespace: 'n' } }],
    [
      'portainer',
      { portainer: { url: 'https://portainer', environmentId: '3', caPem: null } },
      { portainer: { api: 'https://portainer', env_id: '3' } },
    ],
  ] as const)('of %s are ones that the composer takes', async (orchestrator, change, daemon) => {
    await save({ enabled: true, orchestrator, ...change } as never, {
      portainerKey: new Secret('not-a-real-key'),
    })
    const { config: read, problems } = config()
    expect(problems).toEqual([])
    expect(read?.platforms[0]?.settings.daemon).toMatchObject({ selector: orchestrator, ...daemon })
  })

  it('survive the next start, the key too; nothing of them is secret', async () => {
    await save({ enabled: true, managerId: 'mine' }, { registryPassword: new Secret('not-a-real-password') })
    const first = last().settings
    await service.dispose()
    database.close()
    begin()
    await service.start()
    expect(last().settings).toEqual(first)
    const bytes = ['console.sqlite', 'console.sqlite-wal']
      .map((file) => readFileSync(join(folder, file), 'latin1'))
      .join()
    expect(bytes).toContain('mine')
    for (const secret of ['not-a-real-password', FAKE_TOKEN, 'PRIVATE KEY'])
      expect(bytes).not.toContain(secret)
    expect(keychain.items.get('composer/registryPassword')).toBe('not-a-real-password')
  })
})

it('serves the platform that its connection is', async () => {
  const before = await access('any')
  access = async () => ({ ...before, kind: 'openaev' })
  await save({ enabled: true })
  expect(config().config?.platforms).toMatchObject([{ kind: 'openaev', url: 'http://127.0.0.1:4000' }])
})

describe('secrets', () => {
  it('stay in memory where the keychain takes none, are left alone when not typed, and can be forgotten', async () => {
    keychain.state = 'missing'
    await save({ enabled: true }, { token: new Secret('a-token-of-its-own') })
    expect(service.current.secrets.token).toBe('session')
    expect(config().config?.platforms[0]?.token.expose()).toBe('a-token-of-its-own')
    await save({ executeSeconds: 5 })
    expect(config().config?.platforms[0]?.token.expose()).toBe('a-token-of-its-own')
    await save({}, { token: null })
    expect(service.current.secrets.token).toBe('none')
    expect(config().config?.platforms[0]?.token.expose()).toBe(FAKE_TOKEN)
    expect(JSON.stringify(records)).not.toContain('a-token-of-its-own')
  })

  it('a locked keychain makes it wait with the reason, and it goes on when asked again', async () => {
    await save({ enabled: true }, { token: new Secret('a-token-of-its-own') })
    await service.dispose()
    database.close()
    keychain.state = 'locked'
    begin()
    await service.start()
    expect(service.current.run).toEqual({
      state: 'waiting',
      problem: { code: 'keychain-locked', detail: 'The keychain is locked' },
    })
    keychain.state = 'ready'
    await service.follow()
    expect(child.started).toHaveLength(1)
  })
})

describe('the process', () => {
  it('starts anew when what it was started with has changed, and only then', async () => {
    await save({ enabled: true })
    await service.follow()
    await service.follow()
    expect(child.started).toHaveLength(1)
    access = async () => ({
      kind: 'opencti',
      url: 'http://127.0.0.1:4001',
      caPem: null,
      proxy: null,
      token: new Secret(FAKE_TOKEN),
    })
    await service.follow()
    expect(child.started).toHaveLength(2)
    await service.restart()
    expect(child.started).toHaveLength(3)
    await save({ enabled: false })
    expect(service.current.run).toEqual({ state: 'off' })
  })

  it('waits for a connection that is not there, and comes with it', async () => {
    const there = access
    access = () => Promise.reject(new ProblemError('local-platform-down'))
    await save({ enabled: true })
    expect(service.current.run).toMatchObject({
      state: 'waiting',
      problem: { code: 'local-platform-down' },
    })
    access = there
    await service.follow()
    expect(child.started).toHaveLength(1)
  })

  it('confirms held removals after a record of which', async () => {
    child.report.set({
      progress: { removalsHeld: ['a', 'b'] } as never,
      connectors: new Map(),
      silentSince: null,
    })
    await service.confirmRemovals()
    expect(child.confirmed).toBe(1)
    expect(records.at(-1)).toMatchObject({
      action: 'composer.confirm-removals',
      facts: { connectorIds: ['a', 'b'] },
    })
    expect(service.current.progress?.removalsHeld).toBe(2)
  })
})

it('finds the engines of a machine, and tells those that do not answer', async () => {
  const home = mkdtempSync(join(tmpdir(), 'gh-h-'))
  const path = join(home, 'docker.sock')
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(path, resolve))
  const found = await findDocker({ platform: 'linux', home, env: { XDG_RUNTIME_DIR: home } })
  expect(found).toContainEqual({ host: `unix://${path}`, state: 'ready' })
  expect(found.map(({ host }) => host)).not.toContain(`unix://${home}/.colima/default/docker.sock`)
  const named = await findDocker({ platform: 'linux', home, env: { DOCKER_HOST: 'tcp://10.0.0.1:2375' } })
  expect(named[0]).toEqual({ host: 'tcp://10.0.0.1:2375', state: 'ready' })
  await new Promise((resolve) => server.close(resolve))
})
