import { afterEach, expect, it } from 'vitest'
import { systemClock } from '#base/clock.ts'
import { tokenStatus } from '#shared/domain/token.ts'
import type { PlatformOptions } from '../../electron/local-platform/platform.ts'
import { startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'

/** An organisation of ten thousand people on the local platform, as the inventory reads it. */
const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function large(options: Partial<PlatformOptions> = {}): Promise<TestPlatform> {
  const platform = await startTestPlatform({ seed: 'large', ...options })
  ends.push(() => platform.platform.stop())
  return platform
}

interface Node {
  readonly name: string
  readonly api_tokens: {
    readonly id: string
    readonly created_at: string
    readonly expires_at: string | null
  }[]
}

const PAGE = `query ($after: ID) {
  users(first: 500, after: $after, orderBy: name, orderMode: asc) {
    edges { node { id name user_email account_status api_tokens { id name masked_token created_at expires_at last_used_at } } }
    pageInfo { endCursor hasNextPage globalCount }
  }
}`

async function pages({ ask }: TestPlatform): Promise<{ nodes: Node[]; ms: number }[]> {
  const found: { nodes: Node[]; ms: number }[] = []
  for (let after: string | null = null; ; ) {
    const start = performance.now()
    const { data } = await ask(PAGE, { variables: { after } })
    found.push({
      nodes: data.users.edges.map(({ node }: { node: Node }) => node),
      ms: performance.now() - start,
    })
    if (!data.users.pageInfo.hasNextPage) return found
    after = data.users.pageInfo.endCursor
  }
}

it.each(['gatehouse', 'opencti-7'] as const)(
  'as %s every user and token comes once, the last page as fast as the first',
  async (as) => {
    const platform = await large({ as, seedSize: { tokensOfOne: 1_000 } })
    const all = await pages(platform)
    const nodes = all.flatMap((page) => page.nodes)
    const tokens = nodes.flatMap(({ api_tokens }) => api_tokens)
    // The administrator and the owner of many besides.
    expect(nodes).toHaveLength(10_002)
    expect(new Set(tokens.map(({ id }) => id)).size).toBe(51_000)
    expect(tokens).toHaveLength(51_000)
    const counts = nodes.map(({ api_tokens }) => api_tokens.length)
    expect(nodes.find(({ name }) => name === 'Owner of many')?.api_tokens).toHaveLength(1_000)
    expect(counts.filter((count) => count === 0).length).toBeGreaterThan(1_000)
    const now = platform.clock.now()
    const statuses = tokens.map(({ expires_at }) =>
      tokenStatus({ expiresAt: expires_at === null ? null : Date.parse(expires_at) }, now),
    )
    expect(new Set(statuses)).toEqual(new Set(['active', 'expires-soon', 'expired']))
    const fastest = (some: { ms: number }[]) => Math.min(...some.map(({ ms }) => ms))
    expect(fastest(all.slice(-6, -1))).toBeLessThan(4 * fastest(all.slice(0, 5)))
  },
)

it('others are answered while a page of everything is made', async () => {
  const platform = await large({ clock: systemClock })
  const whole = platform.ask(PAGE.replace('first: 500', 'first: 5000'))
  let done = false
  whole.finally(() => {
    done = true
  })
  let meanwhile = 0
  while (!done) {
    await platform.ask('{ me { id } }')
    if (!done) meanwhile += 1
  }
  expect(meanwhile).toBeGreaterThan(5)
})

it('is as large as asked for, and people alone where there are no tokens', async () => {
  const small = await large({ seedSize: { users: 20, tokens: 100 } })
  const [page] = await pages(small)
  expect(page?.nodes).toHaveLength(21)
  expect(page?.nodes.flatMap(({ api_tokens }) => api_tokens)).toHaveLength(100)
  const old = await large({ as: 'opencti-6.9', seedSize: { users: 20 } })
  const { data } = await old.ask('{ users { edges { node { api_token } } } }')
  expect(
    new Set(data.users.edges.map(({ node }: { node: { api_token: string } }) => node.api_token)).size,
  ).toBe(21)
})
