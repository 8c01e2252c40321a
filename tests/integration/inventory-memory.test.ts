import { afterEach, describe, expect, it } from 'vitest'
import type { Tombstone } from '#shared/contract/inventory.ts'
import { readJsonText } from '#shared/domain/json-text.ts'
import { consoleRig, problemOf } from '../support/console-rig.ts'
import { startFaultProxy } from '../support/fault-proxy.ts'
import { hurriedClock } from '../support/hurried-clock.ts'
import { inventoryBecomes, inventoryCopy, refreshed } from '../support/inventory-rig.ts'
import { startTestPlatform } from '../support/platform-rig.ts'

/** What the console remembers, compares and writes out of an OpenCTI 7 that forgets (T-14, T-15, T-18). */

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function begun(as?: 'gatehouse') {
  const to = await startTestPlatform({ seed: 'demo', as: as ?? 'opencti-7' })
  ends.push(() => to.platform.stop())
  const proxy = await startFaultProxy(to.url)
  ends.push(() => proxy.close())
  const rig = consoleRig({ clock: hurriedClock })
  ends.push(() => rig.console.dispose())
  const { plaintext_token } = await to.generate(undefined, 'UNLIMITED', 'console')
  const connectionId = await rig.connect(proxy.url, plaintext_token)
  const alice = await to.userIdOf('Alice')
  const { client } = rig
  return {
    ...rig,
    to,
    proxy,
    connectionId,
    alice,
    async tombstones(): Promise<Tombstone[]> {
      return (await client.inventory.tombstones({ connectionId, after: null, first: 100 })).tombstones
    },
    revoke: (tokenId: string, reason = '') =>
      client.tokens.revoke({ connectionId, userId: alice, tokenId, reason }),
    /** somebody else, somewhere else */
    revokeElsewhere: (tokenId: string) =>
      to.ask(`mutation { userAdminTokenRevoke(userId: "${alice}", id: "${tokenId}") }`),
  }
}

