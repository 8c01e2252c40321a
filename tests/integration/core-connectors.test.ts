import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type {
  Connector,
  ConnectorEvent,
  ConnectorsDelta,
  LogLine,
  Owner,
} from '#shared/contract/connectors.ts'
import { evidenceAt, standingOf } from '#shared/domain/connector.ts'
import { causeOf } from '#shared/domain/connector-cause.ts'
import { managerKey } from '../../electron/composer/secrets/private-key.ts'
import { testKey } from '../support/composer-rig.ts'
import { consoleRig, problemOf } from '../support/console-rig.ts'
import { composerBy } from '../support/managed-connectors.ts'
import { startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'

/** The console's core against the real local platform, on one driven clock; the composer's side is spoken by hand. */
const SECOND = 1_000
const MINUTE = 60 * SECOND

let platform: TestPlatform
let rig: ReturnType<typeof consoleRig>
let connectionId: string
let composer: ReturnType<typeof composerBy>
const ends: (() => unknown)[] = []

beforeEach(async () => {
  platform = await startTestPlatform({ seed: 'none' })
  rig = consoleRig({ clock: platform.clock })
  connectionId = await rig.connect(platform.url, platform.platform.consoleToken.expose())
  composer = composerBy(async (query, variables = {}) => {
    const { data, errors } = await platform.ask(query, { variables })
    if (errors) throw new Error(JSON.stringify(errors))
    return data
  })
  await composer.register()
})
afterEach(async () => {
  for (const end of ends.splice(0)) await end()
  await rig.console.dispose()
  await platform.platform.stop()
})

/** The page's copy of a stream, kept as the page keeps it. */
async function page() {
  const all = new Map<string, Connector>()
  const seen: { last: ConnectorsDelta | null; owners: Owner[] | null; changed: number } = {
    last: null,
    owners: null,
    changed: 0,
  }
  const stop = new AbortController()
  ends.push(() => stop.abort())
  const stream = await rig.client.connectors.watch({ connectionId }, { signal: stop.signal })
  void (async () => {
    for await (const delta of stream) {
      if (delta.whole) all.clear()
      for (const connector of delta.changed) all.set(connector.id, connector)
      for (const id of delta.gone) all.delete(id)
      if (delta.owners !== undefined) seen.owners = delta.owners
      seen.changed += delta.changed.length
      seen.last = delta
    }
  })().catch(() => {})
  return { all, seen }
}

/** Lets the clock run in small steps, and answers come, until it is so. */
async function passUntil<Found>(
  what: string,
  look: () => Found | undefined | false | null,
  withinMs: number,
) {
  const step = withinMs > MINUTE ? 10 * SECOND : SECOND
  for (let passed = 0; passed <= withinMs; passed += step) {
    for (let turn = 0; turn < 20; turn += 1) {
      const found = look()
      if (found) return found
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
    await platform.clock.pass(step)
  }
  throw new Error(`Not within ${withinMs / SECOND} s: ${what}`)
}

const standing = (connector: Connector) => standingOf(connector, platform.clock.now())

describe('the list', () => {
  it('tells what is wanted, reported and proven, and a change within ten seconds', async () => {
    const id = await composer.add('OTX')
    const { all, seen } = await page()
    const first = await passUntil('it is listed', () => all.get(id), 15 * SECOND)
    expect(first).toMatchObject({ name: 'OTX', requested: 'stopping', reported: null, health: null })
    expect(standing(first)).toBe('stopped')
    expect(seen.last?.managers).toEqual([
      {
        id: 'manager-1',
        name: 'Test manager',
        version: expect.any(String),
        lastPingAt: expect.any(Number),
        active: true,
        key: { bits: 2048, fingerprint: managerKey(testKey()).fingerprint },
      },
    ])
    await rig.client.connectors.start({ connectionId, connectorId: id })
    expect(standing(all.get(id) as Connector)).toBe('starting')
    await composer.report(id, 'started')
    await composer.health(id, 0, platform.clock.now(), false)
    const running = await passUntil('it runs', () => all.get(id)?.health && all.get(id), 10 * SECOND)
    expect(standing(running)).toBe('running')
    expect(platform.clock.now() - (evidenceAt(running) ?? 0)).toBeLessThanOrEqual(10 * SECOND)
    // Nothing is heard for two minutes: it is said so, though the platform still says "started".
    await passUntil('it falls silent', () => standing(all.get(id) as Connector) === 'silent', 3 * MINUTE)
  })

  it('sends what changed and nothing else', async () => {
    const ids: string[] = []
    for (let count = 0; count < 5; count += 1) ids.push(await composer.add(`OTX ${count}`))
    const { all, seen } = await page()
    await passUntil('all are listed', () => all.size === 5, 15 * SECOND)
    const before = seen.changed
    await composer.report(ids[2] as string, 'started')
    await passUntil('the change came', () => all.get(ids[2] as string)?.reported === 'started', 15 * SECOND)
    expect(seen.changed - before).toBe(1)
    await platform.ask('mutation ($id: ID!) { deleteConnector(id: $id) }', { variables: { id: ids[0] } })
    await passUntil('the removal came', () => all.size === 4, 15 * SECOND)
  })

  it('keeps what it read, with its age, when the platform fails', async () => {
    const id = await composer.add('OTX')
    const { all, seen } = await page()
    await passUntil('it is listed', () => all.get(id), 15 * SECOND)
    const { readAt } = seen.last as ConnectorsDelta
    await platform.platform.stop()
    await passUntil('it is told', () => seen.last?.phase === 'failed', 15 * SECOND)
    expect(seen.last).toMatchObject({ problem: { code: 'refused' }, readAt })
    expect(all.get(id)).toBeDefined()
  })

  it('names the missing right, for looking and for changing', async () => {
    const demo = await startTestPlatform({ seed: 'demo' })
    ends.push(() => demo.platform.stop())
    const { plaintext_token } = await demo.generate(await demo.userIdOf('Alice'))
    connectionId = await rig.connect(demo.url, plaintext_token)
    const { seen } = await page()
    await passUntil('it is told', () => seen.last?.phase === 'failed', 15 * SECOND)
    expect(seen.last?.problem).toEqual({ code: 'missing-capability', detail: 'MODULES' })
    const call = rig.client.connectors.start({ connectionId, connectorId: 'any' })
    expect(await problemOf(call)).toEqual({ code: 'missing-capability', detail: 'MODULES_MODMANAGE' })
  })
})

describe('start and stop', () => {
  it('are recorded before, carried out, and read back', async () => {
    const id = await composer.add('OTX')
    await rig.client.connectors.start({ connectionId, connectorId: id })
    await rig.client.connectors.stop({ connectionId, connectorId: id })
    const records = rig.ledger().filter(({ action }) => String(action).startsWith('connector.'))
    expect(records).toMatchObject([
      { action: 'connector.start', phase: 'intent', connector: 'OTX', before: 'stopping' },
      { action: 'connector.start', phase: 'outcome', result: 'done', requested: 'starting' },
      { action: 'connector.stop', phase: 'intent', before: 'starting' },
      { action: 'connector.stop', phase: 'outcome', result: 'done' },
    ])
  })

  it('of a connector that is not there says so, and without a ledger nothing is sent', async () => {
    const gone = rig.client.connectors.start({ connectionId, connectorId: 'nobody' })
    expect(await problemOf(gone)).toMatchObject({ code: 'connector-not-found' })
    const id = await composer.add('OTX')
    rig.breakLedger()
    const call = rig.client.connectors.start({ connectionId, connectorId: id })
    expect(await problemOf(call)).toMatchObject({ code: 'ledger-failed' })
    const { data } = await platform.ask('{ connectors { id manager_requested_status } }')
    expect(data.connectors.find((one: { id: string }) => one.id === id).manager_requested_status).toBe(
      'stopped',
    )
  })
})

describe('loops', () => {
  it('a reboot loop is told while it spins, and remembered as a crash loop when it was stopped', async () => {
    const id = await composer.add('OTX')
    const { all } = await page()
    await rig.client.connectors.start({ connectionId, connectorId: id })
    await composer.report(id, 'started')
    await composer.health(id, 5, platform.clock.now(), true)
    await passUntil(
      'the loop is told',
      () => all.get(id) && standing(all.get(id) as Connector) === 'reboot-loop',
      10 * SECOND,
    )
    await composer.report(id, 'stopped')
    await passUntil(
      'it is a crash loop',
      () => standing(all.get(id) as Connector) === 'crash-loop',
      10 * SECOND,
    )
    // The platform forgets health after five minutes; the console does not forget what it means.
    await passUntil('the health is gone', () => all.get(id)?.health === null, 6 * MINUTE)
    expect(standing(all.get(id) as Connector)).toBe('crash-loop')
    await rig.client.connectors.stop({ connectionId, connectorId: id })
    expect(standing(all.get(id) as Connector)).toBe('stopped')
  })
})

async function timeline(connectorId: string): Promise<ConnectorEvent[]> {
  const reader = await rig.client.connectors.timeline({ connectionId, connectorId })
  const { value } = await reader.next()
  await reader.return?.()
  return value as ConnectorEvent[]
}

it('the timeline tells what happened between which readings, also over a restart of the console', async () => {
  const id = await composer.add('OTX')
  await rig.client.connectors.refresh({ connectionId })
  await platform.clock.pass(30 * SECOND)
  await rig.client.connectors.start({ connectionId, connectorId: id })
  await composer.report(id, 'started')
  await composer.health(id, 0, platform.clock.now(), false)
  await rig.client.connectors.refresh({ connectionId })
  for (const restarts of [1, 3, 4]) {
    await composer.health(id, restarts, platform.clock.now(), restarts > 3)
    await rig.client.connectors.refresh({ connectionId })
  }
  const events = await timeline(id)
  expect(events.map(({ what }) => what)).toEqual([
    { kind: 'first-seen' },
    { kind: 'requested', from: 'stopping', to: 'starting' },
    { kind: 'reported', from: null, to: 'started' },
    { kind: 'health', on: true },
    { kind: 'restarts', from: 0, to: 4 },
    { kind: 'loop', on: true },
  ])
  expect(events[0]?.after).toBeNull()
  // `start` itself reads before and after the deed.
  expect(events[1]).toMatchObject({ at: platform.clock.now(), after: platform.clock.now() })
  const { folder, keychain } = rig
  await rig.console.dispose()
  await composer.report(id, 'stopped')
  await platform.clock.pass(8 * 60 * MINUTE)
  rig = consoleRig({ clock: platform.clock, folder, keychain })
  await rig.client.connectors.refresh({ connectionId })
  const meanwhile = (await timeline(id)).slice(events.length)
  expect(meanwhile).toMatchObject([
    { what: { kind: 'reported', from: 'started', to: 'stopped' }, after: events[5]?.at },
    { what: { kind: 'loop', on: false } },
  ])
})

describe('logs', () => {
  it('come soon, grow by what is new, are defused, redacted, and kept', async () => {
    const id = await composer.add('OTX')
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
    const token = `flgrn_octi_tkn_${'Fake'.repeat(16)}`
    await composer.logs(id, ['one', `\u001b[31mtoken ${token}\u001b[0m`, 'PASSWORD=not-a-real-password'])
    await passUntil('they came', () => lines.length === 3, 6 * SECOND)
    expect(lines.map(({ text }) => text)).toEqual([
      'one',
      'token flgrn_octi_tkn_[redacted]',
      'PASSWORD=[redacted]',
    ])
    await composer.logs(id, [`token ${token}`, 'PASSWORD=not-a-real-password', 'x'.repeat(1_000_000)])
    await passUntil('the new one came', () => lines.length === 4, 6 * SECOND)
    expect(lines[3]?.text.length).toBeLessThan(5_000)
    await composer.logs(id, ['after a gap'])
    await passUntil('the gap is told', () => lines[4]?.gap, 6 * SECOND)
    const bytes = ['connectors.sqlite', 'connectors.sqlite-wal']
      .map((file) => readFileSync(join(rig.folder, file), 'latin1'))
      .join()
    expect(bytes).toContain('after a gap')
    for (const secret of ['FakeFake', 'not-a-real-password']) expect(bytes).not.toContain(secret)
  })
})

it('a token of the owner that vanishes is the cause of what stops after it (C-07)', async () => {
  const id = await composer.add('OTX')
  // The composer asks for its list and so makes the owner's token.
  await platform.ask('{ connectorsForManagers { manager_contract_configuration { key } } }')
  const { all, seen } = await page()
  await passUntil('the owner is read', () => seen.owners?.length, 15 * SECOND)
  const connector = all.get(id) as Connector
  const [owner] = seen.owners as [Owner]
  expect(owner.tokens).toMatchObject([{ name: 'Composer managed token', ended: null }])
  await platform.ask('mutation ($user: ID!, $id: ID!) { userAdminTokenRevoke(userId: $user, id: $id) }', {
    variables: { user: connector.owner?.id, id: owner.tokens[0]?.id },
  })
  const after = await passUntil(
    'the end is seen',
    () => seen.owners?.[0]?.tokens[0]?.ended && seen.owners[0],
    6 * MINUTE,
  )
  expect(causeOf(after, null, platform.clock.now())).toMatchObject({ kind: 'revoked', certainty: 'certain' })
})
