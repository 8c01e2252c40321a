import { afterEach, expect, it } from 'vitest'
import type { Upkeep } from '#shared/contract/upkeep.ts'
import { consoleRig } from '../support/console-rig.ts'
import { DrivenClock } from '../support/driven-clock.ts'
import { inventoryCopy } from '../support/inventory-rig.ts'
import { startTestPlatform } from '../support/platform-rig.ts'

/** What the console does later, against an OpenCTI 7 over HTTP (T-16, T-17). The ledger and the memory of tokens take part. */

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const MINUTE = 60_000

async function begun() {
  const to = await startTestPlatform({ seed: 'demo', as: 'opencti-7' })
  ends.push(() => to.platform.stop())
  const clock = new DrivenClock(Date.now())
  const rig = consoleRig({ clock })
  ends.push(() => rig.console.dispose())
  const { plaintext_token } = await to.generate(undefined, 'UNLIMITED', 'console')
  const connectionId = await rig.connect(to.url, plaintext_token)
  const userId = await to.userIdOf('Alice')
  return { ...rig, clock, to, of: { connectionId, userId } }
}

type Client = Awaited<ReturnType<typeof begun>>['client']

async function becomes(client: Client, wanted: (upkeep: Upkeep) => boolean): Promise<Upkeep> {
  const reader = await client.upkeep.watch()
  for (;;) {
    const { value, done } = await reader.next()
    if (done) throw new Error('The stream ended')
    if (!wanted(value)) continue
    await reader.return?.()
    return value
  }
}

it('a token is revoked at its time, after a restart too, with a record and a tombstone', async () => {
  const { client, to, of, clock, console, folder, keychain } = await begun()
  const { token_id, plaintext_token } = await to.generate(of.userId, 'DAYS_90', 'contractor')
  const timer = await client.upkeep.revokeIn({
    ...of,
    tokenId: token_id,
    ms: 10 * MINUTE,
    reason: 'Contract ends',
  })
  expect(timer).toMatchObject({ state: 'waiting', token: { name: 'contractor' }, owner: { id: of.userId } })
  expect((await to.ask('{ me { id } }', { token: plaintext_token })).errors).toBeUndefined()
  await console.dispose()

  const later = new DrivenClock(clock.now())
  const again = consoleRig({ folder, keychain, clock: later })
  ends.push(() => again.console.dispose())
  await again.console.start()
  const waiting = await becomes(again.client, ({ timers }) => timers.length === 1)
  expect(waiting.timers[0]).toMatchObject({ id: timer.id, state: 'waiting' })
  expect((await to.ask('{ me { id } }', { token: plaintext_token })).errors).toBeUndefined()

  to.clock.advance(10 * MINUTE)
  await later.pass(10 * MINUTE)
  const { timers } = await becomes(again.client, (upkeep) => upkeep.timers[0]?.state !== 'waiting')
  expect(timers[0]).toMatchObject({ state: 'done', lateMs: null, problem: null })
  expect((await to.ask('{ me { id } }', { token: plaintext_token })).errors).toBeDefined()
  const { tombstones } = await again.client.inventory.tombstones({
    connectionId: of.connectionId,
    after: null,
    first: 5,
  })
  expect(tombstones).toMatchObject([{ id: token_id, fate: 'revoked', reason: 'Contract ends' }])
  const records = again.ledger()
  const done = records.filter(({ phase }) => phase === 'intent').map(({ action }) => action)
  expect(done).toEqual(expect.arrayContaining(['token.revoke-at', 'token.revoke']))
  expect(JSON.stringify(records)).not.toContain(plaintext_token)
})

it('a rotation watches what really happens to both tokens, and revokes the old one', async () => {
  const { client, to, of } = await begun()
  const old = await to.generate(of.userId, 'DAYS_30', 'import')
  const { token: replacement, revealId } = await client.tokens.generate({
    ...of,
    name: 'import 2',
    duration: 'DAYS_90',
  })
  const { value } = await client.tokens.reveal({ revealId })
  const asked = {
    ...of,
    tokenId: old.token_id,
    replacementId: replacement.id,
    quietMs: 10 * MINUTE,
    finish: 'ask',
  } as const
  const rotation = await client.upkeep.rotate(asked)
  expect(rotation).toMatchObject({ phase: 'watching', newUsedAt: null, replacement: { name: 'import 2' } })
  await to.ask('{ me { id } }', { token: value })
  const used = await client.upkeep.checkRotation({ id: rotation.id })
  expect(used.newUsedAt).not.toBeNull()
  expect(used.phase).toBe('watching')

  const copy = inventoryCopy(client, of.connectionId)
  await copy.follow()
  expect(await client.upkeep.finishRotation({ id: rotation.id })).toMatchObject({
    phase: 'done',
    problem: null,
  })
  expect((await to.ask('{ me { id } }', { token: old.plaintext_token })).errors).toBeDefined()
  expect((await to.ask('{ me { id } }', { token: value })).errors).toBeUndefined()
  const { tombstones } = await client.inventory.tombstones({
    connectionId: of.connectionId,
    after: null,
    first: 5,
  })
  expect(tombstones).toMatchObject([{ id: old.token_id, fate: 'revoked' }])
})

it('an account that may not revoke is told so when it asks, not when the time has come', async () => {
  const to = await startTestPlatform({ seed: 'demo', as: 'opencti-7' })
  ends.push(() => to.platform.stop())
  const rig = consoleRig()
  ends.push(() => rig.console.dispose())
  const { data } = await to.ask(
    '{ users(first: 500) { edges { node { id administrated_organizations { id } } } } }',
  )
  type Node = { id: string; administrated_organizations: unknown[] }
  const admin = (data.users.edges as { node: Node }[]).find(
    ({ node }) => node.administrated_organizations.length > 0,
  )
  const connectionId = await rig.connect(to.url, (await to.generate(admin?.node.id)).plaintext_token)
  const { users } = await rig.client.tokens.users({ connectionId, search: '', after: null, first: 50 })
  const other = users.find(({ id, tokenCount }) => id !== admin?.node.id && (tokenCount ?? 0) > 0)
  const access = await rig.client.tokens.ofUser({ connectionId, userId: other?.id ?? '' })
  const set = rig.client.upkeep.revokeIn({
    connectionId,
    userId: other?.id ?? '',
    tokenId: access.tokens[0]?.id ?? '',
    ms: MINUTE,
    reason: '',
  })
  await expect(set).rejects.toMatchObject({ data: { code: 'missing-capability' } })
})
