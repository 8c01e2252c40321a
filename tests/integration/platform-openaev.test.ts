import { afterEach, expect, it } from 'vitest'
import { managerKey } from '../../electron/composer/secrets/private-key.ts'
import type { PlatformOptions } from '../../electron/local-platform/platform.ts'
import { testKey } from '../support/composer-rig.ts'
import { startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'

/** OpenAEV's routes for composers (opencti-api.md §6.1): real HTTP statuses, bounds, rights. */
const KEY = managerKey(testKey())
const HOUR = 3_600_000

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function started(options: Partial<PlatformOptions> = {}): Promise<TestPlatform> {
  const platform = await startTestPlatform(options)
  ends.push(() => platform.platform.stop())
  return platform
}

interface Sent {
  readonly token?: string | null
  readonly body?: unknown
  /** sent as it is */
  readonly raw?: string
}

async function send({ url, platform }: TestPlatform, method: string, path: string, sent: Sent = {}) {
  const { token = platform.consoleToken.expose(), body, raw } = sent
  const response = await fetch(`${url}/api${path}`, {
    method,
    headers: {
      ...(token === null ? {} : { authorization: `Bearer ${token}` }),
      ...(method === 'GET' ? {} : { 'content-type': 'application/json' }),
    },
    body: raw ?? (body === undefined ? undefined : JSON.stringify(body)),
  })
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    text: await response.text(),
  }
}

const register = (platform: TestPlatform, id = 'aev-1') =>
  send(platform, 'POST', '/xtm-composer/register', {
    body: { id, name: 'Composer', public_key: KEY.spki },
  })

async function injector(platform: TestPlatform): Promise<string> {
  const { data } = await platform.ask(
    `mutation { managedConnectorAdd(input: {
       name: "HTTP query", user_id: "none", automatic_user: true, catalog_id: "openaev-catalog-id",
       manager_contract_image: "openaev/injector-http-query", manager_contract_configuration: []
     }) { id } }`,
  )
  return data.managedConnectorAdd.id
}

it('the version is plain text, the composer registers, is refreshed and reachable for two hours', async () => {
  const platform = await started()
  expect(await send(platform, 'GET', '/settings/version')).toEqual({
    status: 200,
    type: 'text/plain; charset=utf-8',
    text: '7.261101.0',
  })
  const reachable = async () => (await send(platform, 'GET', '/xtm-composer/reachable')).text
  expect(await reachable()).toBe('false')
  expect((await register(platform)).text).toBe(
    '{"xtm_composer_id":"aev-1","xtm_composer_version":"7.261101.0"}',
  )
  expect(await reachable()).toBe('true')
  await platform.clock.pass(2 * HOUR)
  expect(await reachable()).toBe('false')
  expect((await send(platform, 'PUT', '/xtm-composer/aev-1/refresh-connectivity')).status).toBe(200)
  expect(await reachable()).toBe('true')
})

it('the newest registration wins, and the one before is told that it is not known', async () => {
  const platform = await started()
  await register(platform, 'aev-1')
  expect((await register(platform, 'aev 2/ä')).status).toBe(200)
  for (const path of ['/refresh-connectivity', '/connector-instances/x/status'])
    expect(await send(platform, 'PUT', `/xtm-composer/aev-1${path}`)).toMatchObject({
      status: 400,
      text: '{"message":"Invalid xtm-composer identifier"}',
    })
  const path = `/xtm-composer/${encodeURIComponent('aev 2/ä')}/connector-instances`
  expect(await send(platform, 'GET', path)).toMatchObject({ status: 200, text: '[]' })
})

it('an instance has the form that OpenAEV gives it', async () => {
  const platform = await started()
  await register(platform)
  const id = await injector(platform)
  const [instance] = JSON.parse((await send(platform, 'GET', '/xtm-composer/aev-1/connector-instances')).text)
  expect(instance).toEqual({
    connector_instance_id: id,
    connector_instance_name: `HTTP query-${id}`,
    connector_instance_hash: expect.any(String),
    connector_image: 'openaev/injector-http-query:7.261101.0',
    connector_instance_current_status: 'stopped',
    connector_instance_requested_status: 'stopping',
    connector_instance_configurations: expect.arrayContaining([
      {
        configuration_key: 'INJECTOR_ID',
        configuration_value: id,
        configuration_is_encrypted: false,
      },
      {
        configuration_key: 'OPENAEV_TOKEN',
        configuration_value: expect.any(String),
        configuration_is_encrypted: true,
      },
    ]),
  })
  // OpenCTI's composer gets to see none of it.
  const { data } = await platform.ask('{ connectorsForManagers { id } connectors { id connector_type } }')
  expect(data).toEqual({ connectorsForManagers: [], connectors: [{ id, connector_type: 'INJECTOR' }] })
})

