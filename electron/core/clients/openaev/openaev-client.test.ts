import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, it } from 'vitest'
import { systemClock } from '#base/clock.ts'
import { Secret } from '#base/secret.ts'
import { RemoteError } from '../opencti/remote-error.ts'
import { Transport } from '../opencti/transport.ts'
import { OpenAevClient } from './openaev-client.ts'
import { OpenAevConnectors } from './openaev-connectors.ts'

/** A token as OpenAEV makes them, of zeros. */
const TOKEN = new Secret('00000000-0000-4000-8000-000000000000')
const INSTANCE = {
  connector_instance_id: 'instance-1',
  connector_instance_current_status: 'started',
  connector_instance_requested_status: 'starting',
}
const ends: (() => void)[] = []
afterEach(() => {
  for (const end of ends.splice(0)) end()
})

interface Asked {
  readonly what: string
  readonly authorization: string | undefined
  readonly body: string
}

/** A server that answers paths from a table: a status alone, or what it sends as JSON or as it is. */
async function openAev(table: Record<string, unknown>) {
  const asked: Asked[] = []
  const listener: RequestListener = async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const what = `${request.method} ${request.url}`
    asked.push({ what, authorization: request.headers.authorization, body })
    const answer = what in table ? table[what] : 404
    if (typeof answer === 'number') return response.writeHead(answer).end()
    if (answer instanceof Error)
      return response.writeHead(400).end(JSON.stringify({ message: answer.message }))
    response.setHeader('content-type', 'application/json')
    response.end(typeof answer === 'string' ? answer : JSON.stringify(answer))
  }
  const server: Server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const transport = new Transport({ url, caPem: null, proxy: null, clock: systemClock })
  ends.push(() => {
    transport.close()
    server.closeAllConnections()
    server.close()
  })
  return { client: new OpenAevClient(transport, TOKEN), anybody: new OpenAevClient(transport, null), asked }
}

async function failureOf(asking: Promise<unknown>): Promise<RemoteError> {
  const error = await asking.then(
    () => expect.fail('the request should have failed'),
    (caught: unknown) => caught,
  )
  expect(error).toBeInstanceOf(RemoteError)
  expect(JSON.stringify(error) + String(error)).not.toContain(TOKEN.expose())
  return error as RemoteError
}

describe('what it is', () => {
  it('a newer one is known by its public settings, asked as nobody', async () => {
    const { anybody, asked } = await openAev({
      'GET /api/settings/public': { platform_theme: 'dark', platform_lang: 'auto', auth_local_enable: true },
    })
    expect(await anybody.publicTitle()).toMatchObject({ title: 'OpenAEV' })
    expect(asked).toEqual([{ what: 'GET /api/settings/public', authorization: undefined, body: '' }])
  })

  it('an older one tells its name to anybody', async () => {
    const { anybody } = await openAev({
      'GET /api/settings': { platform_name: 'Red team', platform_lang: 'auto' },
    })
    expect(await anybody.publicTitle()).toMatchObject({ title: 'Red team' })
  })

  it.each([
    ['a page', { 'GET /api/settings/public': '<!doctype html><title>Welcome</title>' }],
    ['JSON of something else', { 'GET /api/settings/public': { lang: 'en' } }],
    ['a list', { 'GET /api/settings/public': [] }],
    ['a closed door', { 'GET /api/settings/public': 401, 'GET /api/settings': 401 }],
    ['nothing there', {}],
  ])('%s is no platform', async (_, table) => {
    const { anybody } = await openAev(table)
    expect((await failureOf(anybody.publicTitle())).code).toBe('not-a-platform')
  })

  it('one that fails is not called something else', async () => {
    const { anybody } = await openAev({ 'GET /api/settings/public': 503, 'GET /api/settings': 503 })
    expect(await failureOf(anybody.publicTitle())).toMatchObject({ code: 'http-status', httpStatus: 503 })
  })
})

describe('who is asked as', () => {
  const me = { user_id: 'u-1', user_email: 'ann@example.org', user_firstname: 'Ann', user_lastname: 'Lee' }

  it('takes names and version, and nothing else of settings that hold a secret', async () => {
    const { client, asked } = await openAev({
      'GET /api/me': { ...me, user_tokens: ['value-of-a-token'] },
      'GET /api/settings': {
        platform_name: 'Red team',
        platform_version: '3.1.0',
        xtm_hub_token: 'hub-secret',
      },
    })
    const { identity } = await client.identity()
    expect(identity).toMatchObject({
      userId: 'u-1',
      name: 'Ann Lee',
      platformTitle: 'Red team',
      version: '3.1.0',
    })
    expect(JSON.stringify(identity)).not.toMatch(/value-of-a-token|hub-secret/)
    expect(asked.map(({ what }) => what)).not.toContain('GET /api/me/tokens')
  })

  it.each([
    [401, 'wrong-token', 'no'],
    [403, 'role-missing', 'no'],
    [500, 'http-status', 'unknown'],
    [302, 'http-status', 'unknown'],
    ['<html>sign in</html>', 'not-a-platform', 'unknown'],
    ['{"user_id": ', 'platform-error', 'unknown'],
    [{ user_id: '' }, 'platform-error', 'unknown'],
    [{ ...me, user_capabilities: 'all' }, 'platform-error', 'unknown'],
  ])('%j is told as %s', async (answer, code, execution) => {
    const { client } = await openAev({ 'GET /api/me': answer })
    expect(await failureOf(client.identity())).toMatchObject({ code, execution })
  })
})

