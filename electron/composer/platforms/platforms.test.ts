import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Secret } from '#base/secret.ts'
import { type PlatformDouble, startPlatformDouble, TOKEN } from '../../../tests/support/composer-platform.ts'
import { testKey } from '../../../tests/support/composer-rig.ts'
import { managerKey } from '../secrets/private-key.ts'
import { type HttpSettings, httpClient } from './http.ts'
import { openAevPlatform } from './openaev.ts'
import { openCtiPlatform } from './opencti.ts'
import type { Platform } from './platform.ts'
import { proxyFor } from './proxy.ts'

const never = new AbortController().signal
const identity = { id: 'manager 1', name: 'The manager', key: managerKey(testKey()) }
const settings: HttpSettings = {
  with_proxy: false,
  request_timeout: 2,
  connect_timeout: 1,
  unsecured_certificate: false,
}

let double: PlatformDouble
beforeEach(async () => {
  double = await startPlatformDouble()
})
afterEach(() => double.close())

const client = (
  kind: 'opencti' | 'openaev',
  changes: Partial<HttpSettings> = {},
  token = TOKEN,
): Platform => {
  const access = { url: double.url, token: new Secret(token) }
  const http = httpClient(access, { ...settings, ...changes }, {})
  return kind === 'opencti' ? openCtiPlatform(http) : openAevPlatform(http, identity.id)
}
const fill = (): void => {
  double.put({
    id: 'a',
    name: 'A',
    image: 'image:1',
    hash: 'h',
    current: 'healthy',
    configuration: [
      { key: 'PLAIN', value: 'x' },
      { key: 'SECRET', value: 'AgAA', encrypted: true },
      { key: 'NONE', value: null },
    ],
  })
}

describe.each(['opencti', 'openaev'] as const)('%s', (kind) => {
  it('registers, pings, lists, and reports status, logs and health', async () => {
    const platform = client(kind)
    expect(await platform.version(never)).toBe('7.260801.0')
    expect(await platform.register(identity, never)).toBe('7.260801.0')
    double.version = '7.260802.0'
    expect(await platform.ping(identity.id, never)).toBe('7.260802.0')
    fill()
    if (kind === 'openaev') double.put({ id: 'a', current: 'started' })
    const { connectors, unusable } = await platform.connectors(never)
    expect(unusable).toEqual([])
    expect(connectors).toEqual([
      {
        id: 'a',
        name: 'A',
        image: 'image:1',
        hash: 'h',
        requested: 'starting',
        reported: 'started',
        configuration: [
          { key: 'PLAIN', value: 'x', encrypted: false },
          { key: 'SECRET', value: 'AgAA', encrypted: true },
          { key: 'NONE', value: null, encrypted: false },
        ],
      },
    ])
    await platform.reportStatus('a', 'stopped', never)
    await platform.reportLogs('a', ['one', 'two', 'one'], never)
    const startedAt = Date.UTC(2026, 0, 2, 3, 4, 5)
    await platform.reportHealth('a', { restartCount: 4, startedAt, inRebootLoop: true }, never)
    const found = double.connectors.get('a')
    expect(found?.current).toBe('stopped')
    // OpenAEV takes a set: order and repeated lines only survive within one entry.
    expect(found?.logs).toEqual(kind === 'opencti' ? ['one', 'two', 'one'] : ['one\ntwo\none'])
    expect(found?.health).toMatchObject({
      restartCount: 4,
      startedAt: '2026-01-02T03:04:05.000Z',
      inRebootLoop: true,
    })
    expect(double.calls.map(({ what }) => what)).toEqual(
      kind === 'opencti'
        ? [
            'GetVersion',
            'RegisterConnectorsManager',
            'UpdateConnectorManagerStatus',
            'GetConnectors',
            'UpdateConnectorCurrentStatus',
            'ReportConnectorLogs',
            'UpdateConnectorHealth',
          ]
        : [
            'GET /settings/version',
            'POST /xtm-composer/register',
            'PUT /xtm-composer/manager%201/refresh-connectivity',
            'GET /xtm-composer/manager%201/connector-instances',
            'PUT /xtm-composer/manager%201/connector-instances/a/status',
            'POST /xtm-composer/manager%201/connector-instances/a/logs',
            'PUT /xtm-composer/manager%201/connector-instances/a/health-check',
          ],
    )
  })

  it('reads a new connector as stopping and never reported, and other words as stopped', async () => {
    const platform = client(kind)
    await platform.register(identity, never)
    double.put({ id: 'new', requested: 'stopped', current: null })
    double.put({ id: 'odd', requested: 'starting', current: 'exited' })
    expect((await platform.connectors(never)).connectors).toMatchObject([
      { id: 'new', requested: 'stopping', reported: null },
      { id: 'odd', requested: 'starting', reported: 'stopped' },
    ])
  })

  it.each([
    ['image', null, 'has no image'],
    ['image', '', 'has no image'],
    ['hash', null, 'has no hash'],
    ['configuration', null, 'has no configuration'],
  ] as const)(
    '§9 c: a connector with %s %j is set apart, the others are served',
    async (field, value, reason) => {
      const platform = client(kind)
      await platform.register(identity, never)
      double.put({ id: 'bad', name: 'Bad', [field]: value })
      double.put({ id: 'good' })
      const { connectors, unusable } = await platform.connectors(never)
      expect(connectors.map(({ id }) => id)).toEqual(['good'])
      expect(unusable).toEqual([{ id: 'bad', name: 'Bad', reason: expect.stringContaining(reason) }])
    },
  )

  it('tells a no from a fault, and never gives the token away', async () => {
    const platform = client(kind)
    await expect(client(kind, {}, 'flgrn_octi_tkn_wrong').register(identity, never)).rejects.toMatchObject({
      fault: 'refused',
    })
    const faults = [
      [{ status: 500, body: '<html>' }, 'unreachable'],
      [{ status: 429, body: '{}', headers: { 'retry-after': '7' } }, 'unreachable'],
      [{ status: 403, body: '{"message":"no right"}' }, 'refused'],
      [{ status: 302, body: '', headers: { location: 'http://127.0.0.1:1/' } }, 'refused'],
      [{ status: 200, body: 'not json' }, 'unreachable'],
      [{ status: 200, body: '{"data":null}' }, 'unreachable'],
      ['cut', 'unreachable'],
      ['hang', 'unreachable'],
    ] as const
    for (const [fault, kindOfFault] of faults) {
      double.fault = () => fault
      const error = await platform.connectors(never).then(
        () => null,
        (caught: Error) => caught,
      )
      expect(error).toMatchObject({ name: 'PlatformError', fault: kindOfFault })
      expect(JSON.stringify(error) + error?.message + error?.stack).not.toContain(TOKEN)
      if (typeof fault === 'object' && fault.status === 429)
        expect(error).toMatchObject({ retryAfterMs: 7000 })
    }
  })
})

