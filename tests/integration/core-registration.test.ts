import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { afterEach, beforeAll, expect, it } from 'vitest'
import type { HeartbeatStatus } from '#shared/contract/heartbeat.ts'
import type { Registration } from '#shared/contract/registration.ts'
import type { Child } from '../../electron/core/ports/child-process.ts'
import { forkChild } from '../../electron/core/ports/node-child.ts'
import { ensureBuilt } from '../../scripts/build-parts.ts'
import { consoleRig, problemOf } from '../support/console-rig.ts'
import { memorySecretStore } from '../support/memory-secret-store.ts'
import { xtmOneReceiver } from '../support/xtm-one-receiver.ts'

/** The console against the embedded platform as it ships, and against what that registers with. */
const ENTRY = resolve('out/main/local-platform.js')
const LOCAL = { connectionId: 'local' }
const TOKEN = 'not-a-real-registration-token-0004'

const ends: (() => Promise<unknown>)[] = []
beforeAll(() => ensureBuilt('main'), 120_000)
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

function setup() {
  const children: Child[] = []
  const keychain = memorySecretStore()
  const rig = consoleRig({
    keychain,
    // The first look of each monitor comes as early as it may.
    random: () => 0,
    spawnPlatform() {
      const child = forkChild(ENTRY)
      children.push(child)
      return child
    },
  })
  ends.push(() => rig.console.dispose())

  /** The registration once it is as wanted; the stream is waited on, not the clock. */
  async function seen(wanted: (registration: Registration) => boolean): Promise<Registration> {
    const reader = await rig.client.registration.watch(LOCAL)
    for (;;) {
      const { value } = await reader.next()
      if (!wanted(value as Registration)) continue
      await reader.return?.()
      return value as Registration
    }
  }
  async function heartbeat(wanted: (status: HeartbeatStatus) => boolean): Promise<HeartbeatStatus> {
    const reader = await rig.client.heartbeat.watch()
    for (;;) {
      const { value } = await reader.next()
      if (!wanted(value as HeartbeatStatus)) continue
      await reader.return?.()
      return value as HeartbeatStatus
    }
  }
  return { ...rig, keychain, children, seen, heartbeat }
}

const recordOf = ({ record }: Registration) => (record.known.state === 'reported' ? record.known.value : null)

it('comes with a stand-in: registered on demand, shown with everything, watched by five monitors', async () => {
  const { console, client, seen, heartbeat, folder } = setup()
  await console.start()
  const before = await seen((registration) => recordOf(registration) !== null)
  expect(before).toMatchObject({ state: 'never', registerBar: null })
  expect(recordOf(before)?.configuration).toMatchObject({ state: 'active', standIn: true })
  const dueIn = (recordOf(before)?.nextAttemptAt ?? 0) - Date.now()
  expect(dueIn).toBeGreaterThan(0)
  expect(dueIn).toBeLessThanOrEqual(30_000)

  await client.registration.registerNow(LOCAL)
  const fresh = await seen(({ state }) => state === 'fresh')
  expect(recordOf(fresh)).toMatchObject({
    attempts: [{ outcome: 'registered', trigger: 'request' }],
    lastAnswer: { status: 'registered' },
  })
  const all = await client.registration.refresh(LOCAL)
  expect(all).toMatchObject({
    module: { known: { state: 'reported', value: { enabled: true } } },
    health: { known: { state: 'reported', value: { healthy: true } } },
    keys: { known: { state: 'reported', value: { keyIds: [expect.any(String)] } } },
  })
  const day = await client.registration.day(LOCAL)
  expect(day.points).toHaveLength(288)
  expect(day).toMatchObject({ reported: true, attempts: [{ outcome: 'registered' }] })

  const status = await heartbeat(({ monitors }) => monitors.filter(({ state }) => state === 'up').length >= 5)
  expect(status.monitors.filter(({ state }) => state === 'up').map(({ kind }) => kind)).toEqual(
    expect.arrayContaining(['api', 'health', 'module', 'registration', 'xtm-one']),
  )
  expect(status.incidents).toEqual([])
  expect(await client.system.authFailures({ ...LOCAL, first: 10 })).toMatchObject({ total: 0 })
  expect(readdirSync(join(folder, 'platform'))).toContain('xtm-one-stand-in.sqlite')
})