describe('a token that is gone', () => {
  it('by this console is remembered with who, when and why', async () => {
    const { to, alice, client, connectionId, tombstones, revoke } = await begun()
    const { token_id, masked_token } = await to.generate(alice, 'DAYS_30', 'laptop')
    const before = Date.now()
    await revoke(token_id, 'Lost on a train')
    const [tombstone, ...others] = await tombstones()
    expect(others).toEqual([])
    expect(tombstone).toMatchObject({
      id: token_id,
      name: 'laptop',
      maskedToken: masked_token,
      owner: { id: alice, email: expect.stringMatching(/^alice/) },
      fate: 'revoked',
      reason: 'Lost on a train',
      by: expect.stringMatching(/@/),
    })
    expect(tombstone?.goneAt).toBeGreaterThanOrEqual(before)
    // A load that finds it missing says nothing else of it.
    await refreshed(client, connectionId)
    await refreshed(client, connectionId)
    expect(await tombstones()).toEqual([tombstone])
  })

  it('by somebody else vanished, between two reads', async () => {
    const { to, alice, client, connectionId, tombstones, revokeElsewhere } = await begun()
    const { token_id } = await to.generate(alice, 'DAYS_30', 'laptop')
    const { startedAt } = await refreshed(client, connectionId)
    await revokeElsewhere(token_id)
    expect(await tombstones()).toEqual([])
    const { readAt } = await refreshed(client, connectionId)
    const [tombstone] = await tombstones()
    expect(tombstone).toMatchObject({ id: token_id, fate: 'vanished', by: null, reason: null })
    expect(tombstone?.lastListedAt).toBeGreaterThanOrEqual(startedAt ?? Number.POSITIVE_INFINITY)
    expect(tombstone?.lastListedAt).toBeLessThanOrEqual(tombstone?.goneAt ?? 0)
    expect(tombstone?.goneAt).toBeLessThanOrEqual(readAt ?? 0)
  })

  it('in bulk is remembered token by token, and leaves the rows as each list is read', async () => {
    const { to, alice, client, connectionId, tombstones } = await begun()
    const tokenIds: string[] = []
    for (const name of ['a', 'b', 'c']) tokenIds.push((await to.generate(alice, 'DAYS_30', name)).token_id)
    await refreshed(client, connectionId)
    const copy = inventoryCopy(client, connectionId)
    await copy.follow()
    const before = copy.tokens.size
    const targets = [{ userId: alice, tokenIds }]
    const { id } = await client.incidents.revoke({ connectionId, targets, reason: 'Clean-up' })
    for await (const delta of await client.incidents.follow({ id })) {
      if (delta.incident.phase !== 'running') break
    }
    expect((await tombstones()).map((one) => `${one.name} ${one.fate} ${one.reason}`).sort()).toEqual(
      ['a', 'b', 'c'].map((name) => `${name} revoked Clean-up`),
    )
    await copy.follow()
    expect(copy.tokens.size).toBe(before - 3)
  })

  it('while the console did not run vanished too', async () => {
    const { to, alice, client, connectionId, revokeElsewhere, folder, keychain, console, proxy } =
      await begun()
    const { token_id } = await to.generate(alice, 'DAYS_30', 'laptop')
    const { readAt } = await refreshed(client, connectionId)
    await console.dispose()
    await revokeElsewhere(token_id)
    const again = consoleRig({ folder, keychain, clock: hurriedClock })
    ends.push(() => again.console.dispose())
    expect(await refreshed(again.client, connectionId)).toMatchObject({ phase: 'ready' })
    const { tombstones } = await again.client.inventory.tombstones({ connectionId, after: null, first: 10 })
    expect(tombstones).toMatchObject([{ id: token_id, fate: 'vanished' }])
    expect(tombstones[0]?.lastListedAt).toBeLessThanOrEqual(readAt ?? 0)
    expect(proxy.url).not.toBe('')
  })

  it('with its owner is gone as well, and one that a page stepped over is not', async () => {
    const { to, alice, client, connectionId, tombstones, proxy } = await begun()
    const { token_id } = await to.generate(alice, 'DAYS_30', 'laptop')
    const copy = inventoryCopy(client, connectionId)
    await refreshed(client, connectionId)
    await copy.follow()
    const before = copy.list()
    // The next load's pages do not mention Alice, who is there all the same.
    proxy.rewrite = (document, answer) =>
      document.includes('query Inventory') ? without(answer, alice) : answer
    expect(await refreshed(client, connectionId)).toMatchObject({ phase: 'ready' })
    await copy.follow()
    expect(copy.list()).toEqual(before)
    expect(await tombstones()).toEqual([])

    // Asked alone, the platform says that there is no such user.
    proxy.rewrite = (document, answer) => {
      if (document.includes('query Inventory')) return without(answer, alice)
      return document.includes('query UserAccess') && answer.includes(alice)
        ? '{"data":{"user":null}}'
        : answer
    }
    expect(await refreshed(client, connectionId)).toMatchObject({ phase: 'ready' })
    const gone = await tombstones()
    expect(gone.map(({ fate }) => fate)).toEqual(gone.map(() => 'vanished'))
    expect(gone.map(({ id }) => id)).toContain(token_id)
    expect(new Set(gone.map(({ owner }) => owner.id))).toEqual(new Set([alice]))

    // Nobody can say: what was known stays, and the gap is told.
    proxy.rewrite = (_, answer) => answer
    await refreshed(client, connectionId)
    expect(await tombstones()).toEqual([])
    proxy.rewrite = (document, answer) => {
      if (document.includes('query Inventory')) return without(answer, alice)
      return document.includes('query UserAccess') ? '{' : answer
    }
    expect(await refreshed(client, connectionId)).toMatchObject({
      phase: 'partial',
      gaps: [{ users: 1, problem: { code: 'platform-error' } }],
    })
    await copy.follow()
    expect(copy.list()).toEqual(before)
    expect(await tombstones()).toEqual([])
  })
})

