import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Connection } from '#shared/contract/connections.ts'
import { consoleRig, problemOf } from '../../../tests/support/console-rig.ts'
import { FAKE_TOKEN, type FakeOpenCti, fakeOpenCti } from '../../../tests/support/fake-opencti.ts'
import { memorySecretStore } from '../../../tests/support/memory-secret-store.ts'

let platform: FakeOpenCti
const rigs: ReturnType<typeof consoleRig>[] = []
function rigOf(options: Parameters<typeof consoleRig>[0] = {}) {
  const rig = consoleRig(options)
  rigs.push(rig)
  return rig
}

beforeEach(async () => {
  platform = await fakeOpenCti()
})
afterEach(async () => {
  for (const rig of rigs.splice(0)) await rig.console.dispose()
  await platform.close()
})

const typed = () => ({
  name: 'Test',
  url: platform.url,
  token: FAKE_TOKEN,
  caPem: null,
  proxy: null,
  remember: true,
})

async function listOf(rig: ReturnType<typeof consoleRig>): Promise<Connection[]> {
  const reader = await rig.client.connections.watch()
  const { value } = await reader.next()
  await reader.return?.()
  return value as Connection[]
}

/** Everything that the console wrote into its folder, as bytes. */
function written(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join()
}

describe('probe', () => {
  it('asks who is there, without a token', async () => {
    const { client } = rigOf()
    const probe = await client.connections.probe({
      url: `${platform.url}/graphql/`,
      caPem: null,
      proxy: null,
    })
    expect(probe).toMatchObject({ url: platform.url, platformTitle: 'Fake platform' })
    const [first, ...others] = platform.asked
    expect(others.every(({ authorization }) => authorization === undefined)).toBe(true)
    expect([first]).toMatchObject([{ operation: 'PublicSettings', authorization: undefined }])
  })

  it.each(['not an address', 'ftp://host', 'https://user:password@host', ' '.repeat(3)])(
    'refuses "%s"',
    async (url) => {
      const call = rigOf().client.connections.probe({ url, caPem: null, proxy: null })
      const error = await call.catch(({ code, data }) => data?.code ?? code)
      expect(['bad-address', 'BAD_REQUEST']).toContain(error)
    },
  )

  it('calls another GraphQL server no platform', async () => {
    platform.misbehave = (_, response) => {
      const errors = [{ message: 'Cannot query field', extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }]
      response.end(JSON.stringify({ errors }))
      return true
    }
    const call = rigOf().client.connections.probe({ url: platform.url, caPem: null, proxy: null })
    expect(await problemOf(call)).toMatchObject({ code: 'not-a-platform' })
  })
})

describe('add', () => {
  it('keeps profile and token when the token works: the token in the keychain and nowhere else', async () => {
    const rig = rigOf()
    const connection = await rig.client.connections.add(typed())
    expect(connection).toMatchObject({ url: platform.url, tokenPlace: 'keychain', embedded: false })
    expect(connection.state).toMatchObject({
      phase: 'ready',
      identity: { name: 'Admin', features: { apiTokens: true, revokedTokens: true, revokeReason: true } },
    })
    expect(rig.keychain.items.get(`${platform.url}/${connection.id}`)).toBe(FAKE_TOKEN)
    expect(written(rig.folder)).not.toContain(FAKE_TOKEN)
    expect(rig.lines.join()).not.toContain(FAKE_TOKEN)
    expect((await listOf(rig)).map(({ id }) => id)).toEqual(['local', connection.id])
  })

  it('keeps nothing when the token does not work', async () => {
    const rig = rigOf()
    const call = rig.client.connections.add({ ...typed(), token: 'not-a-real-token' })
    expect(await problemOf(call)).toMatchObject({ code: 'wrong-token' })
    expect([...rig.keychain.items.values()]).not.toContain('not-a-real-token')
    expect(await listOf(rig)).toHaveLength(1)
    expect(rig.ledger().at(-1)).toMatchObject({ action: 'connection.add', result: 'failed' })
  })

  it('names the capability of a token that may do nothing with tokens', async () => {
    const [admin] = platform.users
    if (admin) admin.capabilities = ['KNOWLEDGE']
    const call = rigOf().client.connections.add(typed())
    expect(await problemOf(call)).toEqual({ code: 'missing-capability', detail: 'APIACCESS_USETOKEN' })
  })

  it('sends nothing without a ledger record', async () => {
    const rig = rigOf()
    await rig.client.connections.test({ id: 'local' })
    rig.breakLedger()
    expect(await problemOf(rig.client.connections.add(typed()))).toMatchObject({ code: 'ledger-failed' })
    expect(platform.asked).toHaveLength(0)
  })

  it('sends no token over plain http to another machine', async () => {
    const call = rigOf().client.connections.add({ ...typed(), url: 'http://platform.example' })
    expect(await problemOf(call)).toMatchObject({ code: 'plain-http' })
  })

  it.each(['missing', 'locked', 'denied'] as const)(
    'stays in memory, and says so, when the keychain is %s',
    async (state) => {
      const rig = rigOf({ keychain: memorySecretStore(state) })
      const connection = await rig.client.connections.add(typed())
      expect(connection).toMatchObject({ tokenPlace: 'session', state: { phase: 'ready' } })
      expect(written(rig.folder)).not.toContain(FAKE_TOKEN)
    },
  )

  it('does not touch the keychain when it shall not be remembered', async () => {
    const rig = rigOf()
    const connection = await rig.client.connections.add({ ...typed(), remember: false })
    expect(connection.tokenPlace).toBe('session')
    expect([...rig.keychain.items.keys()].filter((account) => account.includes(platform.url))).toEqual([])
  })
})

