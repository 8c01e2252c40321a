import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, it } from 'vitest'
import type { Connection } from '#shared/contract/connections.ts'
import { readJsonText } from '#shared/domain/json-text.ts'
import type { PlatformOptions } from '../../electron/local-platform/platform.ts'
import { consoleRig, problemOf, type RigOptions } from '../support/console-rig.ts'
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'
import { hurriedClock } from '../support/hurried-clock.ts'
import { inventoryBecomes, inventoryCopy, refreshed } from '../support/inventory-rig.ts'
import { memorySecretStore } from '../support/memory-secret-store.ts'
import { startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'

/** The inventory against the local platform over HTTP, in the part of OpenCTI 7 unless said otherwise (T-03, T-20). */

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function platform(options: Partial<PlatformOptions> = {}): Promise<TestPlatform> {
  const started = await startTestPlatform({ seed: 'demo', as: 'opencti-7', ...options })
  ends.push(() => started.platform.stop())
  return started
}

async function connected(
  to: TestPlatform,
  { url = to.url, token, ...options }: RigOptions & { url?: string; token?: string } = {},
) {
  const rig = consoleRig({ clock: hurriedClock, ...options })
  ends.push(() => rig.console.dispose())
  const value = token ?? (await to.generate(undefined, 'UNLIMITED', 'console')).plaintext_token
  const connectionId = await rig.connect(url, value)
  return { ...rig, connectionId, copy: inventoryCopy(rig.client, connectionId) }
}

async function faulty(to: TestPlatform) {
  const proxy = await startFaultProxy(to.url)
  ends.push(() => proxy.close())
  return proxy
}

const pagesOf = ({ seen }: FaultProxy): number =>
  seen.filter((document) => document.includes('query Inventory')).length

async function connectionOf({
  client,
  connectionId,
}: Pick<Awaited<ReturnType<typeof connected>>, 'client' | 'connectionId'>) {
  const reader = await client.connections.watch()
  const { value } = await reader.next()
  await reader.return?.()
  return (value as Connection[] | undefined)?.find(({ id }) => id === connectionId)
}

interface Listed {
  readonly node: {
    readonly user_email: string
    readonly api_tokens: { name: string; masked_token: string }[]
  }
}

/** What the platform lists, asked without the console. */
async function listed(
  { ask }: TestPlatform,
  filter: (email: string) => boolean = () => true,
): Promise<string[]> {
  const { data } = await ask(
    '{ users(first: 5000) { edges { node { user_email api_tokens { name masked_token } } } } }',
  )
  return (data.users.edges as Listed[])
    .filter(({ node }) => filter(node.user_email))
    .flatMap(({ node }) =>
      node.api_tokens.map(({ name, masked_token }) => `${node.user_email} ${name} ${masked_token}`),
    )
    .sort()
}

it('every token of everybody, and afterwards only what changed', async () => {
  const to = await platform()
  const { client, connectionId, copy } = await connected(to)
  const before = await inventoryBecomes(client, connectionId, () => true)
  expect(before).toMatchObject({ phase: 'idle', readAt: null, source: 'none' })
  const status = await refreshed(client, connectionId)
  expect(status).toMatchObject({ phase: 'ready', scope: 'everyone', limit: null, source: 'live', gaps: [] })
  await copy.follow()
  expect(copy.list()).toEqual(await listed(to))
  expect(copy.list().length).toBeGreaterThan(10)
  expect(status.tokens).toBe(copy.list().length)

  await refreshed(client, connectionId)
  // The console's own token was used meanwhile.
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

it('what this console does is in the rows at once, without a load', async () => {
  const to = await platform()
  const { client, connectionId, copy } = await connected(to)
  await refreshed(client, connectionId)
  await copy.follow()
  const userId = await to.userIdOf('Alice')
  const asked = { connectionId, userId, name: 'made here', duration: 'DAYS_30' } as const
  const { token } = await client.tokens.generate(asked)
  expect(await copy.follow()).toMatchObject({ tokens: 1, removed: 0 })
  expect(copy.list()).toEqual(await listed(to))
  await client.tokens.revoke({ connectionId, userId, tokenId: token.id, reason: '' })
  expect(await copy.follow()).toMatchObject({ tokens: 0, removed: 1 })
  expect(copy.list()).toEqual(await listed(to))
})

describe('pages', () => {
  /** With the administrator 1 231 users: pages of 100, 500, 500 and the rest. */
  const many = () => platform({ seed: 'large', seedSize: { users: 1_230, tokens: 2_500 } })

  it('one that fails hides only itself, and is read again by itself', async () => {
    const to = await many()
    const proxy = await faulty(to)
    const { client, connectionId, copy } = await connected(to, { url: proxy.url })
    // Whatever would hold this user fails, however small the page.
    const poison = '.600@example.org'
    let broken = true
    proxy.rewrite = (_, answer) => (broken && answer.includes(poison) ? '{' : answer)
    const status = await refreshed(client, connectionId)
    expect(status).toMatchObject({ phase: 'partial', readAt: null })
    expect(status.gaps).toHaveLength(1)
    const [gap] = status.gaps
    expect(gap?.problem.code).toBe('platform-error')
    expect(gap?.users).toBeGreaterThan(0)
    expect(gap?.users).toBeLessThanOrEqual(500)
    expect(status.usersRead).toBe((status.usersTotal ?? 0) - (gap?.users ?? 0))
    await copy.follow()
    const all = await listed(to)
    expect(all).toEqual(expect.arrayContaining(copy.list()))
    const names = [...copy.owners.values()].map(({ name }) => name).sort()
    expect(names.at(0)).toMatch(/^Amara/)
    expect(names.at(-2)).toMatch(/^Olga/)
    expect(copy.list().join()).not.toContain(poison)

    broken = false
    const asked = pagesOf(proxy)
    await client.inventory.retryFailed({ connectionId })
    expect(await inventoryBecomes(client, connectionId, ({ phase }) => phase !== 'loading')).toMatchObject({
      phase: 'ready',
      gaps: [],
      usersRead: status.usersTotal,
    })
    expect(pagesOf(proxy) - asked).toBeLessThanOrEqual(2)
    await copy.follow()
    expect(copy.list()).toEqual(await listed(to))
  })

  it('all fail: what the last load saw stays, and the reason is told', async () => {
    const to = await platform()
    const proxy = await faulty(to)
    const { client, connectionId, copy } = await connected(to, { url: proxy.url })
    await refreshed(client, connectionId)
    await copy.follow()
    const before = copy.list()
    for (const [fault, code] of [
      ['malformed', 'platform-error'],
      ['html', 'not-a-platform'],
      ['forbidden', 'forbidden'],
      ['cut', 'cut'],
    ] as const) {
      proxy.choose = (document) => (document.includes('query Inventory') ? fault : null)
      expect(await refreshed(client, connectionId)).toMatchObject({ phase: 'failed', problem: { code } })
    }
    await copy.follow()
    expect(copy.list()).toEqual(before)
    proxy.choose = () => null
    expect(await refreshed(client, connectionId)).toMatchObject({ phase: 'ready', problem: null })
  })

  it('a cancelled load keeps what it had, and asks nothing more', async () => {
    const to = await many()
    const proxy = await faulty(to)
    const { client, connectionId, copy } = await connected(to, { url: proxy.url })
    const second = Promise.withResolvers<void>()
    proxy.choose = () => {
      if (pagesOf(proxy) < 2) return null
      second.resolve()
      return 'hang'
    }
    await client.inventory.refresh({ connectionId })
    await inventoryBecomes(client, connectionId, ({ usersRead }) => usersRead === 100)
    await second.promise
    await client.inventory.cancel({ connectionId })
    const status = await inventoryBecomes(client, connectionId, ({ phase }) => phase !== 'loading')
    expect(status).toMatchObject({ phase: 'cancelled', usersRead: 100, readAt: null })
    await copy.follow()
    expect(copy.tokens.size).toBe(status.tokens)
    expect(copy.tokens.size).toBeGreaterThan(100)
    expect((await connectionOf({ client, connectionId }))?.state.phase).toBe('ready')
    const asked = pagesOf(proxy)
    proxy.choose = () => null
    expect(await refreshed(client, connectionId)).toMatchObject({ phase: 'ready', usersRead: 1_231 })
    expect(pagesOf(proxy) - asked).toBe(4)
    await copy.follow()
    expect(copy.list()).toEqual(await listed(to))
  })
})

describe('who sees less', () => {
  it('an organisation’s administrator: their people, and why no more', async () => {
    const to = await platform()
    const { data } = await to.ask(
      '{ users(first: 500) { edges { node { id user_email objectOrganization { edges { node { name } } } administrated_organizations { name } } } } }',
    )
    type Node = {
      id: string
      user_email: string
      objectOrganization: { edges: { node: { name: string } }[] }
      administrated_organizations: { name: string }[]
    }
    const nodes = data.users.edges.map(({ node }: { node: Node }) => node) as Node[]
    const admin = nodes.find((node) => node.administrated_organizations.length > 0)
    const theirs = new Set(admin?.administrated_organizations.map(({ name }) => name))
    const emails = nodes
      .filter((node) => node.objectOrganization.edges.some((edge) => theirs.has(edge.node.name)))
      .map((node) => node.user_email)
    const { plaintext_token } = await to.generate(admin?.id, 'DAYS_30', 'console')
    const { client, connectionId, copy } = await connected(to, { token: plaintext_token })
    expect(await refreshed(client, connectionId)).toMatchObject({
      phase: 'ready',
      scope: 'organization',
      limit: { code: 'missing-capability', detail: 'SETTINGS_SETACCESSES' },
      usersTotal: emails.length,
    })
    await copy.follow()
    expect(copy.list()).toEqual(await listed(to, (email) => emails.includes(email)))
    expect(emails.length).toBeGreaterThan(1)
  })

  it('an account without rights over others: its own tokens', async () => {
    const to = await platform()
    const userId = await to.userIdOf('Alice')
    const { plaintext_token } = await to.generate(userId, 'DAYS_30', 'console')
    const { client, connectionId, copy } = await connected(to, { token: plaintext_token })
    expect(await refreshed(client, connectionId)).toMatchObject({
      phase: 'ready',
      scope: 'self',
      limit: { code: 'missing-capability' },
      usersRead: 1,
      usersTotal: 1,
    })
    await copy.follow()
    expect(copy.owners.size).toBe(1)
    expect(copy.list()).toEqual(await listed(to, (email) => email === [...copy.owners.values()][0]?.email))
  })

  it('a platform before 7.260224: nobody’s, and the version that is the reason', async () => {
    const to = await platform({ as: 'opencti-6.9' })
    const { client, connectionId, copy } = await connected(to, { token: to.platform.consoleToken.expose() })
    expect(await refreshed(client, connectionId)).toMatchObject({
      phase: 'ready',
      scope: 'nobody',
      limit: { code: 'old-platform', detail: '6.9.4' },
      tokens: 0,
    })
    await copy.follow()
    expect(copy.tokens.size).toBe(0)
  })
})

it('the last snapshot is there at once after a restart, with its age, and without the platform', async () => {
  const to = await platform()
  const keychain = memorySecretStore()
  const first = await connected(to, { keychain })
  const { folder, connectionId } = first
  const read = await refreshed(first.client, connectionId)
  await first.copy.follow()
  await first.console.dispose()
  await to.platform.stop()

  const rig = consoleRig({ folder, keychain })
  ends.push(() => rig.console.dispose())
  const copy = inventoryCopy(rig.client, connectionId)
  const status = await inventoryBecomes(rig.client, connectionId, ({ findings }) => findings !== null)
  expect(status).toMatchObject({
    phase: 'idle',
    source: 'snapshot',
    scope: 'everyone',
    readAt: read.readAt,
    tokens: read.tokens,
  })
  expect(await copy.follow()).toMatchObject({ resets: 1 })
  expect(copy.list()).toEqual(first.copy.list())
  expect(await refreshed(rig.client, connectionId)).toMatchObject({ phase: 'failed', readAt: read.readAt })
  await copy.follow()
  expect(copy.list()).toEqual(first.copy.list())
})

it('a copy of another run starts anew', async () => {
  const to = await platform()
  const { client, connectionId } = await connected(to)
  const rowsAt = async (cursor: string | null) =>
    readJsonText(await client.inventory.rows({ connectionId, cursor }))
  await refreshed(client, connectionId)
  for (const cursor of [null, 'other.1', 'nonsense', '.', 'x.-1', `${'9'.repeat(40)}.1`]) {
    expect(await rowsAt(cursor)).toMatchObject({ reset: true })
  }
  const { cursor } = await rowsAt(null)
  expect(await rowsAt(cursor)).toMatchObject({
    reset: false,
    tokens: [],
    owners: [],
  })
})

it('a connection that is removed leaves nothing behind', async () => {
  const to = await platform()
  const { client, connectionId, folder } = await connected(to)
  await refreshed(client, connectionId)
  expect(await client.inventory.snapshots({ connectionId })).toHaveLength(1)
  await client.connections.remove({ id: connectionId })
  expect(await problemOf(client.inventory.snapshots({ connectionId }))).toMatchObject({
    code: 'no-connection',
  })
  const database = new DatabaseSync(join(folder, 'inventory.sqlite'), { readOnly: true })
  expect(database.prepare('SELECT count(*) AS count FROM piece').get()).toEqual({ count: 0 })
  database.close()
})
