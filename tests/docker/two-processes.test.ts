import { randomUUID } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { ensureBuilt } from '../../scripts/build-parts.ts'
import { type Command, Commands } from '../support/commands.ts'
import { testKey } from '../support/composer-rig.ts'
import { freePort, makeImage, mayRunDocker, type PrivateEngine, startEngine } from '../support/dockerd.ts'
import { TEST_CATALOG_ID, testCatalog } from '../support/test-catalog.ts'
import { until } from '../support/until.ts'
import { conformanceImages } from './images.ts'

/** `npm run platform` and `npm run composer -- --config FILE`, as docs/platform.md and docs/composer.md tell people to. */
describe.runIf(mayRunDocker('Platform and composer'))('two commands and a Docker Engine', () => {
  const folder = mkdtempSync(join(tmpdir(), 'gh-two-'))
  const adminToken = randomUUID()
  const secret = 'fake = sécret'
  let engine: PrivateEngine
  let images: { steady: string; falling: string; stubborn: string }
  let commands: Commands
  let platform: Command
  let url: string
  const spoken: Command[] = []

  beforeAll(async () => {
    await ensureBuilt('main')
    engine = await startEngine()
    commands = new Commands({ HOME: folder, DOCKER_HOST: engine.host })
    const { steadyImage, fallingImage } = await conformanceImages(engine.docker)
    // Deaf to the engine's request, so that a stop takes until the engine loses patience.
    const deaf = `trap '' TERM; while :; do sleep 0.2; done`
    const stubborn = await makeImage(engine.docker, 'gatehouse-test/stubborn:1', deaf)
    images = { steady: steadyImage, falling: fallingImage, stubborn }
    url = `http://127.0.0.1:${await freePort()}`
    platform = await startPlatform()
  }, 180_000)
  afterEach(async () => {
    for (const { id } of (await ask('{ connectors { id } }')).connectors) {
      await ask(`mutation { deleteConnector(id: "${id}") }`)
    }
    const left = await engine.docker.listContainers({ all: true })
    await Promise.all(left.map(({ Id }) => engine.docker.getContainer(Id).remove({ force: true })))
  })
  afterAll(async () => {
    commands?.endAll()
    await engine?.dispose()
    rmSync(folder, { recursive: true, force: true })
    for (const command of spoken) {
      expect(command.output()).not.toContain(adminToken)
      expect(command.output()).not.toContain(secret)
    }
  })

  const npmRun = (words: string[], env?: Record<string, string>): Command => {
    const command = commands.run('npm', ['run', '--silent', ...words], env)
    spoken.push(command)
    return command
  }
  const file = (name: string, content: unknown): string => {
    const path = join(folder, name)
    writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content), { mode: 0o600 })
    return path
  }
  const startPlatform = async (): Promise<Command> => {
    const contracts = Object.values(images).flatMap((image) =>
      testCatalog(image).contracts.map((contract) => ({ ...contract, slug: image, title: image })),
    )
    const catalog = { ...testCatalog(images.steady), contracts }
    const words = ['platform', '--', '--port', new URL(url).port, '--data', join(folder, 'data')]
    const started = npmRun(words, {
      APP__ADMIN__TOKEN: adminToken,
      APP__HEALTH_ACCESS_KEY: 'public',
      APP__CUSTOM_CATALOGS: file('catalog.json', catalog),
    })
    await until('the platform answers', async () => (await fetch(`${url}/health`)).ok, 60_000)
    return started
  }
  const ask = async (query: string, variables: object = {}) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${adminToken}` },
      body: JSON.stringify({ query, variables }),
    })
    // biome-ignore lint/suspicious/noExplicitAny: the shape is what each test is about
    const { data, errors } = (await response.json()) as { data: any; errors?: unknown }
    if (errors) throw new Error(JSON.stringify(errors))
    return data
  }
  const add = async (name: string, image: string): Promise<{ id: string; connector_user_id: string }> => {
    const input = {
      name,
      user_id: 'none',
      automatic_user: true,
      catalog_id: TEST_CATALOG_ID,
      manager_contract_image: image.replace(/:1$/, ''),
      manager_contract_configuration: [{ key: 'TEST_SECRET', value: secret }],
    }
    const { managedConnectorAdd } = await ask(
      'mutation ($input: AddManagedConnectorInput!) { managedConnectorAdd(input: $input) { id connector_user_id } }',
      { input },
    )
    return managedConnectorAdd
  }
  const want = (id: string, status: 'starting' | 'stopping') =>
    ask(`mutation { updateConnectorRequestedStatus(input: { id: "${id}", status: ${status} }) { id } }`)
  const look = async (id: string) =>
    (
      await ask(`{ connector(id: "${id}") { manager_current_status manager_connector_logs
        manager_health_metrics { restart_count is_in_reboot_loop } } }`)
    ).connector
  const containers = async (id: string) =>
    (await engine.docker.listContainers({ all: true })).filter(
      ({ Labels }) => Labels['opencti-connector-id'] === id,
    )
  /** As it stands in the documentation's first configuration, with periods of a second. */
  const configure = async (manager: object = {}): Promise<{ config: string; port: number }> => {
    const port = await freePort()
    const settings = {
      manager: {
        id: 'two-commands',
        credentials_key_filepath: file('composer.pem', testKey()),
        execute_schedule: 1,
        http: { port },
        logger: { path: join(folder, 'logs') },
        ...manager,
      },
      opencti: {
        url,
        // With the end of line that editors leave.
        token_file: file('token', `${adminToken}\n`),
        logs_schedule: 1,
        daemon: { selector: 'docker' },
      },
    }
    return { config: file('composer.json', settings), port }
  }
  const startComposer = async (manager: object = {}, as: 'npm' | 'service' = 'npm') => {
    const { config, port } = await configure(manager)
    const command =
      as === 'npm'
        ? npmRun(['composer', '--', '--config', config])
        : commands.run('node', ['scripts/composer.ts', '--config', config])
    if (as === 'service') spoken.push(command)
    const at = async (path: string) => fetch(`http://127.0.0.1:${port}${path}`)
    const ready = async () => (await at('/ready')).status === 200
    await until('the composer is ready', ready).catch((error: Error) => {
      throw new Error(`${error.message}\n${command.output()}`)
    })
    return { ...command, at, metrics: async () => (await at('/metrics')).text(), config }
  }

  it('deploys, starts, takes a new configuration, stops, removes; ends as asked and leaves what runs', async () => {
    const composer = await startComposer()
    expect(await ask('{ connectorManagers { active } }')).toEqual({ connectorManagers: [{ active: true }] })
    const { id, connector_user_id } = await add('From the command line', images.steady)
    const stays = await add('It stays', images.steady)
    await want(id, 'starting')
    await want(stays.id, 'starting')
    const told = await until('state, logs and health arrived', async () => {
      const now = await look(id)
      const whole = now.manager_connector_logs.length > 0 && now.manager_health_metrics
      return now.manager_current_status === 'started' && whole && now
    })
    expect(told.manager_connector_logs).toContain('out [hello] []')
    expect(told.manager_health_metrics).toEqual({ restart_count: 0, is_in_reboot_loop: false })
    const [first] = await containers(id)
    expect(first).toMatchObject({ State: 'running', Names: ['/from-the-command-line'] })

    const input = {
      id,
      name: 'from-the-command-line',
      title: 'From the command line',
      connector_user_id,
      manager_contract_configuration: [{ key: 'GREETING', value: 'good morning' }],
    }
    await ask(
      'mutation ($input: EditManagedConnectorInput!) { managedConnectorEdit(input: $input) { id } }',
      { input },
    )
    await until('the edited one runs alone and speaks', async () => {
      const found = await containers(id)
      const speaks = (await look(id)).manager_connector_logs.includes('out [good morning] []')
      return found.length === 1 && found[0]?.State === 'running' && found[0].Id !== first?.Id && speaks
    })

    await want(id, 'stopping')
    await until('its stop is told', async () => (await look(id)).manager_current_status === 'stopped')
    expect(await containers(id)).toMatchObject([{ State: 'exited' }])
    await ask(`mutation { deleteConnector(id: "${id}") }`)
    await until('the orphan is gone', async () => (await containers(id)).length === 0)

    expect((await composer.at('/health')).status).toBe(200)
    const metrics = await composer.metrics()
    for (const step of ['deploy', 'replace', 'stop', 'remove']) {
      const pattern = `_steps_total\\{platform="opencti",step="${step}",outcome="ok"\\} [1-9]`
      expect(metrics).toMatch(new RegExp(pattern))
    }
    expect(metrics).toContain('gatehouse_composer_connectors{platform="opencti",state="running"} 1')
    composer.signal('SIGTERM')
    await composer.code
    expect(composer.output()).toContain('"msg":"stopped"')
    // An update of the composer is no outage of the connectors.
    expect(await containers(stays.id)).toMatchObject([{ State: 'running' }])
  }, 120_000)

  it('reports a reboot loop, counts it in /metrics, and stops it', async () => {
    const composer = await startComposer({ crash_loop_restarts: 5 })
    const { id } = await add('Falling', images.falling)
    await want(id, 'starting')
    await until(
      'the loop is reported',
      async () => (await look(id)).manager_health_metrics?.is_in_reboot_loop,
      45_000,
    )
    await until('it is stopped', async () => (await containers(id))[0]?.State === 'exited', 50_000)
    await until('and the platform knows why', async () => {
      const { manager_connector_logs: logs, manager_current_status: status } = await look(id)
      return status === 'stopped' && logs.some((line: string) => /crash loop, last exit code 3/.test(line))
    })
    expect(await composer.metrics()).toContain(
      'gatehouse_composer_crash_loops_stopped_total{platform="opencti"} 1',
    )
    composer.signal('SIGINT')
    await composer.code
    expect(composer.output()).toContain('"msg":"stopped"')
  }, 120_000)

  it('lives on while the platform is away, says so, and finds it again', async () => {
    const composer = await startComposer()
    const { id } = await add('Patient', images.steady)
    await want(id, 'starting')
    await until('it runs', async () => (await look(id)).manager_current_status === 'started')
    // To npm alone, whose shell keeps it to itself.
    platform.signalAlone('SIGTERM')
    await platform.code
    await until('the loss is seen', async () => (await composer.at('/ready')).status === 503)
    expect((await composer.at('/health')).status).toBe(200)
    expect(composer.output()).toMatch(/ECONNREFUSED/)
    expect(await containers(id)).toMatchObject([{ State: 'running' }])
    platform = await startPlatform()
    await want(id, 'stopping')
    await until('its stop is told', async () => (await look(id)).manager_current_status === 'stopped')
    composer.signalAlone('SIGTERM')
    await composer.code
    expect(composer.output()).toContain('"msg":"stopped"')
  }, 120_000)

  it.each([
    ['REL-5: drains on SIGTERM in the middle of a step, which ends first', 30, 0, 'exited'],
    ['REL-5: ends with 1 when the grace is over before the step', 1, 1, 'running'],
  ])(
    '%s',
    async (_, shutdown_grace, code, state) => {
      const composer = await startComposer({ shutdown_grace }, 'service')
      const { id } = await add('Stubborn', images.stubborn)
      await want(id, 'starting')
      await until('it runs', async () => (await look(id)).manager_current_status === 'started')
      await want(id, 'stopping')
      await until('the stop is under way', async () =>
        (await composer.metrics()).includes('gatehouse_composer_steps_under_way{platform="opencti"} 1'),
      )
      composer.signal('SIGTERM')
      expect(await composer.code).toBe(code)
      expect(await containers(id)).toMatchObject([{ State: state }])
    },
    90_000,
  )

  it('--check names every problem at once, by its setting and without a value, and ends with 2', async () => {
    const usable = npmRun(['composer', '--', '--config', (await configure()).config, '--check'])
    expect(await usable.code).toBe(0)
    expect(usable.output()).toContain('The configuration is usable.')
    const wrong = file('wrong.json', {
      manager: { credentials_key_filepath: join(folder, 'no-such.pem'), execute_schedule: 'soon' },
      opencti: { url: 'not an address', token: '', daemon: { selector: 'nomad' } },
    })
    const check = npmRun(['composer', '--', '--config', wrong, '--check'])
    expect(await check.code).toBe(2)
    const named = check.output().matchAll(/^error: (\S+) /gm)
    expect([...named].map(([, setting]) => setting).sort()).toEqual([
      'manager.credentials_key_filepath',
      'manager.execute_schedule',
      'opencti.daemon.selector',
      'opencti.token',
      'opencti.url',
    ])
  })

  it('ends with 1 when its port is taken, and with 2 at a word it does not know', async () => {
    const { config, port } = await configure()
    const other = createServer()
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve))
    const taken = npmRun(['composer', '--', '--config', config])
    expect(await taken.code).toBe(1)
    expect(taken.output()).toMatch(/cannot start: .*EADDRINUSE/)
    await new Promise((resolve) => other.close(resolve))
    const unknown = npmRun(['composer', '--', '--konfig', config])
    expect(await unknown.code).toBe(2)
    expect(unknown.output()).toContain('Usage: composer')
  })

  it('keeps its log in a file too, without token or secret', () => {
    const today = new Date().toISOString().slice(0, 10)
    const log = readFileSync(join(folder, 'logs', `composer-${today}.log`), 'utf8')
    expect(log).toContain('"msg":"composer started"')
    expect(log).not.toContain(adminToken)
    expect(log).not.toContain(secret)
  })
})