describe('the next start', () => {
  it('works again with the token of the keychain', async () => {
    const first = rigOf()
    const { id } = await first.client.connections.add(typed())
    await first.console.dispose()
    const second = rigOf({ folder: first.folder, keychain: first.keychain })
    expect((await second.client.connections.test({ id })).state).toMatchObject({ phase: 'ready' })
  })

  it('a session’s token is gone and said to be', async () => {
    const first = rigOf()
    const { id } = await first.client.connections.add({ ...typed(), remember: false })
    await first.console.dispose()
    const second = rigOf({ folder: first.folder, keychain: first.keychain })
    expect(await second.client.connections.test({ id })).toMatchObject({
      tokenPlace: 'none',
      state: { phase: 'failed', problem: { code: 'token-missing' } },
    })
    const again = await second.client.connections.setToken({ id, token: FAKE_TOKEN, remember: true })
    expect(again).toMatchObject({ tokenPlace: 'keychain', state: { phase: 'ready' } })
  })

  it('a locked keychain is called locked, not empty, and the token works once it is opened', async () => {
    const first = rigOf()
    const { id } = await first.client.connections.add(typed())
    await first.console.dispose()
    first.keychain.state = 'locked'
    const second = rigOf({ folder: first.folder, keychain: first.keychain })
    const locked = await second.client.connections.test({ id })
    expect(locked).toMatchObject({
      tokenPlace: 'keychain',
      state: { phase: 'failed', problem: { code: 'keychain-locked' } },
    })
    first.keychain.state = 'ready'
    const states = await second.client.connections.watch()
    await states.next()
    expect(await second.client.system.recheckKeychain()).toMatchObject({ state: 'ready' })
    let state: string | undefined
    while (state !== 'ready') state = ((await states.next()).value as Connection[])[1]?.state.phase
    await states.return?.()
  })
})

describe('change and removal', () => {
  it('renames, sets a token only when it works, removes profile and token', async () => {
    const rig = rigOf()
    const { id } = await rig.client.connections.add(typed())
    expect((await rig.client.connections.rename({ id, name: 'Production' })).name).toBe('Production')
    const call = rig.client.connections.setToken({ id, token: 'not-a-real-token', remember: true })
    expect(await problemOf(call)).toMatchObject({ code: 'wrong-token' })
    expect([...rig.keychain.items.values()]).toContain(FAKE_TOKEN)
    await rig.client.settings.change({ activeConnectionId: id })
    await rig.client.connections.remove({ id })
    expect([...rig.keychain.items.values()]).not.toContain(FAKE_TOKEN)
    expect(await listOf(rig)).toHaveLength(1)
    const settings = await rig.client.settings.watch()
    expect((await settings.next()).value).toMatchObject({ activeConnectionId: 'local' })
    const intents = rig.ledger().filter(({ phase }) => phase === 'intent')
    expect(intents.map(({ action }) => action)).toEqual([
      'connection.add',
      'connection.rename',
      'connection.set-token',
      'connection.remove',
    ])
  })

  it('keeps a profile whose token cannot be taken out of a locked keychain', async () => {
    const rig = rigOf()
    const { id } = await rig.client.connections.add(typed())
    rig.keychain.state = 'locked'
    expect(await problemOf(rig.client.connections.remove({ id }))).toMatchObject({ code: 'keychain-locked' })
    expect(await listOf(rig)).toHaveLength(2)
  })

  it('the embedded connection is nobody’s to change', async () => {
    const { client } = rigOf()
    expect(await problemOf(client.connections.remove({ id: 'local' }))).toMatchObject({
      code: 'no-connection',
    })
    expect(await problemOf(client.connections.rename({ id: 'nobody', name: 'x' }))).toMatchObject({
      code: 'no-connection',
    })
  })
})
