import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import { memorySecretStore } from '../../../tests/support/memory-secret-store.ts'
import { localKey } from './local-key.ts'

let folder: string
beforeEach(() => {
  folder = join(mkdtempSync(join(tmpdir(), 'gatehouse-keys-')), 'keys')
})

it('goes into the keychain, and nothing of it into the profile', async () => {
  const keychain = memorySecretStore()
  const { key, place } = await localKey(keychain, folder, 'platform')
  expect(place).toBe('keychain')
  expect(key).toHaveLength(32)
  const written = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'))
  expect(written.join()).not.toContain(key.toString('base64'))
  expect((await localKey(keychain, folder, 'platform')).key).toEqual(key)
})

it('goes into a 0600 file where there is no keychain, and stays there when one appears', async () => {
  const keychain = memorySecretStore('missing')
  const { key, place } = await localKey(keychain, folder, 'ledger')
  expect(place).toBe('file')
  expect(statSync(join(folder, 'ledger.key')).mode & 0o777).toBe(0o600)
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  keychain.state = 'ready'
  const again = await localKey(keychain, folder, 'ledger')
  expect(again).toEqual({ key, place: 'file' })
  expect(keychain.items.size).toBe(0)
})

it.each(['locked', 'missing', 'denied'] as const)(
  'makes no second key while the keychain is %s',
  async (state) => {
    const keychain = memorySecretStore()
    const { key } = await localKey(keychain, folder, 'platform')
    keychain.state = state
    await expect(localKey(keychain, folder, 'platform')).rejects.toMatchObject({ code: `keychain-${state}` })
    keychain.state = 'ready'
    expect((await localKey(keychain, folder, 'platform')).key).toEqual(key)
  },
)

it('refuses a key that is not the one of this profile', async () => {
  const keychain = memorySecretStore()
  await localKey(keychain, folder, 'platform')
  const [account] = [...keychain.items.keys()]
  keychain.items.set(account ?? '', Buffer.alloc(32, 7).toString('base64'))
  await expect(localKey(keychain, folder, 'platform')).rejects.toMatchObject({ code: 'keychain-denied' })
  // A value that is no key at all is the keychain's too, not damage of the profile: work goes on around it.
  keychain.items.set(account ?? '', 'not a key')
  await expect(localKey(keychain, folder, 'platform')).rejects.toMatchObject({ code: 'keychain-denied' })
  keychain.items.clear()
  await expect(localKey(keychain, folder, 'platform')).rejects.toMatchObject({ code: 'keychain-denied' })
})

it('that is damaged is named and never written over: a backup may have it whole', async () => {
  const { key } = await localKey(null, folder, 'ledger')
  const file = join(folder, 'ledger.key')
  const whole = readFileSync(file, 'utf8')
  for (const damage of [whole.slice(0, 20), '', 'no key at all']) {
    writeFileSync(file, damage)
    const refusal = { code: 'key-damaged', detail: 'keys/ledger.key' }
    await expect(localKey(memorySecretStore(), folder, 'ledger')).rejects.toMatchObject(refusal)
    expect(readFileSync(file, 'utf8')).toBe(damage)
  }
  writeFileSync(file, whole)
  expect((await localKey(null, folder, 'ledger')).key).toEqual(key)
})

it.each(['', '{', '{"account":""}', 'null'])(
  'whose keychain item is not known any more (%j) says so',
  async (damage) => {
    const keychain = memorySecretStore()
    await localKey(keychain, folder, 'platform')
    writeFileSync(join(folder, 'platform.keychain.json'), damage)
    const refusal = { code: 'key-damaged', detail: 'keys/platform.keychain.json' }
    await expect(localKey(keychain, folder, 'platform')).rejects.toMatchObject(refusal)
    expect(keychain.items.size).toBe(1)
  },
)

it('keeps one key a purpose', async () => {
  const keychain = memorySecretStore()
  const ledger = await localKey(keychain, folder, 'ledger')
  const platform = await localKey(keychain, folder, 'platform')
  expect(ledger.key).not.toEqual(platform.key)
})
