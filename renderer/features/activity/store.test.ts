import { expect, test } from 'vitest'
import { activityWorld } from '../../../tests/page/activity-world.ts'
import { hostOf } from '../../../tests/page/host.ts'
import { createWorld, NOW, problem } from '../../../tests/page/world.ts'
import { createActivityStore } from './store.ts'

function rig() {
  const world = createWorld()
  const store = createActivityStore(hostOf(world).client, world.clock)
  store.actions.turnTo('cert')
  return { world, ...store, state: store.getState }
}

const BOTH = { platform: true }
const settle = () => new Promise((resolve) => setTimeout(resolve))

test('one source that fails leaves the other', async () => {
  const { world, actions, state } = rig()
  world.failing.set('activity.platform', problem('missing-capability', 'SETTINGS_SECURITYACTIVITY'))
  await actions.load(BOTH)
  expect(state().console.entries).toHaveLength(8)
  expect(state().platform).toMatchObject({ entries: [], problem: { code: 'missing-capability' } })
})

test('a platform that cannot be reached is not asked', async () => {
  const { world, actions, state } = rig()
  await actions.load({ platform: false })
  expect(world.calls).toEqual(['activity.ledger'])
  expect(state().platform.readAt).toBeNull()
})

test('a filter asks anew, only those it wants, and drops what comes late', async () => {
  const { world, actions, state } = rig()
  await actions.load(BOTH)
  world.calls.length = 0
  actions.choose({ source: 'console', kind: 'connection' })
  expect(state().console.entries).toEqual([])
  actions.choose({ kind: 'token' })
  await settle()
  expect(new Set(world.calls)).toEqual(new Set(['activity.ledger']))
  expect(state().console.entries.map(({ action }) => action?.split('.')[0])).toEqual(Array(6).fill('token'))
  // Everybody who was seen can still be chosen.
  expect(Object.values(state().people)).toEqual(['bob.keller@example.org', 'alice.martin@example.org'])
})

test('typing asks once, when it pauses', async () => {
  const { world, actions, state } = rig()
  for (const search of ['l', 'la', 'lap']) actions.search(search)
  world.clock.advance(200)
  expect(world.calls).toEqual([])
  world.clock.advance(100)
  await settle()
  expect(world.calls).toEqual(['activity.ledger', 'activity.platform'])
  expect(state().console.entries).toHaveLength(1)
})

test('what the console writes comes in above what is loaded, also further than a page', async () => {
  const { world, actions, state } = rig()
  const [template] = activityWorld(NOW).ledger
  if (!template) throw new Error('The world has no ledger')
  const entry = (place: number) => ({ ...template, place, at: NOW - 1_000_000 + place })
  const upTo = (newest: number) => {
    world.activity.ledger = Array.from({ length: newest }, (_, index) => entry(newest - index))
  }
  upTo(250)
  await actions.load(BOTH)
  await actions.more(['console'])
  upTo(260)
  await actions.follow()
  const places = () => state().console.entries.map(({ place }) => place)
  expect(places()).toEqual(Array.from({ length: 210 }, (_, index) => 260 - index))
  upTo(500)
  await actions.follow()
  expect(places()).toEqual(Array.from({ length: 100 }, (_, index) => 500 - index))
  await actions.more(['console'])
  expect(places()).toHaveLength(200)
})

test('turning to another connection drops what its platform said', async () => {
  const { actions, state } = rig()
  const loading = actions.load(BOTH)
  actions.turnTo('other')
  await loading
  expect(state().platform.entries).toEqual([])
  expect(state().console.entries).not.toEqual([])
})
