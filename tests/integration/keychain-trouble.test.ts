import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { SystemStatus } from '#shared/contract/system.ts'
import type { SecretStoreState } from '../../electron/core/ports/secret-store.ts'
import sentences from '../../renderer/i18n/catalogues/en/problems.json' with { type: 'json' }
import { consoleRig, problemOf } from '../support/console-rig.ts'
import { DrivenClock } from '../support/driven-clock.ts'
import { type FakeOpenCti, fakeOpenCti } from '../support/fake-opencti.ts'
import { type MemorySecretStore, memorySecretStore } from '../support/memory-secret-store.ts'

/** REL-6: a keychain that is missing, locked, refusing or another one: said with the way out, and nobody is locked out. */
const TROUBLES = ['missing', 'locked', 'denied', 'restarted'] as const satisfies readonly SecretStoreState[]

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

function open(keychain: MemorySecretStore, folder?: string) {
  const rig = consoleRig({ keychain, clock: new DrivenClock(), ...(folder ? { folder } : {}) })
  ends.push(() => rig.console.dispose())
  return rig
}

type Rig = ReturnType<typeof open>

async function platform(): Promise<FakeOpenCti> {
  const fake = await fakeOpenCti()
  ends.push(() => fake.close())
  return fake
}

async function statusOf({ client }: Rig): Promise<SystemStatus['keychain']> {
  await client.system.recheckKeychain()
  for await (const { keychain } of await client.system.watch()) return keychain
  throw new Error('The stream ended')
}

async function ledgerOf({ client }: Rig): Promise<SystemStatus['ledger']> {
  await client.system.recheckKeychain()
  for await (const { ledger } of await client.system.watch()) return ledger
  throw new Error('The stream ended')
}

async function connectionOf({ client }: Rig, id: string) {
  for await (const all of await client.connections.watch()) return all.find((one) => one.id === id)
  throw new Error('The stream ended')
}

/** Everything that a person needs the console for. */
async function worksWhole({ client }: Rig, connectionId: string): Promise<void> {
  const user = { connectionId, userId: 'me' } as const
  const { token } = await client.tokens.generate({ ...user, name: 'ci', duration: 'DAYS_30' })
  const { tokens } = await client.tokens.revoke({ ...user, tokenId: token.id, reason: '' })
  expect(tokens.map(({ id }) => id)).not.toContain(token.id)
}

function expectSaid(code: string): void {
  const texts: Record<string, string> = sentences
  expect(texts[`problem.${code}.what`]).toBeTruthy()
  // The way out, and that work goes on meanwhile.
  expect(texts[`problem.${code}.hint`]).toMatch(
    /(check again|start it again).*\. Until then tokens are kept for the session only/,
  )
}

describe.each(TROUBLES)('a keychain that is %s', (state) => {
  it('at the first start: said, the token is kept for the session, and all work goes on, recorded', async () => {
    const rig = open(memorySecretStore(state))
    const fake = await platform()
    expect(await statusOf(rig)).toMatchObject({ state, detail: expect.any(String) })
    expectSaid(`keychain-${state}`)
    const id = await rig.connect(fake.url)
    expect(await connectionOf(rig, id)).toMatchObject({ tokenPlace: 'session', state: { phase: 'ready' } })
    await worksWhole(rig, id)
    expect(await rig.client.activity.verify()).toMatchObject({ state: 'whole' })
    expect(rig.keychain.items.size).toBe(0)
  })

  it('at a later start: the kept token is out of reach and said so; typed anew it works, and the ledger goes on', async () => {
    const keychain = memorySecretStore()
    const fake = await platform()
    const first = open(keychain)
    const id = await first.connect(fake.url)
    await worksWhole(first, id)
    await first.console.dispose()
    keychain.state = state
    const rig = open(keychain, first.folder)
    const refused = await problemOf(
      rig.client.tokens.users({ connectionId: id, search: '', after: null, first: 5 }),
    )
    expect(refused?.code).toBe(`keychain-${state}`)
    const again = await rig.connect(fake.url)
    expect(await connectionOf(rig, again)).toMatchObject({ tokenPlace: 'session' })
    await worksWhole(rig, again)
    // Open again: the kept token is back, and so is the ledger's own key.
    keychain.state = 'ready'
    expect(await statusOf(rig)).toMatchObject({ state: 'ready', detail: null })
    await worksWhole(rig, id)
    expect(await rig.client.activity.verify()).toMatchObject({ state: 'whole' })
  })

  it('in the middle of the work: what was read goes on, what is new stays in memory, and it heals', async () => {
    const keychain = memorySecretStore()
    const fake = await platform()
    const rig = open(keychain)
    const id = await rig.connect(fake.url)
    keychain.state = state
    expect(await statusOf(rig)).toMatchObject({ state })
    await worksWhole(rig, id)
    const second = await rig.connect(fake.url)
    expect(await connectionOf(rig, second)).toMatchObject({ tokenPlace: 'session' })
    await worksWhole(rig, second)
    keychain.state = 'ready'
    expect(await statusOf(rig)).toMatchObject({ state: 'ready' })
    const third = await rig.connect(fake.url)
    expect(await connectionOf(rig, third)).toMatchObject({ tokenPlace: 'keychain' })
    expect(await rig.client.activity.verify()).toMatchObject({ state: 'whole' })
  })
})

it('without a keychain, a damaged key file of the ledger: named, work goes on, and with a backup it heals', async () => {
  const fake = await platform()
  const first = open(memorySecretStore('missing'))
  await worksWhole(first, await first.connect(fake.url))
  await first.console.dispose()
  const file = join(first.folder, 'keys', 'ledger.key')
  const whole = readFileSync(file, 'utf8')
  writeFileSync(file, whole.slice(0, 9))

  const second = open(memorySecretStore('missing'), first.folder)
  await worksWhole(second, await second.connect(fake.url))
  expect(await ledgerOf(second)).toMatchObject({ state: 'ready', damagedKey: 'keys/ledger.key' })
  writeFileSync(file, whole)
  expect(await ledgerOf(second)).toMatchObject({ state: 'ready', keyPlace: 'file' })
  expect(await ledgerOf(second)).not.toHaveProperty('damagedKey')
  expect(await second.client.activity.verify()).toMatchObject({ state: 'whole', unchecked: 0 })
})

it('another keychain than the first: the token is missing, typed anew it works, and no key is made in silence', async () => {
  const fake = await platform()
  const first = open(memorySecretStore())
  const id = await first.connect(fake.url)
  await worksWhole(first, id)
  await first.console.dispose()
  const rig = open(memorySecretStore(), first.folder)
  const refused = await problemOf(
    rig.client.tokens.users({ connectionId: id, search: '', after: null, first: 5 }),
  )
  expect(refused?.code).toBe('token-missing')
  const again = await rig.connect(fake.url)
  await worksWhole(rig, again)
  // The platform's key and the ledger's are the old keychain's: the new one got the token alone.
  expect([...rig.keychain.items.keys()].filter((account) => /-key\//.test(account))).toEqual([])
})

it('a value that is another one than was kept: the platform refuses it, and a new one takes its place', async () => {
  const fake = await platform()
  const first = open(memorySecretStore())
  const id = await first.connect(fake.url)
  await first.console.dispose()
  const { keychain } = first
  for (const [account] of keychain.items) keychain.items.set(account, 'not what was kept')
  const rig = open(keychain, first.folder)
  const refused = await problemOf(
    rig.client.tokens.users({ connectionId: id, search: '', after: null, first: 5 }),
  )
  expect(refused?.code).toBe('wrong-token')
  const again = await rig.connect(fake.url)
  await worksWhole(rig, again)
})