describe('a revocation', () => {
  it('that was refused leaves no tombstone', async () => {
    const { to, alice, tombstones, revoke, proxy } = await begun()
    const { token_id } = await to.generate(alice, 'DAYS_30', 'laptop')
    proxy.choose = (document) => (document.includes('TokenRevoke') ? 'forbidden' : null)
    expect(await problemOf(revoke(token_id))).toMatchObject({ code: 'forbidden' })
    expect(await tombstones()).toEqual([])
  })

  it('whose answer was lost is unsettled until a list shows what became of it', async () => {
    const { to, alice, client, connectionId, tombstones, revoke, proxy } = await begun()
    const { token_id } = await to.generate(alice, 'DAYS_30', 'laptop')
    // The platform carries it out; neither the answer nor the list afterwards comes through.
    let revoked = false
    proxy.choose = (document) => {
      if (document.includes('TokenRevoke')) revoked = true
      if (document.includes('TokenRevoke')) return 'lose-answer'
      return revoked && document.includes('query UserAccess') ? 'cut' : null
    }
    expect(await problemOf(revoke(token_id))).toMatchObject({ code: 'cut' })
    expect(await tombstones()).toMatchObject([{ id: token_id, fate: 'unsettled' }])
    proxy.choose = () => null
    await refreshed(client, connectionId)
    expect(await tombstones()).toMatchObject([{ id: token_id, fate: 'revoked' }])
  })

  it('that never arrived is forgotten when the token is still listed a minute later', async () => {
    let ahead = 0
    const to = await startTestPlatform({ seed: 'demo', as: 'opencti-7' })
    ends.push(() => to.platform.stop())
    const proxy = await startFaultProxy(to.url)
    ends.push(() => proxy.close())
    const rig = consoleRig({ clock: { now: () => hurriedClock.now() + ahead, after: hurriedClock.after } })
    ends.push(() => rig.console.dispose())
    const connectionId = await rig.connect(proxy.url, (await to.generate()).plaintext_token)
    const userId = await to.userIdOf('Alice')
    const { token_id } = await to.generate(userId, 'DAYS_30', 'laptop')
    const fates = async () => {
      const { tombstones } = await rig.client.inventory.tombstones({ connectionId, after: null, first: 9 })
      return tombstones.map(({ fate }) => fate)
    }
    let sent = false
    proxy.choose = (document) => {
      sent ||= document.includes('TokenRevoke')
      return sent ? 'cut' : null
    }
    const asked = { connectionId, userId, tokenId: token_id, reason: '' }
    expect(await problemOf(rig.client.tokens.revoke(asked))).toMatchObject({ code: 'cut' })
    expect(await fates()).toEqual(['unsettled'])
    proxy.choose = () => null
    ahead = 59_000
    await refreshed(rig.client, connectionId)
    expect(await fates()).toEqual(['unsettled'])
    ahead = 61_000
    await refreshed(rig.client, connectionId)
    expect(await fates()).toEqual([])
  })
})

describe('a platform with a record of its own', () => {
  const recorded = async ({ client, connectionId }: Awaited<ReturnType<typeof begun>>) => {
    const before = Date.now()
    await refreshed(client, connectionId)
    return inventoryBecomes(
      client,
      connectionId,
      ({ recordsReadAt, recordsProblem }) => (recordsReadAt ?? 0) >= before || recordsProblem !== null,
    )
  }

  it('tells what was revoked elsewhere and before, and each token stands once', async () => {
    const world = await begun('gatehouse')
    const { to, alice, tombstones, revoke } = world
    const elsewhere = (id: string): Promise<unknown> =>
      to.ask(`mutation { userAdminTokenRevoke(userId: "${alice}", id: "${id}", reason: "Left") }`)
    const early = await to.generate(alice, 'DAYS_30', 'never seen here')
    await elsewhere(early.token_id)
    const here = await to.generate(alice, 'DAYS_30', 'revoked here')
    const seen = await to.generate(alice, 'DAYS_30', 'seen, then gone')
    await recorded(world)
    await revoke(here.token_id, 'Lost')
    await elsewhere(seen.token_id)
    const { recordsProblem } = await recorded(world)
    expect(recordsProblem).toBeNull()

    const all = await tombstones()
    const mine = all.filter(({ owner }) => owner.id === alice)
    const one = (id: string) => mine.filter((tombstone) => tombstone.id === id)
    expect(one(early.token_id)).toMatchObject([
      {
        name: 'never seen here',
        fate: 'elsewhere',
        knownFrom: 'platform',
        reason: 'Left',
        lastListedAt: null,
      },
    ])
    expect(one(here.token_id)).toMatchObject([{ fate: 'revoked', knownFrom: 'both', reason: 'Lost' }])
    expect(one(seen.token_id)).toMatchObject([{ fate: 'elsewhere', knownFrom: 'both', reason: 'Left' }])
    expect(one(seen.token_id)[0]?.by).not.toBeNull()
    const times = all.map(({ goneAt }) => goneAt)
    expect(times).toEqual(times.toSorted((a, b) => b - a))

    await recorded(world)
    expect(await tombstones()).toEqual(all)
  })

  it('that cannot be read is said, and takes nothing else along', async () => {
    const world = await begun('gatehouse')
    world.proxy.choose = (document) => (document.includes('RevokedInventory') ? 'http-500' : null)
    const status = await recorded(world)
    expect(status).toMatchObject({
      phase: 'ready',
      recordsReadAt: null,
      recordsProblem: { code: 'http-status' },
    })
  })

  it('is not asked for where the platform forgets', async () => {
    const world = await begun()
    const { client, connectionId, to, alice, tombstones } = world
    const { token_id } = await to.generate(alice, 'DAYS_30', 'gone')
    await refreshed(client, connectionId)
    await world.revokeElsewhere(token_id)
    const status = await refreshed(client, connectionId)
    expect(status).toMatchObject({ recordsReadAt: null, recordsProblem: null })
    expect(await tombstones()).toMatchObject([{ id: token_id, fate: 'vanished', knownFrom: 'console' }])
  })
})