it('registers with another XTM One when told to, keeps its token by address, and is off when told to', async () => {
  const { console, client, seen, keychain, folder } = setup()
  const receiver = await xtmOneReceiver()
  ends.push(() => receiver.close())
  await console.start()
  await seen((registration) => recordOf(registration) !== null)
  const own = { mode: 'own', url: receiver.url, profile: 'current' } as const
  expect(await problemOf(client.registration.setLocal({ ...own, token: null }))).toMatchObject({
    code: 'token-missing',
  })
  const plain = { ...own, url: 'http://xtm-one.example.org', token: TOKEN }
  expect(await problemOf(client.registration.setLocal(plain))).toMatchObject({ code: 'plain-http' })
  expect(
    await problemOf(client.registration.setLocal({ ...own, url: 'nowhere at all', token: TOKEN })),
  ).toMatchObject({
    code: 'bad-address',
  })

  expect(await client.registration.setLocal({ ...own, token: TOKEN })).toEqual({ ...own, hasToken: true })
  const configured = (registration: Registration) => {
    const configuration = recordOf(registration)?.configuration
    return configuration?.state === 'active' && configuration.url === receiver.url
  }
  await seen(configured)
  await client.registration.registerNow(LOCAL)
  await seen(({ state }) => state === 'fresh')
  expect(receiver.beats).toHaveLength(1)
  expect([...keychain.items].filter(([, value]) => value === TOKEN).map(([account]) => account)).toEqual([
    `${receiver.url}/xtm-one-registration`,
  ])
  const elsewhere = { ...own, url: 'https://other.example.org', token: null }
  expect(await problemOf(client.registration.setLocal(elsewhere))).toMatchObject({ code: 'token-missing' })

  await client.registration.setLocal({ ...own, mode: 'off', token: null })
  const off = await seen((registration) => recordOf(registration)?.configuration.state === 'off')
  expect(off.registerBar).toBe('off')
  for (const file of ['console.sqlite', 'console.sqlite-wal', 'ledger.sqlite', 'platform/platform.sqlite'])
    expect(fileText(join(folder, file))).not.toContain(TOKEN)
})

it('killed between provisioning and the answer: the same credentials go out again, and each user has one', async () => {
  const { console, client, seen, children, folder } = setup()
  const receiver = await xtmOneReceiver()
  ends.push(() => receiver.close())
  await console.start()
  await seen((registration) => recordOf(registration) !== null)
  await client.registration.setLocal({ mode: 'own', url: receiver.url, profile: 'poc', token: TOKEN })
  await seen((registration) => {
    const configuration = recordOf(registration)?.configuration
    return configuration?.state === 'active' && configuration.profile === 'poc'
  })
  const killed = new Promise<void>((told) => {
    receiver.answer = () => {
      children.at(-1)?.kill('SIGKILL')
      told()
    }
  })
  await client.registration.registerNow(LOCAL)
  await killed
  receiver.answer = (response) => void response.end('{"status":"registered"}')
  await seen(({ record }) => record.known.state === 'failed')
  await seen(
    (registration) => recordOf(registration)?.provisioned?.minted === receiver.beats[0]?.users?.length,
  )
  await client.registration.registerNow(LOCAL)
  const done = await seen(({ state }) => state === 'fresh')

  const [first, second] = receiver.beats
  const keys = (beat: typeof first) => beat?.users?.map(({ email, api_key }) => `${email} ${api_key}`)
  expect(keys(first)?.every((entry) => / flgrn_octi_tkn_\w{64}$/.test(entry))).toBe(true)
  expect(keys(second)).toEqual(keys(first))
  expect(recordOf(done)?.provisioned).toMatchObject({ delivered: first?.users?.length, minted: 0 })
  const key = first?.users?.find(({ email }) => email.startsWith('alice.'))?.api_key ?? ''
  const { list } = {
    list: await client.tokens.users({ ...LOCAL, search: 'Alice Moreau', after: null, first: 1 }),
  }
  const alice = await client.tokens.ofUser({ ...LOCAL, userId: list.users[0]?.id ?? '' })
  const minted = alice.tokens.filter(({ name }) => name === 'XTM One')
  expect(minted).toMatchObject([{ maskedToken: `****${key.slice(-4)}`, expiresAt: null }])
  for (const file of ['platform.sqlite', 'platform.sqlite-wal', 'xtm-one.sqlite', 'xtm-one.sqlite-wal'])
    expect(fileText(join(folder, 'platform', file))).not.toContain(key)
})

function fileText(path: string): string {
  try {
    return readFileSync(path, 'latin1')
  } catch {
    return ''
  }
}
