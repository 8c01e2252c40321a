import { readFileSync } from 'node:fs'
import { afterEach, expect, it } from 'vitest'
import type { UpdateStatus } from '#shared/contract/updates.ts'
import { consoleRig } from '../support/console-rig.ts'
import { DrivenClock } from '../support/driven-clock.ts'
import { artefactOf, manifestOf, releaseServer } from '../support/release-server.ts'

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

it('a page switches updates on, is told of a release, has it fetched, and switches them off again', async () => {
  const server = await releaseServer()
  ends.push(() => server.close())
  const file = 'Gatehouse-0.2.0.AppImage'
  const program = Buffer.from('a program')
  server.answers.set('/releases/latest.json', manifestOf({ artefacts: [artefactOf(file, program)] }))
  server.answers.set(`/releases/${file}`, program)
  const { client, console } = consoleRig({ releases: server.source, clock: new DrivenClock() })
  ends.push(() => console.dispose())
  const reader = await client.updates.watch()
  const until = async (wanted: (status: UpdateStatus) => boolean): Promise<UpdateStatus> => {
    for (;;) {
      const { value, done } = await reader.next()
      if (done) throw new Error('The stream ended')
      if (wanted(value as UpdateStatus)) return value as UpdateStatus
    }
  }
  expect(await until(() => true)).toEqual({ state: 'off', source: server.origin })
  await client.updates.check()
  expect(server.asked).toEqual([])

  await client.settings.change({ checkForUpdates: true })
  await until(({ state }) => state === 'available')
  await client.updates.download({ fileName: file })
  const done = await until((status) => status.state === 'available' && status.download?.phase === 'ready')
  if (done.state !== 'available' || done.download?.phase !== 'ready') throw new Error('Not there')
  expect(readFileSync(done.download.path).equals(program)).toBe(true)

  await client.settings.change({ checkForUpdates: false })
  await until(({ state }) => state === 'off')
  await reader.return?.()
})

it('a console that nobody built a key into asks nobody', async () => {
  const { client, console } = consoleRig()
  ends.push(() => console.dispose())
  await client.settings.change({ checkForUpdates: true })
  const reader = await client.updates.watch()
  expect((await reader.next()).value).toEqual({ state: 'unavailable' })
  await reader.return?.()
})
