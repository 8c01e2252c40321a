import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Connector, ConnectorsDelta, LogLine } from '#shared/contract/connectors.ts'
import { evidenceAt, standingOf } from '#shared/domain/connector.ts'
import { managerKey } from '../../electron/composer/secrets/private-key.ts'
import { testKey } from '../support/composer-rig.ts'
import { consoleRig, problemOf } from '../support/console-rig.ts'
import { startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'

/** The console's core on the OpenAEV side of the real local platform; the composer's side is spoken by hand. */
const SECOND = 1_000
const MINUTE = 60 * SECOND
const COMPOSER = 'aev-composer'

let platform: TestPlatform
let rig: ReturnType<typeof consoleRig>
let connectionId: string
const ends: (() => unknown)[] = []

beforeEach(async () => {
  platform = await startTestPlatform({ seed: 'none' })
  rig = consoleRig({ clock: platform.clock })
  connectionId = await rig.connect(platform.url, platform.platform.consoleToken.expose(), 'openaev')
})
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
  await rig.console.dispose()
  await platform.platform.stop()
})

async function send(method: string, path: string, body: object) {
  const response = await fetch(`${platform.url}/api/xtm-composer${path}`, {
    method,
    headers: {
      authorization: `Bearer ${platform.platform.consoleToken.expose()}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify(body),
  })
  expect(response.status).toBeLessThan(300)
}
const register = () =>
  send('POST', '/register', { id: COMPOSER, name: 'Composer', public_key: managerKey(testKey()).spki })
const report = (id: string, part: string, body: object, method = 'PUT') =>
  send(method, `/${COMPOSER}/connector-instances/${id}/${part}`, body)

/** Adds one as the platform's own page would. @returns its id */
async function add(name: string, image: string): Promise<string> {
  const { data, errors } = await platform.ask(
    'mutation ($input: AddManagedConnectorInput!) { managedConnectorAdd(input: $input) { id } }',
    {
      variables: {
        input: {
          name,
          user_id: 'none',
          automatic_user: true,
          catalog_id: 'openaev-catalog-id',
          manager_contract_image: image,
          manager_contract_configuration: [],
        },
      },
    },
  )
  if (errors) throw new Error(JSON.stringify(errors))
  return data.managedConnectorAdd.id
}
const addInjector = (name: string) => add(name, 'openaev/injector-http-query')

/** What the page has of the stream, by the connector's id. */
async function page() {
  const all = new Map<string, Connector>()
  const seen: { last: ConnectorsDelta | null } = { last: null }
  const stop = new AbortController()
  ends.push(() => stop.abort())
  const stream = await rig.client.connectors.watch({ connectionId }, { signal: stop.signal })
  void (async () => {
    for await (const delta of stream) {
      if (delta.whole) all.clear()
      for (const connector of delta.changed) all.set(connector.id, connector)
      for (const id of delta.gone) all.delete(id)
      seen.last = delta
    }
  })().catch(() => {})
  return { all, seen }
}

async function passUntil<Found>(
  what: string,
  look: () => Found | undefined | false | null,
  withinMs: number,
) {
  for (let passed = 0; passed <= withinMs; passed += SECOND) {
    for (let turn = 0; turn < 20; turn += 1) {
      const found = look()
      if (found) return found
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    await platform.clock.pass(SECOND)
  }
  throw new Error(`Not within ${withinMs / SECOND} s: ${what}`)
}

const standing = (connector: Connector) => standingOf(connector, platform.clock.now())

describe('the connection', () => {
  it('is told as both by a platform that is both, and is kept as what was chosen', async () => {
    const { kinds } = await rig.client.connections.probe({ url: platform.url, caPem: null, proxy: null })
    expect(kinds).toEqual(['opencti', 'openaev'])
    const kept = await rig.client.connections.test({ id: connectionId })
    expect(kept).toMatchObject({ kind: 'openaev', state: { phase: 'ready' } })
    expect(kept.state).toMatchObject({ identity: { version: expect.any(String) } })
  })

  it('does not take a token that is let in nowhere', async () => {
    const call = rig.connect(platform.url, '00000000-0000-4000-8000-000000000000', 'openaev')
    expect(await problemOf(call)).toMatchObject({ code: 'wrong-token' })
  })

  it('says of what OpenAEV does not tell that it does not', async () => {
    const asked = rig.client.tokens.users({ connectionId, search: '', after: null, first: 10 })
    expect(await problemOf(asked)).toEqual({ code: 'not-on-openaev', detail: null })
  })
})

describe('the list', () => {
  it('tells what is wanted and reported, and that nothing proves it', async () => {
    await register()
    const id = await addInjector('HTTP query')
    const collector = await add('Atomic', 'openaev/collector-atomic-red-team')
    const { all, seen } = await page()
    const first = await passUntil('it is listed', () => all.get(id), 15 * SECOND)
    expect(first).toMatchObject({
      name: 'HTTP query',
      type: 'INJECTOR',
      managed: true,
      requested: 'stopping',
    })
    expect(all.get(collector)).toMatchObject({ type: 'COLLECTOR', managed: true })
    expect(seen.last).toMatchObject({ managers: null, composerReachable: true, unseen: [], unreadable: 0 })
    expect(standing(first)).toBe('stopped')

    await rig.client.connectors.start({ connectionId, connectorId: id })
    expect(standing(all.get(id) as Connector)).toBe('starting')
    await report(id, 'status', { connector_instance_current_status: 'started' })
    await report(id, 'health-check', {
      connector_instance_restart_count: 1,
      connector_instance_started_at: new Date(platform.clock.now()).toISOString(),
      connector_instance_is_in_reboot_loop: false,
    })
    const started = await passUntil('health came', () => all.get(id)?.health && all.get(id), 15 * SECOND)
    expect(started.health).toMatchObject({ restarts: 1, at: null, inLoop: false })
    expect(evidenceAt(started)).toBeNull()
    expect(standing(started)).toBe('running')
    // Its wish is old and nothing is proven: it is not called silent, which OpenAEV would have no way to disprove.
    await passUntil('nothing proves it', () => standing(all.get(id) as Connector) === 'unproven', 5 * MINUTE)
  })

  it('a loop is told as one', async () => {
    await register()
    const id = await addInjector('HTTP query')
    const { all } = await page()
    await rig.client.connectors.start({ connectionId, connectorId: id })
    await report(id, 'status', { connector_instance_current_status: 'started' })
    await report(id, 'health-check', {
      connector_instance_restart_count: 7,
      connector_instance_started_at: new Date(platform.clock.now()).toISOString(),
      connector_instance_is_in_reboot_loop: true,
    })
    await passUntil(
      'the loop',
      () => all.get(id) && standing(all.get(id) as Connector) === 'reboot-loop',
      MINUTE,
    )
  })

  it('without a composer says so, and a platform that went keeps what was read', async () => {
    const id = await add('Atomic', 'openaev/collector-atomic-red-team').catch(() => null)
    // Its settings are sealed by the composer's key, so without one nothing can be added.
    expect(id).toBeNull()
    const { seen } = await page()
    await passUntil('it is read', () => seen.last?.phase === 'ready', 15 * SECOND)
    expect(seen.last?.composerReachable).toBe(false)
    await platform.platform.stop()
    await passUntil('it is told', () => seen.last?.phase === 'failed', 15 * SECOND)
    expect(seen.last?.problem?.code).toBe('refused')
  })
})

describe('start and stop', () => {
  it('are recorded before, carried out, and read back', async () => {
    await register()
    const id = await addInjector('HTTP query')
    await rig.client.connectors.start({ connectionId, connectorId: id })
    await rig.client.connectors.stop({ connectionId, connectorId: id })
    const records = rig.ledger().filter(({ action }) => String(action).startsWith('connector.'))
    expect(records).toMatchObject([
      { action: 'connector.start', phase: 'intent', connector: 'HTTP query', before: 'stopping' },
      { action: 'connector.start', phase: 'outcome', result: 'done', requested: 'starting' },
      { action: 'connector.stop', phase: 'intent', before: 'starting' },
      { action: 'connector.stop', phase: 'outcome', result: 'done' },
    ])
  })

  it('without a ledger nothing is sent', async () => {
    await register()
    const id = await addInjector('HTTP query')
    rig.breakLedger()
    const call = rig.client.connectors.start({ connectionId, connectorId: id })
    expect(await problemOf(call)).toMatchObject({ code: 'ledger-failed' })
    const { data } = await platform.ask('{ connectors { id manager_requested_status } }')
    const found = data.connectors.find((one: { id: string }) => one.id === id)
    expect(found.manager_requested_status).toBe('stopped')
  })

  it('a token that may only look is told so by the platform, and nothing is wanted', async () => {
    await register()
    const id = await addInjector('HTTP query')
    const demo = await startTestPlatform({ seed: 'demo' })
    ends.push(() => demo.platform.stop())
    const { plaintext_token } = await demo.generate(await demo.userIdOf('Alice'))
    connectionId = await rig.connect(demo.url, plaintext_token, 'openaev')
    const call = rig.client.connectors.start({ connectionId, connectorId: id })
    expect(await problemOf(call)).toMatchObject({ code: 'role-missing' })
    const { seen } = await page()
    await passUntil('it is told', () => seen.last?.phase === 'failed', 15 * SECOND)
    expect(seen.last?.problem?.code).toBe('role-missing')
  })
})

describe('logs', () => {
  it('come as the composer pushed them, without what looks like a secret', async () => {
    await register()
    const id = await addInjector('HTTP query')
    await report(
      id,
      'logs',
      { connector_instance_logs: ['first line', 'Authorization: Bearer abcdef0123456789abcdef'] },
      'POST',
    )
    const lines: LogLine[] = []
    const stop = new AbortController()
    ends.push(() => stop.abort())
    const stream = await rig.client.connectors.logs(
      { connectionId, connectorId: id },
      { signal: stop.signal },
    )
    void (async () => {
      for await (const delta of stream) lines.push(...delta.lines)
    })().catch(() => {})
    await passUntil('lines came', () => lines.length >= 2, 30 * SECOND)
    expect(lines.map(({ text }) => text)).toEqual([
      'first line',
      expect.not.stringContaining('abcdef0123456789'),
    ])
  })
})
