import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '#base/clock.ts'
import { ISSUED_TOKEN_PATTERN } from '#shared/domain/token.ts'
import { loadConfig } from '../../electron/composer/config/load.ts'
import { startEngine } from '../../electron/composer/engine/engine.ts'
import type { ConnectorSpec } from '../../electron/composer/engine/model.ts'
import { httpClient } from '../../electron/composer/platforms/http.ts'
import { openAevPlatform } from '../../electron/composer/platforms/openaev.ts'
import { openCtiPlatform } from '../../electron/composer/platforms/opencti.ts'
import { specifier } from '../../electron/composer/specification.ts'
import { MemoryOrchestrator } from '../support/composer-fakes.ts'
import { testKey } from '../support/composer-rig.ts'
import { startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'
import { until } from '../support/until.ts'

/** The composer's engine on the local platform over HTTP: the platform is no double here, the orchestrator is. */
type Kind = 'opencti' | 'openaev'

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const SECRETS = {
  opencti: {
    catalog: 'filigran-catalog-id',
    image: 'opencti/connector-alienvault',
    version: 2,
    key: 'ALIENVAULT_API_KEY',
    plain: 'ALIENVAULT_TLP',
    token: 'OPENCTI_TOKEN',
  },
  openaev: {
    catalog: 'openaev-catalog-id',
    image: 'openaev/injector-http-query',
    version: 1,
    key: 'HTTP_QUERY_PROXY_PASSWORD',
    plain: 'INJECTOR_LOG_LEVEL',
    token: 'OPENAEV_TOKEN',
  },
} as const

async function composerOn(platform: TestPlatform, kind: Kind, id = 'engine-1') {
  const { plaintext_token } = await platform.generate(undefined, 'DAYS_30', 'composer')
  const upper = kind.toUpperCase()
  const { config, problems } = loadConfig({
    folder: '/nonexistent',
    env: {
      MANAGER__ID: id,
      MANAGER__CREDENTIALS_KEY: testKey(),
      OPENCTI__ENABLE: String(kind === 'opencti'),
      OPENAEV__ENABLE: String(kind === 'openaev'),
      [`${upper}__URL`]: platform.url,
      [`${upper}__TOKEN`]: plaintext_token,
      [`${upper}__DAEMON__SELECTOR`]: 'docker',
    },
  })
  const access = config?.platforms[0]
  if (!config || !access) throw new Error(JSON.stringify(problems))
  const http = httpClient(access, access.settings, {})
  const orchestrator = new MemoryOrchestrator(() => systemClock.now())
  const specs = new Map<string, ConnectorSpec>()
  orchestrator.arrival = async (spec) => void specs.set(spec.connectorId, spec)
  const engine = startEngine({
    platform: kind === 'opencti' ? openCtiPlatform(http) : openAevPlatform(http, id),
    orchestrator,
    identity: { id, name: 'Engine', key: config.key },
    clock: systemClock,
    random: () => 0.5,
    emit: () => {},
    concurrency: 4,
    crashLoopRestarts: 10,
    specOf: specifier(config, access, {}),
    schedule: {
      executeMs: 50,
      pingMs: 100,
      logsMs: 50,
      healthMs: 50,
      pullDeadlineMs: 10_000,
      graceMs: 5_000,
    },
  })
  ends.push(() => engine.stop())
  const environment = (connectorId: string) =>
    Object.fromEntries(
      (specs.get(connectorId)?.environment ?? []).map(({ name, value }): [string, string] => [
        name,
        typeof value === 'string' ? value : value.expose(),
      ]),
    )
  return { engine, orchestrator, specs, environment }
}

async function added(platform: TestPlatform, kind: Kind): Promise<string> {
  const { catalog, image, key, plain } = SECRETS[kind]
  const { data, errors } = await platform.ask(
    'mutation ($input: AddManagedConnectorInput!) { managedConnectorAdd(input: $input) { id } }',
    {
      variables: {
        input: {
          name: `Tried on ${kind}`,
          user_id: 'none',
          automatic_user: true,
          catalog_id: catalog,
          manager_contract_image: image,
          manager_contract_configuration: [
            { key, value: 'fake=secret with ünicode' },
            { key: plain, value: kind === 'opencti' ? 'green' : 'debug' },
          ],
        },
      },
    },
  )
  if (errors) throw new Error(JSON.stringify(errors))
  return data.managedConnectorAdd.id
}

const look = async ({ ask }: TestPlatform, id: string) =>
  (
    await ask(`{ connector(id: "${id}") {
      manager_current_status manager_requested_status manager_connector_logs
      manager_health_metrics { restart_count is_in_reboot_loop } manager_contract_hash } }`)
  ).data.connector

const want = ({ ask }: TestPlatform, id: string, status: 'starting' | 'stopping') =>
  ask(`mutation { updateConnectorRequestedStatus(input: { id: "${id}", status: ${status} }) { id } }`)

describe.each(['opencti', 'openaev'] as const)('%s', (kind) => {
  const { key, plain, token, image, version } = SECRETS[kind]

  it('deploys, starts, reports, refreshes, stops and removes', async () => {
    const platform = await startTestPlatform({ clock: systemClock })
    ends.push(() => platform.platform.stop())
    const { engine, orchestrator, specs, environment } = await composerOn(platform, kind)
    await until('the composer is registered', () => engine.status().lifecycle.registered)
    const id = await added(platform, kind)
    // New ones are to be stopped: the object is there and does not run.
    await until('the container is there', () => orchestrator.objects.size === 1)
    expect(orchestrator.object(id).actual.state).toBe('stopped')
    expect(specs.get(id)?.image).toBe(`${image}:7.261101.0`)

    // The engine opened what the platform sealed, in the version of this protocol.
    const given = environment(id)
    expect(given[key]).toBe('fake=secret with ünicode')
    expect(given[plain]).toBe(kind === 'opencti' ? 'green' : 'debug')
    expect(given[token]).toMatch(ISSUED_TOKEN_PATTERN)
    const me = await platform.ask('{ me { name } }', { token: given[token] ?? '' })
    expect(me.data.me.name).toBe(`[C] Tried on ${kind}`)
    expect(version).toBe(kind === 'opencti' ? 2 : 1)

    await want(platform, id, 'starting')
    await until(
      'the start is reported',
      async () => (await look(platform, id)).manager_current_status === 'started',
    )
    orchestrator.object(id).lines.splice(0, 1, 'one', 'two')
    orchestrator.change(id, {}, { restartCount: 3 })
    await until(
      'the health arrives',
      async () => (await look(platform, id)).manager_health_metrics?.restart_count === 3,
    )
    const told = kind === 'opencti' ? ['one', 'two'] : ['one\ntwo']
    await until('the logs arrive', async () => {
      const { manager_connector_logs: logs } = await look(platform, id)
      return JSON.stringify(logs) === JSON.stringify(told)
    })

    // A reset is another hash, and another hash another container.
    const before = (await look(platform, id)).manager_contract_hash
    await platform.ask(`mutation { resetStateConnector(id: "${id}") { id } }`)
    await until('the container is replaced', () => orchestrator.count(`replace ${id}`) === 1)
    expect(specs.get(id)?.hash).not.toBe(before)
    expect(specs.get(id)?.hash).toBe((await look(platform, id)).manager_contract_hash)

    await want(platform, id, 'stopping')
    await until(
      'the stop is reported',
      async () => (await look(platform, id)).manager_current_status === 'stopped',
    )
    expect(orchestrator.object(id).actual.state).toBe('stopped')

    await platform.ask(`mutation { deleteConnector(id: "${id}") }`)
    // The last one of all is believed after three rounds.
    await until('the container is gone', () => orchestrator.objects.size === 0)
  })
})

it('each protocol has its own composer and its own connectors', async () => {
  const platform = await startTestPlatform({ clock: systemClock })
  ends.push(() => platform.platform.stop())
  const cti = await composerOn(platform, 'opencti', 'engine-1')
  const aev = await composerOn(platform, 'openaev', 'engine-2')
  await until('both composers are registered', () =>
    [cti, aev].every(({ engine }) => engine.status().lifecycle.registered),
  )
  const ids = [await added(platform, 'opencti'), await added(platform, 'openaev')]
  await until('each has one container', () =>
    [cti, aev].every(({ orchestrator }) => orchestrator.objects.size === 1),
  )
  expect([cti, aev].map(({ specs }) => [...specs.keys()])).toEqual(ids.map((id) => [id]))
})

it('a revoked token of a connector is replaced, and its container with it', async () => {
  const platform = await startTestPlatform({ clock: systemClock })
  ends.push(() => platform.platform.stop())
  const { engine, orchestrator, environment } = await composerOn(platform, 'opencti')
  await until('the composer is registered', () => engine.status().lifecycle.registered)
  const id = await added(platform, 'opencti')
  await until('the container is there', () => orchestrator.objects.size === 1)
  const first = environment(id).OPENCTI_TOKEN
  const { data } = await platform.ask(`{ connector(id: "${id}") { connector_user_id } }`)
  const userId = data.connector.connector_user_id
  const [token] = (await platform.ask(`{ user(id: "${userId}") { api_tokens { id } } }`)).data.user.api_tokens
  await platform.ask(`mutation { userAdminTokenRevoke(userId: "${userId}", id: "${token.id}") }`)
  await until('the container is replaced', () => orchestrator.count(`replace ${id}`) === 1)
  const second = environment(id).OPENCTI_TOKEN
  expect(second).not.toBe(first)
  expect((await platform.ask('{ me { id } }', { token: second ?? '' })).errors).toBeUndefined()
  expect((await platform.ask('{ me { id } }', { token: first ?? '' })).errors).toBeDefined()
})