it('a wave of tombstones is paged, the newest first', async () => {
  const { to, alice, client, connectionId, revoke } = await begun()
  const ids: string[] = []
  for (const name of ['a', 'b', 'c', 'd', 'e']) {
    const { token_id } = await to.generate(alice, 'DAYS_30', name)
    await revoke(token_id)
    ids.unshift(token_id)
  }
  const seen: string[] = []
  for (let after: string | null = null; ; ) {
    const page = await client.inventory.tombstones({ connectionId, after, first: 2 })
    expect(page.total).toBe(5)
    seen.push(...page.tombstones.map(({ id }) => id))
    after = page.nextCursor
    if (after === null) break
  }
  expect(seen).toEqual(ids)
  const nonsense = client.inventory.tombstones({ connectionId, after: 'x', first: 2 })
  expect(await problemOf(nonsense)).toMatchObject({ code: 'bad-input' })
})

it('what changed between two snapshots, and since the last one', async () => {
  const { to, alice, client, connectionId, revoke, revokeElsewhere } = await begun()
  const gone = await to.generate(alice, 'DAYS_30', 'gone elsewhere')
  const revoked = await to.generate(alice, 'DAYS_30', 'gone from here')
  const used = await to.generate(alice, 'DAYS_30', 'used')
  await refreshed(client, connectionId)
  const [first] = await client.inventory.snapshots({ connectionId })
  const from = first?.id ?? 0
  expect(await client.inventory.diff({ connectionId, from, to: null })).toMatchObject({
    comparable: true,
    appeared: { total: 0 },
    vanished: { total: 0 },
    expired: { total: 0 },
  })

  await revokeElsewhere(gone.token_id)
  await revoke(revoked.token_id)
  await to.ask('{ me { id } }', { token: used.plaintext_token })
  const made = await to.generate(alice, 'UNLIMITED', 'appeared')
  await refreshed(client, connectionId)
  const since = await client.inventory.diff({ connectionId, from, to: null })
  const names = (part: { first: { name: string }[] }) => part.first.map(({ name }) => name).sort()
  expect(names(since.appeared)).toEqual(['appeared'])
  expect(since.vanished.first.map(({ name, fate }) => `${name}: ${fate}`).sort()).toEqual([
    'gone elsewhere: vanished',
    'gone from here: revoked',
  ])
  expect(names(since.used)).toContain('used')
  const [last] = await client.inventory.snapshots({ connectionId })
  const between = await client.inventory.diff({ connectionId, from, to: last?.id ?? 0 })
  expect({ ...between, to: 0 }).toEqual({ ...since, to: 0 })
  const back = await client.inventory.diff({ connectionId, from: last?.id ?? 0, to: from })
  expect(names(back.appeared)).toEqual(['gone elsewhere', 'gone from here'])
  expect(names(back.vanished)).toEqual(['appeared'])
  expect(made.token_id).not.toBe('')
  expect(await problemOf(client.inventory.diff({ connectionId, from: 999, to: null }))).toMatchObject({
    code: 'snapshot-gone',
  })
})

