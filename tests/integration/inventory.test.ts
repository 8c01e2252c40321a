import { afterEach, expect, it } from 'vitest'
import { consoleRig } from '../support/console-rig.ts'
import { inventoryBecomes, inventoryCopy, refreshed } from '../support/inventory-rig.ts'
import { startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'

/** The inventory against the real local platform over HTTP (T-03). */

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function platform(): Promise<TestPlatform> {
  const started = await startTestPlatform({ seed: 'demo' })
  ends.push(() => started.platform.stop())
  return started
}

async function connected(to: TestPlatform, token?: string) {
  const rig = consoleRig()
  ends.push(() => rig.console.dispose())
  const value = token ?? (await to.generate(undefined, 'UNLIMITED', 'console')).plaintext_token
  const connectionId = await rig.connect(to.url, value)
  return { ...rig, connectionId, copy: inventoryCopy(rig.client, connectionId) }
}

const EVERYTHING = `{ users(first: 500) { edges { node { user_email api_tokens { name masked_token } } } } }`

async function listed({ ask }: TestPlatform): Promise<string[]> {
  const { data } = await ask(EVERYTHING)
  return data.users.edges
    .flatMap(
      ({ node }: { node: { user_email: string; api_tokens: { name: string; masked_token: string }[] } }) =>
        node.api_tokens.map(({ name, masked_token }) => `${node.user_email} ${name} ${masked_token}`),
    )
    .sort()
}

it('every token of everybody, and afterwards only what changed', async () => {
  const to = await platform()
  const { client, connectionId, copy } = await connected(to)
  expect(await inventoryBecomes(client, connectionId, () => true)).toMatchObject({
    phase: 'idle',
    readAt: null,
  })
  expect(await refreshed(client, connectionId)).toMatchObject({
    phase: 'ready',
    scope: 'everyone',
    source: 'live',
    gaps: [],
  })
  await copy.follow()
  expect(copy.list()).toEqual(await listed(to))
  expect(copy.list().length).toBeGreaterThan(10)

  await refreshed(client, connectionId)
  expect((await copy.follow()).tokens).toBeLessThanOrEqual(1)

  const userId = await to.userIdOf('Alice')
  const made = await to.generate(userId, 'DAYS_30', 'made meanwhile')
  await refreshed(client, connectionId)
  expect(await copy.follow()).toMatchObject({ resets: 0, removed: 0 })
  expect(copy.list()).toEqual(await listed(to))
  await to.ask(`mutation { userAdminTokenRevoke(userId: "${userId}", id: "${made.token_id}") }`)
  await refreshed(client, connectionId)
  expect(await copy.follow()).toMatchObject({ resets: 0, removed: 1 })
  expect(copy.list()).toEqual(await listed(to))
})
