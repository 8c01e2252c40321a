import { afterEach, expect, it } from 'vitest'
import type { Secret } from '#base/secret.ts'
import type { SystemStatus } from '#shared/contract/system.ts'
import { consoleRig, problemOf } from '../../tests/support/console-rig.ts'
import { DrivenClock } from '../../tests/support/driven-clock.ts'
import { type FakeOpenCti, fakeOpenCti } from '../../tests/support/fake-opencti.ts'
import { memorySecretStore } from '../../tests/support/memory-secret-store.ts'
import { type Clipboard, isOfDigest } from './ports/clipboard.ts'

const ends: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

function rigOf(options: Parameters<typeof consoleRig>[0] = {}) {
  const rig = consoleRig(options)
  ends.push(() => rig.console.dispose())
  return rig
}

async function fake(): Promise<FakeOpenCti> {
  const platform = await fakeOpenCti()
  ends.push(() => platform.close())
  return platform
}

it('says what it is', async () => {
  expect(await rigOf().client.system.info()).toMatchObject({
    host: 'desktop',
    clipboard: 'page',
    version: '0.0.0',
  })
})

it('tells how the parts are doing, whatever comes up first', async () => {
  const rig = rigOf({ keychain: memorySecretStore('locked') })
  const reader = await rig.client.system.watch()
  expect((await reader.next()).value).toMatchObject({ keychain: { state: 'checking' } })
  await rig.console.start()
  let status = {} as SystemStatus
  while (status.ledger?.state !== 'ready' || status.localPlatform?.state !== 'failed') {
    status = (await reader.next()).value as SystemStatus
  }
  expect(status).toMatchObject({
    keychain: { state: 'locked' },
    // No key was made yet, so the profile's own is a file: nobody is locked out.
    ledger: { state: 'ready', keyPlace: 'file' },
    localPlatform: { lastLines: ['This test has no local platform'] },
  })
  await reader.return?.()
})

it('changes of settings reach every page', async () => {
  const { client } = rigOf()
  const reader = await client.settings.watch()
  await reader.next()
  await client.settings.change({ scheme: 'dark' })
  expect((await reader.next()).value).toMatchObject({ scheme: 'dark' })
  await reader.return?.()
})

it('the unexpected crosses as internal, without its words', async () => {
  const rig = rigOf()
  const platform = await fake()
  const connectionId = await rig.connect(platform.url)
  rig.keychain.set = () => Promise.reject(new Error('secret words of the machine'))
  const call = rig.client.connections.setToken({ id: connectionId, token: 'x', remember: true })
  expect(await problemOf(call)).toMatchObject({ code: 'wrong-token' })
  const { asked } = platform
  const again = rig.client.connections.setToken({
    id: connectionId,
    token: String(asked[0]?.authorization).replace('Bearer ', ''),
    remember: true,
  })
  expect(await problemOf(again)).toEqual({ code: 'internal', detail: null })
  expect(rig.lines.join()).toContain('secret words of the machine')
})

it('bad input is refused at the door', async () => {
  const { client } = rigOf()
  await expect(client.settings.change({ scheme: 'pink' } as never)).rejects.toMatchObject({
    code: 'BAD_REQUEST',
  })
  await expect(client.tokens.reveal({ revealId: '' })).rejects.toMatchObject({ code: 'BAD_REQUEST' })
})

it('after the end every call is told so, streams are over, and the clipboard is cleared if it is ours', async () => {
  let text = ''
  const clipboard: Clipboard = {
    write: async (secret: Secret) => {
      text = secret.expose()
    },
    matches: async (digest) => (isOfDigest(text, digest) ? 'same' : 'different'),
    clear: async () => {
      text = ''
    },
  }
  const clock = new DrivenClock()
  const rig = rigOf({ clipboard, clock })
  const platform = await fake()
  const connectionId = await rig.connect(platform.url)
  const asked = { connectionId, userId: 'me', name: 'ci', duration: 'DAYS_30' } as const
  const { revealId } = await rig.client.tokens.generate(asked)
  const { clearsAt } = await rig.client.tokens.copy({ revealId, format: 'token' })
  expect(clearsAt).toBe(clock.now() + 30_000)
  expect(text).toMatch(/^flgrn_octi_tkn_/)
  const readers = [
    await rig.client.system.watch(),
    await rig.client.settings.watch(),
    await rig.client.connections.watch(),
  ]
  for (const reader of readers) await reader.next()
  // What changed last may still be read; then it is over.
  const over = readers.map(async (reader) => {
    while (!(await reader.next()).done) {}
  })
  await rig.console.dispose()
  expect(text).toBe('')
  await Promise.all(over)
  expect(await problemOf(rig.client.tokens.reveal({ revealId }))).toEqual({ code: 'stopping', detail: null })
  expect(clock.pending).toBe(0)
})

it('the browser host’s page copies by itself: the core refuses', async () => {
  const rig = rigOf({ host: 'browser' })
  const platform = await fake()
  const connectionId = await rig.connect(platform.url)
  const asked = { connectionId, userId: 'me', name: 'ci', duration: 'UNLIMITED' } as const
  const { revealId } = await rig.client.tokens.generate(asked)
  const call = rig.client.tokens.copy({ revealId, format: 'token' })
  expect(await problemOf(call)).toMatchObject({ code: 'clipboard-failed' })
  await rig.client.tokens.forget({ revealId })
  expect(await problemOf(rig.client.tokens.reveal({ revealId }))).toMatchObject({ code: 'reveal-gone' })
})
