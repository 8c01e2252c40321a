import { afterEach, expect, test } from 'vitest'
import { openStage, type Stage } from '../../../tests/page/stage.tsx'
import { changeStatus } from '../../../tests/page/world.ts'

let stage: Stage

afterEach(() => stage.end())

const TOKEN = '[data-testid=connection-token]'

async function probe(): Promise<void> {
  await stage.press('[data-testid=add-connection]')
  await stage.fill('[data-testid=address]', 'https://cti.example.net')
  await stage.press('[data-testid=submit-connection]')
  await stage.see(TOKEN)
}

test('an address is asked what it is before a token can be typed', async () => {
  stage = await openStage({ address: '#/settings/connections' })
  await stage.press('[data-testid=add-connection]')
  await stage.see('[data-testid=address]')
  expect(document.querySelector(TOKEN)).toBeNull()
  await stage.fill('[data-testid=address]', 'not an address')
  await stage.press('[data-testid=submit-connection]')
  await stage.see('[role=dialog] [data-testid=problem]')
  expect(stage.world.calls).not.toContain('connections.probe')
  await stage.fill('[data-testid=address]', 'cti.example.net')
  await stage.press('[data-testid=submit-connection]')
  await stage.see(TOKEN)
  expect(stage.world.calls).toContain('connections.probe')
})

test('another address takes the token field away again', async () => {
  stage = await openStage({ address: '#/settings/connections' })
  await probe()
  await stage.fill('[data-testid=address]', 'https://other.example.net')
  expect(document.querySelector(TOKEN)).toBeNull()
})

test('an answer about the address before is not taken for one about the address that stands there', async () => {
  stage = await openStage({ address: '#/settings/connections' })
  const arrival = Promise.withResolvers<void>()
  stage.world.travelling.set('connections.probe', arrival.promise)
  await stage.press('[data-testid=add-connection]')
  await stage.fill('[data-testid=address]', 'https://cti.example.net')
  await stage.press('[data-testid=submit-connection]')
  await stage.fill('[data-testid=address]', 'https://other.example.net')
  stage.world.travelling.delete('connections.probe')
  arrival.resolve()
  await new Promise((resolve) => requestAnimationFrame(resolve))
  await stage.advance(10)
  expect(document.querySelector(TOKEN)).toBeNull()
  stage.world.probe = { ...stage.world.probe, url: 'https://other.example.net' }
  await stage.press('[data-testid=submit-connection]')
  await stage.see(TOKEN)
  expect(stage.world.calls.filter((call) => call === 'connections.probe')).toHaveLength(2)
})

test('once the address has said what it is, the token is what is typed next', async () => {
  stage = await openStage({ address: '#/settings/connections' })
  await probe()
  expect(document.activeElement?.getAttribute('data-testid')).toBe('connection-token')
})

test('a connection that is added becomes the one in use', async () => {
  stage = await openStage({ address: '#/settings/connections' })
  await probe()
  await stage.fill(TOKEN, 'flgrn_octi_tkn_FAKE')
  await stage.press('[data-testid=submit-connection]')
  await stage.unsee('[role=dialog]')
  expect(stage.world.settings.get().activeConnectionId).toBe('added')
  expect(document.documentElement.outerHTML).not.toContain('flgrn_octi_tkn_FAKE')
})

test('without a keychain nothing can be ticked that is not so', async () => {
  stage = await openStage({
    address: '#/settings/connections',
    world: (world) =>
      changeStatus(world, { keychain: { state: 'locked', backend: 'Secret Service', detail: null } }),
  })
  await probe()
  const box = document.querySelector<HTMLInputElement>('[role=dialog] input[type=checkbox]')
  expect(box?.disabled).toBe(true)
  expect(box?.checked).toBe(false)
  expect(document.querySelector('[role=dialog]')?.textContent).toContain('kept for this session only')
})

test('renaming and removing go to the core', async () => {
  stage = await openStage({ address: '#/settings/connections' })
  await stage.press('[data-testid=rename-connection]')
  await stage.fill('[data-dialog=rename-connection] input', 'Renamed')
  await stage.press('[data-testid=submit-connection]')
  await stage.unsee('[role=dialog]')
  await expect.poll(() => document.querySelector('main')?.textContent).toContain('Renamed')
  await stage.press('[data-testid=remove-connection]')
  await stage.press('[data-testid=confirm-remove]')
  await stage.unsee('[role=dialog]')
  expect(stage.world.connections.get().map(({ id }) => id)).toEqual(['local'])
})

test('what is too long is said in its field and not sent', async () => {
  stage = await openStage({ address: '#/settings/connections' })
  await stage.press('[data-testid=add-connection]')
  const dialog = await stage.see('[role=dialog]')
  await stage.fill('[data-testid=address]', `https://cti.example.net/${'a'.repeat(2_048)}`)
  await stage.press('[data-testid=submit-connection]')
  await expect.poll(() => dialog.textContent).toContain('At most 2,048 characters')
  await stage.fill('[data-testid=address]', 'https://cti.example.net')
  await stage.press('[role=dialog] summary')
  await stage.fill('[data-testid=proxy]', `http://${'p'.repeat(2_048)}`)
  await stage.press('[data-testid=submit-connection]')
  await expect.poll(() => dialog.textContent).toContain('At most 2,048 characters')
  expect(stage.world.calls).not.toContain('connections.probe')
  await stage.fill('[data-testid=proxy]', '')
  await stage.press('[data-testid=submit-connection]')
  await stage.fill(TOKEN, 'x'.repeat(4_097))
  await stage.press('[data-testid=submit-connection]')
  await expect.poll(() => dialog.textContent).toContain('At most 4,096 characters')
  expect(stage.world.calls).not.toContain('connections.add')
  expect(document.querySelector('[role=dialog] [data-testid=problem]')).toBeNull()
})