it('asks for who it is and what they may', async () => {
  const platform = await started({ seed: 'demo' })
  await register(platform)
  const tokenOf = async (name: string) =>
    (await platform.generate(await platform.userIdOf(name))).plaintext_token
  const reader = await tokenOf('佐藤')
  const connector = await tokenOf('[C] MITRE')
  const status = async (token: string | null, method: string, path: string) =>
    (await send(platform, method, path, { token })).status
  const routes = [
    ['GET', '/settings/version', 200, 200],
    ['GET', '/xtm-composer/reachable', 200, 200],
    ['POST', '/xtm-composer/register', 403, 400],
    ['PUT', '/xtm-composer/aev-1/refresh-connectivity', 403, 200],
    ['GET', '/xtm-composer/aev-1/connector-instances', 403, 403],
    ['PUT', '/xtm-composer/aev-1/connector-instances/x/status', 403, 404],
    ['POST', '/xtm-composer/aev-1/connector-instances/x/logs', 403, 404],
    ['PUT', '/xtm-composer/aev-1/connector-instances/x/health-check', 403, 404],
  ] as const
  for (const [method, path, ofReader, ofConnector] of routes) {
    expect({ path, status: await status(null, method, path) }).toEqual({ path, status: 401 })
    expect({ path, status: await status(reader, method, path) }).toEqual({ path, status: ofReader })
    expect({ path, status: await status(connector, method, path) }).toEqual({ path, status: ofConnector })
  }
})

it('what is not as expected is refused and repeats nothing; a form of another site cannot write', async () => {
  const platform = await started()
  await register(platform)
  const id = await injector(platform)
  const instance = `/xtm-composer/aev-1/connector-instances/${id}`
  const put = (action: string, sent: Sent) => send(platform, 'PUT', `${instance}/${action}`, sent)
  for (const sent of [
    { body: { connector_instance_current_status: 'running-secret' } },
    { body: [] },
    { raw: '{secret' },
    { raw: '' },
  ]) {
    const answer = await put('status', sent)
    expect(answer.status).toBe(400)
    expect(answer.text).not.toContain('secret')
  }
  const health = {
    connector_instance_restart_count: 1,
    connector_instance_started_at: '2026-01-15T11:00:00Z',
    connector_instance_is_in_reboot_loop: false,
  }
  expect((await put('health-check', { body: health })).status).toBe(200)
  for (const wrong of [
    { connector_instance_restart_count: -1 },
    { connector_instance_restart_count: 1e300 },
    { connector_instance_started_at: 'soon' },
    { connector_instance_is_in_reboot_loop: 'no' },
  ])
    expect((await put('health-check', { body: { ...health, ...wrong } })).status).toBe(400)
  const large = { connector_instance_logs: ['x'.repeat(2_000_000)] }
  expect((await send(platform, 'POST', `${instance}/logs`, { body: large })).status).toBe(413)
  expect((await send(platform, 'DELETE', instance)).status).toBe(404)
  expect((await send(platform, 'GET', '/none')).status).toBe(404)
  expect((await send(platform, 'GET', '/xtm-composer/%E0%A4%A/connector-instances')).status).toBe(400)
  const form = await fetch(`${platform.url}/api/xtm-composer/register`, {
    method: 'POST',
    headers: { 'content-type': 'text/plain' },
    body: '{}',
  })
  expect(form.status).toBe(415)
})

it('a platform that stands for OpenCTI has none of it', async () => {
  const platform = await started({ as: 'opencti-7' })
  expect((await send(platform, 'GET', '/settings/version')).status).toBe(404)
  expect((await send(platform, 'POST', '/xtm-composer/register', { body: {} })).status).toBe(404)
})
