import { afterEach, expect, test } from 'vitest'
import { withoutTrouble } from '../../../tests/page/connectors-world.ts'
import { inventoryStatus } from '../../../tests/page/inventory-world.ts'
import { monitor } from '../../../tests/page/registration-world.ts'
import { openStage, type Stage } from '../../../tests/page/stage.tsx'
import { changeStatus, NOW } from '../../../tests/page/world.ts'

let stage: Stage

afterEach(() => stage.end())

test('the console opens on the overview', async () => {
  stage = await openStage({ address: '' })
  await stage.see('[data-testid=panel-tokens]')
  expect(document.querySelector('[data-testid=nav-overview]')?.getAttribute('aria-current')).toBe('page')
})

test('a row leads to where it belongs, and turns to the connection it is about', async () => {
  stage = await openStage({
    address: '#/overview',
    world: (world) =>
      world.heartbeat.set((status) => ({
        ...status,
        monitors: [
          ...status.monitors,
          monitor('local', 'registration', NOW, { registration: { state: 'lapsed', since: NOW - 900_000 } }),
        ],
      })),
  })
  await stage.press('[data-row="registration local"] [data-testid=remedy]')
  await stage.see('[data-testid=nav-xtm-one][aria-current=page]')
  await expect.poll(() => stage.world.settings.get().activeConnectionId).toBe('local')
})

test('a monitor that was never looked at is looked at once somebody opens the page, and not again and again', async () => {
  stage = await openStage({
    address: '#/overview',
    world: (world) =>
      world.heartbeat.set((status) => ({
        ...status,
        monitors: status.monitors.map((one) => (one.id === 'api:cert' ? { ...one, last: null } : one)),
      })),
  })
  const looks = () => stage.world.calls.filter((call) => call === 'heartbeat.lookNow').length
  await expect.poll(looks).toBe(6)
  stage.world.heartbeat.set((status) => ({ ...status }))
  await stage.advance(60_000)
  expect(looks()).toBe(6)
})

test('what was wrong and is well again leaves the list', async () => {
  stage = await openStage({
    address: '#/overview',
    world(world) {
      world.connectors.set((before) => withoutTrouble(before, NOW))
      changeStatus(world, { keychain: { state: 'locked', backend: 'Secret Service', detail: null } })
    },
  })
  await stage.see('[data-row=keychain]')
  changeStatus(stage.world, { keychain: { state: 'ready', backend: 'Secret Service', detail: null } })
  await stage.see('[data-testid=overview-calm]')
})

test('a ledger that is not as it was written leads to the activity', async () => {
  stage = await openStage({
    address: '#/overview',
    world: (world) =>
      changeStatus(world, { ledger: { state: 'ready', records: 214, keyPlace: 'keychain', brokenAt: 57 } }),
  })
  await stage.press('[data-row=ledger-broken] [data-testid=remedy]')
  await stage.see('[data-testid=nav-activity][aria-current=page]')
})

test('the tokens are read when asked, and the bottom bar shows how far it is', async () => {
  stage = await openStage({ address: '#/overview' })
  await stage.press('[data-testid=read-now]')
  await expect.poll(() => stage.world.calls.includes('inventory.refresh')).toBe(true)
  stage.world.inventory.set(inventoryStatus(stage.world, { phase: 'loading', usersRead: 30, usersTotal: 90 }))
  const work = await stage.see('[data-testid=status-bar] [data-testid=work]')
  expect(work.textContent).toBe('Reading tokens: 30 of 90 users')
})

test('the local platform is switched on from the empty first page', async () => {
  stage = await openStage({
    address: '#/overview',
    world(world) {
      world.connections.set((list) => list.filter(({ embedded }) => embedded))
      changeStatus(world, { localPlatform: { state: 'off' } })
      world.settings.set((settings) => ({ ...settings, localPlatform: false }))
    },
  })
  await stage.see('[data-testid=overview-first-run]')
  await stage.press('[data-testid=try-local]')
  await expect.poll(() => stage.world.settings.get().localPlatform).toBe(true)
})