it('an export tells what is shown, in the asked order, and runs nothing', async () => {
  const { to, alice, client, connectionId, ledger } = await begun()
  const hostile = ['=cmd|"/c calc"!A1', '＠SUM(1)', '\t=1', '"quoted"', '<script>alert(1)</script>']
  for (const name of hostile) await to.generate(alice, 'UNLIMITED', name)
  const { tokens } = await refreshed(client, connectionId)
  const copy = inventoryCopy(client, connectionId)
  await copy.follow()
  const { cursor } = readJsonText(await client.inventory.rows({ connectionId, cursor: null }))
  const text = async (ask: Partial<Parameters<typeof client.inventory.export>[0]>) => {
    let whole = ''
    const asked = { connectionId, format: 'csv', cursor: null, rows: null, ...ask } as const
    for await (const piece of await client.inventory.export(asked)) whole += piece
    return whole
  }
  const all = await text({})
  expect(all.startsWith('\ufeff"owner","owner_email"')).toBe(true)
  expect(all.trimEnd().split('\r\n')).toHaveLength(tokens + 1)
  expect(all).not.toMatch(/(^|,)"[=+\-@\t\r＝＋－＠]/m)
  for (const name of hostile.slice(0, 3)) expect(all).toContain(`"'${name.replaceAll('"', '""')}"`)

  const json = JSON.parse(await text({ format: 'json' }))
  expect(json.tokens).toHaveLength(tokens)
  const mine = json.tokens.filter((token: { owner_id: string }) => token.owner_id === alice)
  expect(mine.map((token: { token: string }) => token.token)).toEqual(expect.arrayContaining(hostile))
  expect(JSON.stringify(json)).not.toContain('flgrn_octi_tkn_')

  const rows = [...copy.tokens.keys()].reverse().slice(0, 3)
  const asked = JSON.parse(await text({ format: 'json', cursor, rows })) as { tokens: { token_id: string }[] }
  expect(asked.tokens.map(({ token_id }) => token_id)).toEqual(rows.map((row) => copy.tokens.get(row)?.id))
  const stale = client.inventory.export({ connectionId, format: 'csv', cursor: 'earlier.7', rows })
  expect(await problemOf(stale)).toMatchObject({ code: 'bad-input' })
  const records = ledger().filter(({ action }) => action === 'token.export')
  expect(records).toContainEqual(expect.objectContaining({ phase: 'intent', format: 'json', rows: 3 }))
})

it('the policy is refused here and found elsewhere', async () => {
  const { to, alice, client, connectionId } = await begun()
  await to.generate(alice, 'UNLIMITED', 'made elsewhere')
  const without = await refreshed(client, connectionId)
  expect(without.findings?.counts).toMatchObject({
    'policy-naming': 0,
    'policy-lifetime': 0,
    'policy-unlimited': 0,
  })
  expect(without.findings?.counts.unlimited).toBeGreaterThan(0)
  const tokenPolicy = { maxLifetimeDays: 60, noUnlimited: true, namePattern: 'cert-*' }
  await client.settings.change({ tokenPolicy })
  const before = JSON.stringify(
    await to.ask('{ users(first: 500) { edges { node { api_tokens { id } } } } }'),
  )
  for (const [name, duration, code] of [
    ['cert-a', 'DAYS_90', 'policy-lifetime'],
    ['cert-a', 'UNLIMITED', 'policy-lifetime'],
    ['a', 'DAYS_30', 'policy-naming'],
  ] as const) {
    const generated = client.tokens.generate({ connectionId, userId: alice, name, duration })
    expect(await problemOf(generated)).toMatchObject({ code })
  }
  const after = JSON.stringify(await to.ask('{ users(first: 500) { edges { node { api_tokens { id } } } } }'))
  expect(after).toBe(before)
  await client.tokens.generate({ connectionId, userId: alice, name: 'cert-a', duration: 'DAYS_60' })
  const { findings, tokens } = await refreshed(client, connectionId)
  expect(findings?.counts['policy-unlimited']).toBe(findings?.counts.unlimited)
  expect(findings?.counts['policy-naming']).toBeGreaterThan(1)
  expect(findings?.counts['policy-naming']).toBeLessThan(tokens)
})

/** A page of users without one of them. */
function without(answer: string, userId: string): string {
  const json = JSON.parse(answer)
  const { edges } = json.data.users
  json.data.users.edges = edges.filter(({ node }: { node: { id: string } }) => node.id !== userId)
  return JSON.stringify(json)
}