it('takes GraphQL errors of any status for an answer, with the platform’s words', async () => {
  const platform = client('opencti')
  await platform.register(identity, never)
  const other = { ...identity, id: 'another' }
  await expect(platform.register(other, never)).rejects.toMatchObject({
    fault: 'refused',
    message: 'Only one connector manager is supported per instance',
  })
  double.fault = () => ({ status: 400, body: '{"errors":[{"message":"Cant find element to update"}]}' })
  await expect(platform.ping('x', never)).rejects.toMatchObject({ fault: 'refused' })
})

it('speaks to one tenant of OpenAEV by that tenant’s routes', async () => {
  double.tenant = 'red%20team'
  fill()
  await expect(client('openaev').register(identity, never)).rejects.toThrow('HTTP 4')
  const access = { url: double.url, token: new Secret(TOKEN) }
  const platform = openAevPlatform(httpClient(access, settings, {}), identity.id, 'red team')
  expect(await platform.version(never)).toBe('7.260801.0')
  await platform.register(identity, never)
  await platform.ping(identity.id, never)
  expect((await platform.connectors(never)).connectors).toHaveLength(1)
  await platform.reportStatus('a', 'started', never)
  await platform.reportLogs('a', ['x'], never)
  await platform.reportHealth('a', { restartCount: 0, startedAt: 1, inRebootLoop: false }, never)
  expect(double.connectors.get('a')).toMatchObject({ current: 'started', logs: ['x'], health: {} })
})

it('a server that drips its answer is late all the same, and one that asks to wait for years waits an hour', async () => {
  const drips: NodeJS.Timeout[] = []
  const server = createServer((_, response) => {
    response.writeHead(200)
    drips.push(setInterval(() => response.write(' '), 100))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const http = httpClient({ url, token: new Secret(TOKEN) }, { ...settings, request_timeout: 1 }, {})
  try {
    await expect(openCtiPlatform(http).version(never)).rejects.toMatchObject({
      fault: 'unreachable',
      message: 'no whole answer within 1 s',
    })
  } finally {
    drips.forEach(clearInterval)
    server.closeAllConnections()
    await new Promise((resolve) => server.close(resolve))
  }
  double.fault = () => ({ status: 429, body: '{}', headers: { 'retry-after': '99999999' } })
  await expect(client('opencti').version(never)).rejects.toMatchObject({ retryAfterMs: 3_600_000 })
}, 10_000)

it('goes through the proxy that is set, and around it for excepted hosts', async () => {
  const seen: string[] = []
  const proxy = createServer((request, response) => {
    seen.push(`${request.method} ${request.url} ${request.headers['proxy-authorization']}`)
    response.end(JSON.stringify({ data: { about: { version: 'by proxy' } } }))
  })
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
  const at = `http://user:p%40ss@127.0.0.1:${(proxy.address() as AddressInfo).port}`
  const through = { with_proxy: true, http_proxy: at }
  expect(await client('opencti', through).version(never)).toBe('by proxy')
  expect(seen).toEqual([`POST ${double.url}/graphql Basic ${Buffer.from('user:p@ss').toString('base64')}`])
  expect(await client('opencti', { ...through, no_proxy: '127.0.0.1' }).version(never)).toBe('7.260801.0')
  await new Promise((resolve) => proxy.close(resolve))
})

describe('which proxy', () => {
  const env = { HTTP_PROXY: 'http://env:1', https_proxy: 'env:2', NO_PROXY: '.internal, other.example:443' }
  it.each([
    ['http://p.example', { with_proxy: false, http_proxy: 'http://x:1' }, null],
    ['http://p.example', { with_proxy: true }, 'http://env:1'],
    ['https://p.example', { with_proxy: true }, 'http://env:2'],
    ['https://p.example', { with_proxy: true, http_proxy: 'http://x:1' }, null],
    ['https://p.example', { with_proxy: true, https_proxy: 'http://x:1' }, 'http://x:1'],
    ['https://a.internal', { with_proxy: true }, null],
    ['https://other.example', { with_proxy: true }, null],
    ['https://a.internal', { with_proxy: true, no_proxy: 'else' }, 'http://env:2'],
    ['https://a.internal', { with_proxy: true, no_proxy: '*' }, null],
  ])('%s with %j goes by %s', (url, given, expected) => {
    expect(proxyFor(url, given, env)).toBe(expected)
  })
})
