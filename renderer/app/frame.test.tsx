import { afterEach, expect, test } from 'vitest'
import { page } from 'vitest/browser'
import { openStage, type Stage } from '../../tests/page/stage.tsx'
import { changeConnection, localConnection, NOW, problem } from '../../tests/page/world.ts'
import { VIEWS, type ViewId } from './routes.ts'

let stage: Stage

afterEach(() => stage.end())

const digitOf = (view: ViewId): string => String(VIEWS.indexOf(view) + 1)

test('the keyboard goes to views, search, palette and help, and is silent while one types', async () => {
  stage = await openStage()
  await stage.see('[role=grid]')
  stage.key(digitOf('settings'), { ctrlKey: true })
  await stage.see('[data-testid=section-about]')
  stage.key(digitOf('tokens'), { altKey: true })
  await stage.see('[role=grid]')
  stage.key('/')
  expect(document.activeElement?.getAttribute('data-testid')).toBe('search')
  stage.key('?')
  await stage.advance(10)
  expect(document.querySelector('[data-dialog=help]')).toBeNull()
  document.querySelector<HTMLElement>('main')?.focus()
  stage.key('?')
  await stage.see('[data-dialog=help]')
})

test('a dialog gives the focus back to what opened it', async () => {
  stage = await openStage()
  await stage.press('[data-testid=help]')
  await stage.see('[data-dialog=help]')
  await expect.poll(() => document.activeElement?.closest('[data-dialog]')).not.toBeNull()
  stage.key('Escape')
  await stage.unsee('[data-dialog=help]')
  await expect.poll(() => document.activeElement?.getAttribute('data-testid')).toBe('help')
})

test('a row of dialogs gives it back to what opened the first, or to the content where that is gone', async () => {
  stage = await openStage()
  await stage.press('[data-testid=generate]')
  await stage.press('[data-testid=duration] input[value=DAYS_30]')
  await stage.press('[data-testid=submit-generate]')
  await stage.press('[data-testid=copy-token]')
  await stage.see('[data-testid=copied]')
  await stage.advance(1_000)
  await stage.press('[data-testid=close-reveal]')
  await stage.unsee('[data-dialog=reveal]')
  await expect.poll(() => document.activeElement?.getAttribute('data-testid')).toBe('generate')
  await stage.press('[data-testid=revoke]')
  await stage.press('[data-testid=confirm-revoke]')
  await stage.unsee('[data-dialog=revoke]')
  await expect.poll(() => document.activeElement?.tagName).toBe('MAIN')
})

test('a language chosen is spoken at once, and told to readers', async () => {
  stage = await openStage({ address: '#/settings/language' })
  const select = await stage.see('[data-testid=language]')
  if (!(select instanceof HTMLSelectElement)) throw new Error('The language is not chosen from a list')
  select.value = 'ja'
  select.dispatchEvent(new Event('change', { bubbles: true }))
  await expect.poll(() => document.querySelector('h1')?.textContent).toBe('設定')
  expect(document.documentElement.lang).toBe('ja')
  expect(stage.world.settings.get().language).toBe('ja')
})

test('when the core is gone what was read stays, says so, and comes back', async () => {
  stage = await openStage()
  await stage.see('[role=grid]')
  stage.world.link.set('closed')
  const banner = await stage.see('[data-testid=link-lost]')
  expect(document.querySelector('[role=grid]')).not.toBeNull()
  expect(document.querySelector('[data-testid=status-bar]')?.textContent).toContain('Window disconnected')
  stage.world.link.set('connecting')
  await stage.advance(10)
  expect(document.querySelector('[data-testid=link-lost]')).toBe(banner)
  banner.querySelector('button')?.click()
  await stage.unsee('[data-testid=link-lost]')
})

test('when the core is gone the switcher does not go on to say "Connected"', async () => {
  stage = await openStage()
  const switcher = await stage.see('[data-testid=switcher]')
  await expect.poll(() => switcher.textContent).toContain('Connected')
  stage.world.link.set('closed')
  await stage.see('[data-testid=link-lost]')
  expect(switcher.textContent).not.toContain('Connected')
  expect(switcher.textContent).toContain('Not known now')
})

test("the local platform is named in the reader's language", async () => {
  stage = await openStage({
    language: 'de',
    world: (world) => world.settings.set((settings) => ({ ...settings, activeConnectionId: 'local' })),
  })
  const switcher = await stage.see('[data-testid=switcher]')
  await expect.poll(() => switcher.textContent).toContain('Lokale Plattform')
})

test.each([
  ['browser', 'ja'],
  ['desktop', 'en'],
] as const)('the language by itself: in the %s %s', async (host, spoken) => {
  stage = await openStage({
    language: 'ja',
    world: (world) => {
      world.info.host = host
      world.settings.set((settings) => ({ ...settings, language: 'auto' }))
    },
  })
  await stage.see('[role=grid]')
  await expect.poll(() => document.documentElement.lang).toBe(spoken)
})

test.each([900, 420])(
  'at %d px nothing scrolls sideways but the grid, and Revoke keeps its word',
  async (width) => {
    await page.viewport(width, 800)
    try {
      stage = await openStage()
      const revoke = await stage.see('[data-testid=revoke]')
      expect(revoke.innerText).toBe('Revoke')
      expect(revoke.scrollWidth).toBeLessThanOrEqual(revoke.clientWidth)
      const outer = ['html', 'body', 'header', 'main', 'footer', 'aside'].map((name) =>
        document.querySelector(name),
      )
      for (const box of outer)
        expect(box?.scrollWidth, box?.tagName).toBeLessThanOrEqual(box?.clientWidth ?? 0)
    } finally {
      await page.viewport(1280, 800)
    }
  },
)

test('testing a connection again does not take the view away', async () => {
  stage = await openStage()
  const grid = await stage.see('[role=grid]')
  changeConnection(stage.world, 'cert', { state: { phase: 'testing' } })
  await expect.poll(() => document.querySelector('aside')?.textContent).toContain('Testing…')
  expect(document.querySelector('[role=grid]')).toBe(grid)
  changeConnection(stage.world, 'cert', {
    state: { phase: 'failed', problem: problem('refused'), checkedAt: NOW, identity: null },
  })
  await stage.see('[data-testid=connection-failed]')
  expect(document.querySelector('[role=grid]')).toBe(grid)
})

test('the view of another connection begins empty', async () => {
  stage = await openStage()
  await stage.see('[role=grid]')
  stage.world.hanging.add('tokens.ofUser')
  stage.world.settings.set((settings) => ({ ...settings, activeConnectionId: 'local' }))
  await stage.see('[data-testid=loading]')
  expect(document.querySelector('[role=grid]')).toBeNull()
})

test('a first run waits for the local platform and then shows it', async () => {
  stage = await openStage({
    world: (world) => {
      world.settings.set((settings) => ({ ...settings, activeConnectionId: 'local' }))
      world.connections.set([localConnection({ state: { phase: 'untested' } })])
      world.status.set((status) => ({ ...status, localPlatform: { state: 'starting', since: NOW } }))
    },
  })
  await stage.see('[data-testid=local-starting]')
  stage.world.status.set((status) => ({
    ...status,
    localPlatform: { state: 'ready', since: NOW, url: 'http://127.0.0.1:4000' },
  }))
  stage.world.connections.set([localConnection()])
  await stage.see('[role=grid]')
})
