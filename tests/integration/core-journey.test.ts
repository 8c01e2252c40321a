import { resolve } from 'node:path'
import { afterEach, beforeAll, expect, it } from 'vitest'
import type { Connection } from '#shared/contract/connections.ts'
import { ISSUED_TOKEN_PATTERN } from '#shared/domain/token.ts'
import type { Child } from '../../electron/core/ports/child-process.ts'
import { forkChild } from '../../electron/core/ports/node-child.ts'
import { ensureBuilt } from '../../scripts/build-parts.ts'
import { findCanary } from '../support/canary.ts'
import { consoleRig, problemOf } from '../support/console-rig.ts'
import { memorySecretStore } from '../support/memory-secret-store.ts'
import { startTestPlatform } from '../support/platform-rig.ts'

/** The console's core against the real embedded platform, as a child of its own from the built entry. */
const ENTRY = resolve('out/main/local-platform.js')

const ends: (() => Promise<unknown>)[] = []
beforeAll(() => ensureBuilt('main'), 120_000)
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

type Rig = ReturnType<typeof consoleRig>

function withChild(options: Parameters<typeof consoleRig>[0] = {}): Rig & { children: Child[] } {
  const children: Child[] = []
  const rig = consoleRig({
    ...options,
    spawnPlatform() {
      const child = forkChild(ENTRY)
      children.push(child)
      return child
    },
  })
  ends.push(() => rig.console.dispose())
  return { ...rig, children }
}

/** Waits on the stream, not on the clock, until the embedded connection is as wanted. */
async function local(rig: Rig, phase: Connection['state']['phase']): Promise<Connection> {
  const reader = await rig.client.connections.watch()
  for (;;) {
    const { value } = await reader.next()
    const connection = (value as Connection[] | undefined)?.find(({ id }) => id === 'local')
    if (connection?.state.phase !== phase) continue
    await reader.return?.()
    return connection
  }
}

async function curl(url: string, token: string): Promise<unknown> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{"query":"{me{name}}"}',
  })
  return response.json()
}

it('first light: generate, reveal, use, revoke, refused; and nothing of the token stays', async () => {
  const rig = withChild({ keychain: memorySecretStore('missing') })
  const { client } = rig
  await rig.console.start()
  const connection = await local(rig, 'ready')
  expect(connection).toMatchObject({
    tokenPlace: 'child',
    state: { identity: { features: { apiTokens: true, revokedTokens: true, revokeReason: true } } },
  })

  const query = { connectionId: 'local', search: '', after: null, first: 200 }
  const { users, total } = await client.tokens.users(query)
  expect(total).toBe(users.length)
  expect(users.length).toBeGreaterThan(3)
  const pages: string[] = []
  for (let after: string | null = null; ; ) {
    const page = await client.tokens.users({ ...query, after, first: 3 })
    pages.push(...page.users.map(({ id }) => id))
    after = page.nextCursor
    if (after === null) break
  }
  expect(pages).toEqual(users.map(({ id }) => id))

  const me = await client.tokens.ofUser({ connectionId: 'local', userId: 'me' })
  const other = users.find(({ id }) => id !== me.user.id)
  const userId = other?.id ?? ''
  const name = 'مرحبا \u202e<script>alert(1)</script>'
  const asked = { connectionId: 'local', userId, name, duration: 'DAYS_30' } as const
  const { token, revealId } = await client.tokens.generate(asked)
  expect(token.name).toBe(name)
  const { value } = await client.tokens.reveal({ revealId })
  expect(value).toMatch(ISSUED_TOKEN_PATTERN)
  await client.tokens.forget({ revealId })

  const mine = await client.tokens.generate({ ...asked, userId: 'me', duration: 'UNLIMITED' })
  const { value: myValue } = await client.tokens.reveal({ revealId: mine.revealId })
  expect(await curl(connection.url, myValue)).toMatchObject({ data: { me: { name: me.user.name } } })
  const revoke = { connectionId: 'local', userId: 'me', tokenId: mine.token.id, reason: 'Laptop lost' }
  const after = await client.tokens.revoke(revoke)
  expect(after.tokens.map(({ id }) => id)).not.toContain(mine.token.id)
  expect(after.revoked).toContainEqual(
    expect.objectContaining({
      id: mine.token.id,
      reason: 'Laptop lost',
      maskedToken: mine.token.maskedToken,
    }),
  )
  expect(await curl(connection.url, myValue)).toMatchObject({
    errors: [{ extensions: { code: 'AUTH_REQUIRED' } }],
  })
  expect(await problemOf(client.tokens.revoke(revoke))).toMatchObject({ code: 'token-not-found' })

  await rig.console.dispose()
  for (const secret of [value, myValue]) {
    const found = findCanary(rig.folder, secret)
    expect(found.files).toBeGreaterThan(3)
    expect(found.hits).toEqual([])
    expect(rig.lines.join()).not.toContain(secret)
  }
})

it('the embedded platform comes back at its address with its tokens: after a kill, and at the next start', async () => {
  const first = withChild()
  await first.console.start()
  const { url } = await local(first, 'ready')
  const asked = { connectionId: 'local', userId: 'me', name: 'stays', duration: 'DAYS_90' } as const
  const { revealId } = await first.client.tokens.generate(asked)
  const { value } = await first.client.tokens.reveal({ revealId })

  first.children[0]?.kill('SIGKILL')
  expect(await local(first, 'failed')).toMatchObject({ state: { problem: { code: 'local-platform-down' } } })
  expect((await local(first, 'ready')).url).toBe(url)
  expect(await curl(url, value)).toMatchObject({ data: { me: {} } })
  await first.console.dispose()
  await expect(fetch(url)).rejects.toThrow()

  const second = withChild({ folder: first.folder, keychain: first.keychain })
  await second.console.start()
  expect((await local(second, 'ready')).url).toBe(url)
  expect(await curl(url, value)).toMatchObject({ data: { me: {} } })
  await second.client.settings.change({ localPlatform: false })
  expect(await local(second, 'failed')).toMatchObject({ tokenPlace: 'none' })
})

it('a platform elsewhere: probe, add, and the end of its admin token in the middle of work', async () => {
  const platform = await startTestPlatform({ seed: 'demo' })
  ends.push(() => platform.platform.stop())
  const admin = await platform.generate()
  const rig = consoleRig()
  ends.push(() => rig.console.dispose())
  const probe = await rig.client.connections.probe({ url: `${platform.url}/`, caPem: null, proxy: null })
  expect(probe.url).toBe(platform.url)
  const connectionId = await rig.connect(platform.url, admin.plaintext_token)
  const access = await rig.client.tokens.ofUser({ connectionId, userId: 'me' })
  expect(access.tokens.map(({ id }) => id)).toContain(admin.token_id)
  await platform.clock.pass(31 * 86_400_000)
  const call = rig.client.tokens.ofUser({ connectionId, userId: 'me' })
  expect(await problemOf(call)).toMatchObject({ code: 'wrong-token' })
})
