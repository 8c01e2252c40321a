import { afterEach, expect, it, type TestContext } from 'vitest'
import type { UpdateStatus } from '#shared/contract/updates.ts'
import { consoleRig, problemOf } from '../support/console-rig.ts'
import { inventoryBecomes, refreshed } from '../support/inventory-rig.ts'
import { startTestPlatform } from '../support/platform-rig.ts'
import { artefactOf, manifestOf, releaseServer } from '../support/release-server.ts'
import { smallDisk } from '../support/small-disk.ts'

/** REL-7 for what the profile keeps besides connections and the ledger: each is told of a full disk, loses nothing, and goes on. */
const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** A console on a disk of its own, connected to a platform on another one. */
async function begun(context: TestContext, options: Parameters<typeof consoleRig>[0] = {}) {
  const disk = smallDisk(12_000)
  if (disk === null) return context.skip('no right to mount a small disk')
  ends.push(() => disk.remove())
  const to = await startTestPlatform({ seed: 'demo', as: 'opencti-7' })
  ends.push(() => to.platform.stop())
  const rig = consoleRig({ clock: to.clock, folder: disk.folder, ...options })
  ends.push(() => rig.console.dispose())
  const { plaintext_token } = await to.generate(undefined, 'UNLIMITED', 'console')
  const connectionId = await rig.connect(to.url, plaintext_token)
  return { ...rig, disk, to, connectionId }
}

/** Repeats a call until the disk refuses it: the last page of a log may have had room for one more. */
async function refusal(call: () => Promise<unknown>): Promise<string> {
  for (let tries = 0; tries < 500; tries++) {
    const problem = await problemOf(call().then(() => Promise.reject(ACCEPTED))).catch((error: unknown) => {
      if (error !== ACCEPTED) throw error
      return null
    })
    if (problem) return problem.code
  }
  throw new Error('The full disk took everything')
}
const ACCEPTED = new Error('accepted')

it('an access review: what was decided stays decided, what could not be kept is said', async (context) => {
  const { client, disk, connectionId } = await begun(context)
  await refreshed(client, connectionId)
  const { id } = await client.review.begin({ connectionId })
  await client.review.decide({ id, who: [0], decision: 'keep', note: 'before' })
  disk.fill()
  let tries = 0
  const note = () => String(tries++).padStart(400, 'x')
  expect(
    await refusal(() => client.review.decide({ id, who: 'unchanged', decision: 'ask', note: note() })),
  ).toBe('storage-failed')
  disk.makeRoom()
  const owners = async () =>
    (await client.review.owners({ id, show: 'all', search: '', after: null, first: 100 })).owners
  expect((await owners()).length).toBeGreaterThan(3)
  await client.review.decide({
    id,
    who: (await owners()).map(({ place }) => place),
    decision: 'keep',
    note: '',
  })
  expect(await client.review.finish({ id })).toMatchObject({ digest: expect.any(String) })
})

it('a revocation at a time and a reminder: nothing is planned that is not kept', async (context) => {
  const { client, disk, to, connectionId } = await begun(context)
  const userId = await to.userIdOf('Alice')
  const { token_id: tokenId } = await to.generate(userId, 'DAYS_90', 'planned')
  const of = { connectionId, userId, tokenId }
  disk.fill()
  expect(
    await refusal(() => client.upkeep.revokeIn({ ...of, ms: 600_000, reason: 'x'.repeat(200) })),
  ).toMatch(/^(ledger|storage)-failed$/)
  const planned = async () => {
    for await (const { timers } of await client.upkeep.watch())
      return timers.filter(({ state }) => state === 'waiting')
    throw new Error('The stream ended')
  }
  expect((await planned()).length).toBeLessThanOrEqual(1)
  disk.makeRoom()
  await client.upkeep.revokeIn({ ...of, ms: 600_000, reason: 'there is room' })
  expect(await planned()).toMatchObject([{ reason: 'there is room' }])
  await client.upkeep.remind({ ...of, days: 7 })
  expect(await client.activity.verify()).toMatchObject({ state: 'whole' })
})

it('the inventory: everything is read and shown, and the snapshot comes with the next reading', async (context) => {
  const { client, disk, connectionId } = await begun(context)
  disk.fill()
  const status = await refreshed(client, connectionId)
  expect(status).toMatchObject({ phase: 'ready', source: 'live' })
  expect(status.tokens).toBeGreaterThan(10)
  disk.makeRoom()
  await refreshed(client, connectionId)
  expect(await client.inventory.snapshots({ connectionId })).not.toEqual([])
  await inventoryBecomes(client, connectionId, ({ problem }) => problem === null)
})

it('the heartbeat: a point that could not be kept does not end the watching', async (context) => {
  const { client, console, disk, to, connectionId } = await begun(context)
  await client.settings.change({ localPlatform: false })
  await console.start()
  const monitorId = `api:${connectionId}`
  const looked = async (since: number) => {
    for (let tries = 0; tries < 400; tries++) {
      await to.clock.pass(250)
      for await (const { monitors } of await client.heartbeat.watch()) {
        const last = monitors.find(({ id }) => id === monitorId)?.last
        if (last && last.at > since) return last
        break
      }
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
    throw new Error('Nobody looked')
  }
  await looked(0)
  disk.fill()
  for (let look = 0; look < 5; look++) {
    await client.heartbeat.lookNow({ monitorId })
    await to.clock.pass(1_000)
  }
  disk.makeRoom()
  const since = to.clock.now()
  await client.heartbeat.lookNow({ monitorId })
  expect(await looked(since)).toMatchObject({ outcome: 'good' })
})

it('an update: a download that found no room says so and leaves no half of a file, and is fetched when there is', async (context) => {
  const server = await releaseServer()
  ends.push(() => server.close())
  const file = 'Gatehouse-0.2.0.AppImage'
  const program = Buffer.alloc(2_000_000, 'a program')
  server.answers.set('/releases/latest.json', manifestOf({ artefacts: [artefactOf(file, program)] }))
  server.answers.set(`/releases/${file}`, program)
  const { client, disk } = await begun(context, { releases: server.source })
  const reader = await client.updates.watch()
  const next = async () => (await reader.next()).value as UpdateStatus | undefined
  const becomes = async (phase: 'ready' | 'failed') => {
    for (;;) {
      const value = await next()
      if (value?.state === 'available' && value.download?.phase === phase) return value.download
    }
  }
  await client.settings.change({ checkForUpdates: true })
  for (let found = false; !found; ) found = (await next())?.state === 'available'
  disk.fill()
  await client.updates.download({ fileName: file })
  expect(await becomes('failed')).toMatchObject({ phase: 'failed' })
  disk.makeRoom()
  await client.updates.download({ fileName: file })
  expect(await becomes('ready')).toMatchObject({ phase: 'ready' })
  await reader.return?.()
})