describe('connectors', () => {
  const collectors = 'GET /api/collectors?include_next=true'
  const injectors = 'GET /api/injectors?include_next=true'
  const executors = 'GET /api/executors?include_next=true'

  it('reads all kinds, in the words of older and newer ones', async () => {
    const { client } = await openAev({
      [collectors]: [
        {
          collector_id: 'c-1',
          collector_name: 'Sentinel',
          collector_external: true,
          collector_last_execution: '2026-09-22T08:00:00Z',
          connector_instance: {
            ...INSTANCE,
            connector_instance_restart_count: 2,
            connector_instance_started_at: '2026-09-22T07:00:00Z',
            connector_instance_is_in_reboot_loop: true,
          },
        },
      ],
      [injectors]: [{ injector_id: 'i-1', injector_name: 'Email', is_external: false, last_execution: null }],
      [executors]: [
        {
          executor_id: 'e-1',
          executor_name: ' ',
          executor_updated_at: 'never',
          connector_instance: INSTANCE,
        },
      ],
    })
    const { connectors, unseen, unreadable } = await new OpenAevConnectors(client).list()
    expect({ unseen, unreadable }).toEqual({ unseen: [], unreadable: 0 })
    expect(connectors).toMatchObject([
      {
        id: 'instance-1',
        title: 'Sentinel',
        type: 'COLLECTOR',
        managed: true,
        dated: false,
        currentStatus: 'started',
        requestedStatus: 'starting',
        lastSeenAt: Date.parse('2026-09-22T08:00:00Z'),
        health: { restarts: 2, startedAt: Date.parse('2026-09-22T07:00:00Z'), inLoop: true, at: null },
      },
      { id: 'i-1', title: 'Email', type: 'INJECTOR', managed: false, builtIn: true, lastSeenAt: null },
      { id: 'instance-1', title: 'e-1', type: 'EXECUTOR', managed: true, health: null, lastSeenAt: null },
    ])
  })

  it('names kinds that are kept from it, and one that cannot be read hides no other', async () => {
    const { client } = await openAev({
      [collectors]: [{ collector_id: 'c-1' }, { collector_id: 5 }, null, 'x', { injector_id: 'i' }],
      [injectors]: 403,
    })
    const { connectors, unseen, unreadable } = await new OpenAevConnectors(client).list()
    expect(connectors.map(({ id }) => id)).toEqual(['c-1'])
    expect({ unseen, unreadable }).toEqual({ unseen: ['injector', 'executor'], unreadable: 4 })
  })

  it('fails where it may see nothing, and where one kind fails for another reason', async () => {
    const closed = await openAev({ [collectors]: 403, [injectors]: 403, [executors]: 403 })
    expect((await failureOf(new OpenAevConnectors(closed.client).list())).code).toBe('role-missing')
    const broken = await openAev({ [collectors]: [], [injectors]: { content: [] }, [executors]: [] })
    expect((await failureOf(new OpenAevConnectors(broken.client).list())).code).toBe('platform-error')
  })

  it('sends what is wanted once, with an id that cannot leave its place in the address', async () => {
    const path = 'PUT /api/connector-instances/..%2F..%2Fme%3Fx/requested-status'
    const { client, asked } = await openAev({ [path]: { connector_instance_id: 'x' } })
    await client.request('../../me?x', 'stopping')
    expect(asked).toEqual([
      {
        what: path,
        authorization: `Bearer ${TOKEN.expose()}`,
        body: '{"connector_instance_requested_status":"stopping"}',
      },
    ])
  })

  it("repeats a refusal in the platform's words, and leaves open what a lost answer did", async () => {
    const path = 'PUT /api/connector-instances/one/requested-status'
    const refused = await openAev({ [path]: new Error('XTM Composer is not reachable') })
    expect(await failureOf(refused.client.request('one', 'starting'))).toMatchObject({
      code: 'platform-error',
      detail: 'XTM Composer is not reachable',
      execution: 'no',
    })
    const lost = await openAev({ [path]: 502 })
    expect((await failureOf(lost.client.request('one', 'starting'))).execution).toBe('unknown')
  })

  it('gives rows of a log oldest first, and null for an instance that is not there', async () => {
    const row = (text: string | null, at: string | null) => ({
      connector_instance_log: text,
      connector_instance_log_created_at: at,
    })
    const { client } = await openAev({
      'POST /api/connector-instances/one/logs/search': {
        content: [
          row('second', '2026-09-22T08:00:02Z'),
          row('first', '2026-09-22T08:00:01Z'),
          row(null, null),
        ],
      },
    })
    expect(await client.logs('one')).toEqual(['', 'first', 'second'])
    expect(await client.logs('nobody')).toBeNull()
  })

  it('tells lines once that several pushes repeat, and lines that are alike as often as they came', async () => {
    const push = (second: number, ...lines: string[]) => ({
      connector_instance_log: lines.join('\n'),
      connector_instance_log_created_at: `2026-09-22T08:00:0${second}Z`,
    })
    const { client } = await openAev({
      'POST /api/connector-instances/one/logs/search': {
        content: [push(3, 'c', 'd', 'e'), push(2, 'b', 'c', 'd'), push(1, 'a', 'b', 'c')],
      },
      'POST /api/connector-instances/two/logs/search': { content: [push(1, 'again'), push(2, 'again')] },
    })
    expect(await client.logs('one')).toEqual(['a', 'b', 'c', 'd', 'e'])
    expect(await client.logs('two')).toEqual(['again', 'again'])
  })
})
