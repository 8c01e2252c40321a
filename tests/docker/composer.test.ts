import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type PlatformDouble, startPlatformDouble, TOKEN } from '../support/composer-platform.ts'
import { type ComposerRig, startTestComposer } from '../support/composer-rig.ts'
import { BASE_IMAGE, mayRunDocker, type PrivateEngine, startEngine } from '../support/dockerd.ts'
import { until } from '../support/until.ts'
import { conformanceImages } from './images.ts'

const MANAGER = 'test-manager'

/** The seed's scenarios and REL-5, with the whole composer on a real engine, which it finds by DOCKER_HOST (§9 q). */
describe.runIf(mayRunDocker('Composer'))('the composer on a Docker Engine', () => {
  let engine: PrivateEngine
  let images: Awaited<ReturnType<typeof conformanceImages>>
  let platform: PlatformDouble
  let rig: ComposerRig | null

  beforeAll(async () => {
    engine = await startEngine()
    process.env.DOCKER_HOST = engine.host
    images = await conformanceImages(engine.docker)
  })
  afterAll(async () => {
    delete process.env.DOCKER_HOST
    await engine?.dispose()
  })
  beforeEach(async () => {
    platform = await startPlatformDouble()
  })
  afterEach(async () => {
    await rig?.composer.stop()
    rig = null
    await platform.close()
    const all = await engine.docker.listContainers({ all: true })
    await Promise.all(all.map(({ Id }) => engine.docker.getContainer(Id).remove({ force: true })))
  })

  const begin = async (env: Record<string, string> = {}): Promise<ComposerRig> => {
    rig = await startTestComposer({
      OPENCTI__URL: platform.url,
      OPENCTI__DAEMON__SELECTOR: 'docker',
      ...env,
    })
    return rig
  }
  const containers = async (connectorId?: string) =>
    (await engine.docker.listContainers({ all: true })).filter(
      ({ Labels }) => !connectorId || Labels['opencti-connector-id'] === connectorId,
    )
  const running = (connectorId: string) =>
    until(`${connectorId} runs and the platform knows`, async () => {
      const [container] = await containers(connectorId)
      return (
        container?.State === 'running' &&
        platform.connectors.get(connectorId)?.current === 'started' &&
        container
      )
    })

  it('deploys, stops, starts, takes a new configuration, and removes (the seed’s scenarios)', async () => {
    platform.put({ id: 'a', name: 'My Connector', image: images.steadyImage })
    platform.put({ id: 'keep', image: images.steadyImage })
    await begin()
    const first = await running('a')
    expect(first.Names).toEqual(['/my-connector'])
    expect(first.Labels).toMatchObject({ 'opencti-manager': MANAGER, 'opencti-platform': 'opencti' })
    const { Config } = await engine.docker.getContainer(first.Id).inspect()
    expect(Config.Env).toContain('OPENCTI_CONFIG_HASH=hash-1')
    expect(Config.Env).toContain(`OPENCTI_URL=${platform.url}`)

    platform.put({ id: 'a', requested: 'stopping' })
    await until('it is stopped', () => platform.connectors.get('a')?.current === 'stopped')
    platform.put({ id: 'a', requested: 'starting' })
    await running('a')
    platform.put({ id: 'a', hash: 'hash-2', name: 'Renamed' })
    await until('the new configuration runs alone', async () => {
      const found = await containers('a')
      return (
        found.length === 1 && found[0]?.Labels['opencti-config-hash'] === 'hash-2' && found[0].Id !== first.Id
      )
    })
    await until('it has its name', async () => (await running('a')).Names.join() === '/renamed')
    platform.connectors.delete('a')
    await until('the orphan is gone', async () => (await containers('a')).length === 0)
    await running('keep')
  })

  it('tells health and logs of thirty connectors within 35 s and 15 s', async () => {
    const ids = Array.from({ length: 30 }, (_, at) => `c${at}`)
    for (const id of ids) {
      const configuration = [{ key: 'GREETING', value: id }]
      platform.put({ id, image: images.steadyImage, configuration })
    }
    const began = Date.now()
    await begin()
    await until(
      'all have told',
      () => [...platform.connectors.values()].every(({ health, logs }) => health && logs.length > 0),
      45_000,
    )
    for (const { id, logs, health, logsAt } of platform.connectors.values()) {
      expect(logs).toContain(`out [${id}] []`)
      expect(health).toMatchObject({ restartCount: 0, inRebootLoop: false })
      const [container] = await containers(id)
      const created = (container?.Created ?? 0) * 1000
      expect((logsAt ?? 0) - created).toBeLessThan(15_000)
      expect((health?.at ?? 0) - created).toBeLessThan(35_000)
    }
    console.log(`thirty connectors deployed and told within ${Date.now() - began} ms`)
  })

  it('reports a reboot loop, stops it, says why, and disturbs nobody (§9 m)', async () => {
    platform.put({ id: 'falling', image: images.fallingImage })
    platform.put({ id: 'fine', image: images.steadyImage })
    const { events } = await begin({ MANAGER__CRASH_LOOP_RESTARTS: '5' })
    await running('fine')
    await until(
      'the loop is reported',
      () => platform.connectors.get('falling')?.health?.inRebootLoop,
      45_000,
    )
    await until('it is given up', () => events.some(({ type }) => type === 'gave-up'), 50_000)
    await until('and stopped', async () => (await containers('falling'))[0]?.State === 'exited')
    await until('the platform knows why', () =>
      platform.connectors.get('falling')?.logs.some((line) => /crash loop, last exit code 3/.test(line)),
    )
    expect(platform.connectors.get('falling')?.current).toBe('stopped')
    await running('fine')
  }, 120_000)

  it('REL-5: an image that does not come, and a name that is taken, leave others and the old container alone', async () => {
    const foreign = await engine.docker.createContainer({
      name: 'taken',
      Image: BASE_IMAGE,
      Cmd: ['/bin/sleep', '900'],
    })
    await foreign.start()
    platform.put({ id: 'id-taken', name: 'taken', image: images.steadyImage })
    platform.put({ id: 'a', image: images.steadyImage })
    platform.put({ id: 'absent', image: images.missingImage })
    const { events } = await begin()
    const before = await running('a')
    expect((await running('id-taken')).Names).toEqual(['/taken-idtaken'])
    expect((await foreign.inspect()).State.Running).toBe(true)
    platform.put({ id: 'a', hash: 'hash-2', image: images.missingImage })
    await until('the refresh failed', () =>
      events.some(
        (event) => event.type === 'step-failed' && event.connectorId === 'a' && event.step === 'replace',
      ),
    )
    expect(await containers('a')).toMatchObject([{ Id: before.Id, State: 'running' }])
    await until('the platform reads it', () =>
      platform.connectors.get('absent')?.logs[0]?.includes('[composer] deploy failed'),
    )
  })

  it('REL-5, §9 j: a create that fails in a refresh keeps the old container; two of one name live side by side', async () => {
    platform.put({ id: 'aaaa-1', name: 'twin', image: images.steadyImage })
    platform.put({ id: 'bbbb-2', name: 'twin', image: images.steadyImage })
    const { events } = await begin()
    const [one, two] = [await running('aaaa-1'), await running('bbbb-2')]
    expect([one.Names[0], two.Names[0]].sort()).toEqual(['/twin', '/twin-bbbb2'])
    // The image arrives and cannot be started: its command does not exist.
    const broken = await engine.docker.createContainer({ Image: BASE_IMAGE, Cmd: ['/no/such/program'] })
    await broken.commit({
      repo: 'gatehouse-test/broken',
      tag: '1',
      changes: 'CMD ["/no/such/program"]',
    } as object)
    platform.put({ id: 'aaaa-1', hash: 'hash-2', image: 'gatehouse-test/broken:1' })
    await until('the refresh failed', () =>
      events.some((event) => event.type === 'step-failed' && event.connectorId === 'aaaa-1'),
    )
    expect(await containers('aaaa-1')).toMatchObject([{ Id: one.Id, State: 'running' }])
    expect(await containers('bbbb-2')).toMatchObject([{ Id: two.Id, State: 'running' }])
  })

  it('REL-5: secrets v1 and v2 arrive, a malformed one is refused by name and never deployed empty', async () => {
    await begin()
    await until('registered', () => platform.manager.publicKey)
    platform.put({
      id: 'good',
      image: images.steadyImage,
      configuration: [
        { key: 'GREETING', value: platform.encrypt('one=1', 1), encrypted: true },
        { key: 'EMPTY', value: platform.encrypt('two', 2), encrypted: true },
      ],
    })
    platform.put({
      id: 'bad',
      image: images.steadyImage,
      configuration: [{ key: 'API_KEY', value: 'bm9uc2Vuc2U=', encrypted: true }],
    })
    await running('good')
    await until('both are open', () => platform.connectors.get('good')?.logs.includes('out [one=1] [two]'))
    await until('the refusal is told', () =>
      platform.connectors.get('bad')?.logs[0]?.includes('deploy refused: API_KEY: unknown version'),
    )
    expect(await containers('bad')).toEqual([])
  })

  it('REL-5: an empty list removes nothing until three cycles agree; one removal is immediate', async () => {
    for (const id of ['a', 'b', 'c', 'd']) platform.put({ id, image: images.steadyImage })
    const { composer } = await begin()
    for (const id of ['a', 'b', 'c', 'd']) await running(id)
    platform.connectors.delete('a')
    await until('a is gone', async () => (await containers()).length === 3)
    const kept = new Map(platform.connectors)
    platform.connectors.clear()
    await until('the loss is held', () => composer.status()[0]?.removalsHeld.length === 3)
    for (const [id, connector] of kept) platform.connectors.set(id, connector)
    await until('the list is whole again', () => composer.status()[0]?.removalsHeld.length === 0)
    expect(await containers()).toHaveLength(3)
    platform.connectors.clear()
    await until('all are gone', async () => (await containers()).length === 0)
  })

  it('REL-5: the engine goes away in the middle and comes back; what was wanted meanwhile is done', async () => {
    platform.put({ id: 'a', image: images.steadyImage })
    const { composer } = await begin()
    await running('a')
    await engine.kill()
    await until('the fault is seen', () =>
      composer.status()[0]?.reconcile.problem?.startsWith('orchestrator'),
    )
    platform.put({ id: 'b', image: images.steadyImage })
    await engine.start()
    await running('b')
    await running('a')
    expect(composer.status()[0]?.reconcile.problem).toBeNull()
  })

  it('REL-5: 409, 422, 429, 500 and cut connections of the platform stop nothing for good', async () => {
    platform.put({ id: 'a', image: images.steadyImage })
    let turn = 0
    const answers = [409, 422, 429, 500, 'cut', 503, 200] as const
    platform.fault = (what) => {
      if (what === 'RegisterConnectorsManager' || what === 'GetVersion') return undefined
      const answer = answers[turn++ % answers.length]
      if (answer === 'cut') return 'cut'
      if (answer === 429) return { status: 429, body: '{}', headers: { 'retry-after': '1' } }
      return answer === 200 ? undefined : { status: answer ?? 500, body: 'not json' }
    }
    const { composer } = await begin()
    await until('it runs all the same', async () => (await containers('a'))[0]?.State === 'running', 50_000)
    expect(composer.status()[0]?.alive).toBe(true)
    expect(await containers('a')).toHaveLength(1)
  })

  it('serves OpenAEV beside OpenCTI, and neither takes the other’s away', async () => {
    const openaev = await startPlatformDouble()
    try {
      platform.put({ id: 'connector', image: images.steadyImage })
      openaev.put({ id: 'collector', name: 'Title-collector', image: images.steadyImage })
      openaev.put({ id: 'injector', image: images.steadyImage })
      await begin({
        OPENAEV__ENABLE: 'true',
        OPENAEV__URL: openaev.url,
        OPENAEV__TOKEN: TOKEN,
        OPENAEV__LOGS_SCHEDULE: '1',
        OPENAEV__DAEMON__SELECTOR: 'docker',
      })
      await running('connector')
      const told = () =>
        [...openaev.connectors.values()].every(({ health, current }) => health && current === 'started')
      await until('OpenAEV knows', told)
      expect(openaev.manager.publicKey).toContain('BEGIN PUBLIC KEY')
      expect((await containers('collector'))[0]?.Labels['opencti-platform']).toBe('openaev')
      openaev.connectors.delete('collector')
      await until('the orphan is gone', async () => (await containers('collector')).length === 0)
      expect(await containers()).toHaveLength(2)
    } finally {
      await rig?.composer.stop()
      rig = null
      await openaev.close()
    }
  })

  it('§9 j: cleans or takes over what a composer left that was killed in the middle of a replacement', async () => {
    for (const id of ['a', 'b']) platform.put({ id, image: images.steadyImage })
    await begin()
    await running('a')
    const old = await running('b')
    await rig?.composer.stop()
    for (const id of ['a', 'b']) {
      const { Config } = await engine.docker.getContainer((await containers(id))[0]?.Id ?? '').inspect()
      const next = await engine.docker.createContainer({
        name: `${id}-next-hash-2`,
        Image: images.steadyImage,
        Env: Config.Env,
        Labels: { ...Config.Labels, 'opencti-config-hash': 'hash-2' },
        HostConfig: { RestartPolicy: { Name: 'unless-stopped' } },
      })
      // Of b only the last name is missing.
      if (id === 'b') await next.start()
      platform.put({ id, hash: 'hash-2' })
    }
    await engine.docker.getContainer(old.Id).remove({ force: true })
    await begin()
    for (const id of ['a', 'b']) {
      await until(`${id} runs alone, under its name`, async () => {
        const found = await containers(id)
        const [one] = found
        const named =
          one?.Names.join() === `/connector-${id}` && one.Labels['opencti-config-hash'] === 'hash-2'
        return found.length === 1 && one?.State === 'running' && named
      })
    }
  })

  it('makes a container that somebody paused run again', async () => {
    platform.put({ id: 'a', image: images.steadyImage })
    await begin()
    const { Id } = await running('a')
    await engine.docker.getContainer(Id).pause()
    await until('it is seen', () => platform.connectors.get('a')?.current === 'stopped')
    await running('a')
  })

  it('hands over hostile secrets unharmed, and keeps them out of the log of a connector that prints them', async () => {
    await begin()
    await until('registered', () => platform.manager.publicKey)
    const hostile = 'line one\nline-two $HOME `id` "q" \'s\' \\n é 漢 🚪=='
    platform.put({
      id: 'a',
      image: images.steadyImage,
      configuration: [{ key: 'GREETING', value: platform.encrypt(hostile, 2), encrypted: true }],
    })
    platform.put({
      id: 'zero',
      image: images.steadyImage,
      configuration: [{ key: 'API_KEY', value: platform.encrypt('a\0b', 2), encrypted: true }],
    })
    const { Id } = await running('a')
    const { Config } = await engine.docker.getContainer(Id).inspect()
    expect(Config.Env).toContain(`GREETING=${hostile}`)
    const logs = () => platform.connectors.get('a')?.logs ?? []
    await until('it has printed it', () => logs().some((line) => line.startsWith('out [')))
    expect(logs().join('\n')).not.toMatch(/line one|line-two|漢/)
    await until('the other is refused', () =>
      platform.connectors.get('zero')?.logs[0]?.includes('API_KEY: holds a zero byte'),
    )
  })

  it('takes over what XTM Composer made, by its labels and the hash in the environment', async () => {
    const made = await engine.docker.createContainer({
      name: 'old-one',
      Image: images.steadyImage,
      Env: ['OPENCTI_CONFIG_HASH=hash-1', 'NO_VALUE', 'ODD=a=b'],
      Labels: { 'opencti-manager': MANAGER, 'opencti-connector-id': 'a' },
    })
    await made.start()
    platform.put({ id: 'a', name: 'old one', image: images.steadyImage })
    await begin()
    expect((await running('a')).Id).toBe(made.id)
    await until('two more cycles pass', () => platform.count('GetConnectors') > 4)
    expect(await containers('a')).toHaveLength(1)
  })
})
