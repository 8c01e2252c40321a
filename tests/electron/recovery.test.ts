import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { ensureBuilt } from '../../scripts/build-parts.ts'
import { askMain, type DesktopApp, desktopCommand, launchDesktop } from '../support/desktop-app.ts'
import { launchInspected } from '../support/inspected-app.ts'
import { until } from '../support/until.ts'

/** A process of the app ends or hangs: the window comes back where it was, and says what happened. */

const opened: DesktopApp[] = []
const frozenProfile = mkdtempSync(join(tmpdir(), 'gatehouse-frozen-'))
beforeAll(() => ensureBuilt('all'))
afterEach(async () => {
  for (const desktop of opened.splice(0)) await desktop.close()
})
afterAll(() => rmSync(frozenProfile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 }))

async function openAtClipboardSettings(): Promise<DesktopApp> {
  const desktop = await launchDesktop()
  opened.push(desktop)
  await desktop.page.getByTestId('nav-settings').click()
  await desktop.page.getByTestId('section-clipboard').click()
  await desktop.page.getByRole('combobox').selectOption('15')
  return desktop
}

/**
 * Asks the page by the main process: Playwright does not follow a page whose process is gone. Null when there is no answer,
 * for what a page was asked that ended meanwhile is never answered.
 * @param expression evaluated in the page
 */
const inPage = <Value>({ app }: DesktopApp, expression: string): Promise<Value | null> =>
  app.evaluate(
    ({ BrowserWindow }, script) =>
      Promise.race([
        BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript(script),
        new Promise<null>((resolve) => setTimeout(() => resolve(null), 500)),
      ]),
    expression,
  )

const notice = (desktop: DesktopApp, part: string): Promise<string> =>
  until(`the window says what happened to ${part}`, () =>
    inPage<string>(
      desktop,
      `document.querySelector('[data-testid=mishap-${part}]')?.innerText ?? null`,
    ).catch(() => null),
  )

/** The view, what was chosen in it, and that the core answers. */
async function expectWhereItWas(desktop: DesktopApp): Promise<void> {
  expect(await inPage(desktop, 'location.hash')).toBe('#/settings/clipboard')
  await until('the setting is there', () =>
    inPage<boolean>(desktop, `document.querySelector('main select')?.value === '15'`),
  )
}

const logOf = ({ profile }: DesktopApp): string =>
  readFileSync(join(profile, 'logs', 'gatehouse.log'), 'utf8')

/** Process of that kind by the name that Electron gives it. */
const pidOf = ({ app }: DesktopApp, wanted: string): Promise<number> =>
  app.evaluate(
    ({ app: electron }, name) =>
      electron.getAppMetrics().find((process) => process.type === name || process.name === name)?.pid ?? 0,
    wanted,
  )

it('after a crash of the page: loads it where it was and says so until it is read', async () => {
  const desktop = await openAtClipboardSettings()
  process.kill(await pidOf(desktop, 'Tab'), 'SIGSEGV')
  expect(await notice(desktop, 'page')).toMatch(
    /The page crashed and was loaded again.*You are back where you were/s,
  )
  await expectWhereItWas(desktop)
  expect(logOf(desktop)).toContain('The page ended')
  await inPage(desktop, `document.querySelector('[data-testid=dismiss-mishaps]').click()`)
  await until('the notice is gone', () =>
    inPage<boolean>(desktop, `document.querySelector('[data-testid=mishap-page]') === null`),
  )
})

it('after a crash with a new token on the screen: says that it is gone, and nobody can show it again', async () => {
  const desktop = await openAtClipboardSettings()
  const { page } = desktop
  await page.getByTestId('nav-tokens').click()
  await page.getByTestId('generate').first().click()
  await page.getByTestId('token-name').fill('Lost with the page')
  await page.getByTestId('duration').getByText('30 days', { exact: true }).click()
  await page.getByTestId('submit-generate').click()
  await page.locator('[data-testid=token-value]:not([aria-busy=true])').waitFor()
  process.kill(await pidOf(desktop, 'Tab'), 'SIGKILL')
  expect(await notice(desktop, 'page')).toContain('A new token was on the screen.')
  await until('the token is listed', () =>
    inPage<boolean>(
      desktop,
      `document.querySelector('[role=grid]')?.innerText.includes('Lost with the page') ?? false`,
    ),
  )
})

it('when the page does not answer: asks, and loads it where it was when told to', async () => {
  // Chromium does not ask whether a page lives while Playwright looks into it.
  const app = await launchInspected(desktopCommand(join(frozenProfile, 'profile')))
  try {
    const page = <Value>(script: string): Promise<Value | null> =>
      app.evaluate(`Promise.race([
        require('electron').BrowserWindow.getAllWindows()[0].webContents.executeJavaScript(${JSON.stringify(script)}),
        new Promise((resolve) => setTimeout(() => resolve(null), 500)),
      ])`)
    await until('the page is there', () => page<boolean>(`document.querySelector('nav button') !== null`))
    await page(`void (location.hash = '#/settings/clipboard')`)
    await app.evaluate(`void (require('electron').dialog.showMessageBox = async (...args) => {
      globalThis.asked = args.at(-1)
      return { response: asked.buttons.indexOf('Load again'), checkboxChecked: false }
    })`)
    await app.evaluate(
      `void require('electron').BrowserWindow.getAllWindows()[0].webContents.executeJavaScript('for (;;) {}')`,
    )
    const asked = await until('the question is asked', async () => {
      // Chromium asks itself whether a page lives when somebody uses it.
      await app.evaluate(`require('electron').BrowserWindow.getAllWindows()[0].webContents
        .sendInputEvent({ type: 'keyDown', keyCode: 'A' })`)
      return app.evaluate<{ message: string; buttons: string[] } | null>(`globalThis.asked ?? null`)
    })
    expect([asked.message, asked.buttons]).toEqual(['The page does not answer', ['Wait', 'Load again']])
    const said = await until('the window says what happened', () =>
      page<string>(`document.querySelector('[data-testid=mishap-page]')?.innerText ?? null`),
    )
    expect(said).toContain('The page did not answer and was loaded again')
    expect(await page('location.hash')).toBe('#/settings/clipboard')
  } finally {
    await app.close()
  }
})

it('after a crash of the graphics: goes on in the same page, draws, and says so', async () => {
  const desktop = await openAtClipboardSettings()
  await inPage(desktop, 'void (window.samePage = true)')
  const first = await pidOf(desktop, 'GPU')
  process.kill(first, 'SIGSEGV')
  expect(await notice(desktop, 'graphics')).toContain('Nothing was lost.')
  await until('another graphics process is there', async () => {
    const second = await pidOf(desktop, 'GPU')
    return second !== 0 && second !== first
  })
  expect(await inPage(desktop, 'window.samePage')).toBe(true)
  await expectWhereItWas(desktop)
  await until('it draws', async () => {
    const colours = await askMain(desktop.app, async ({ BrowserWindow }) => {
      const picture = await BrowserWindow.getAllWindows()[0]?.webContents.capturePage()
      return new Set(picture?.toBitmap()).size
    })
    return colours > 10
  })
})

it('after a crash of the embedded platform: starts it again and says so, in the same view', async () => {
  const desktop = await openAtClipboardSettings()
  await until('the platform is up', () => pidOf(desktop, 'Gatehouse local platform'))
  await until('the status bar says so', () =>
    inPage<boolean>(
      desktop,
      `document.querySelector('[data-testid=status-bar]').innerText.includes('Local platform')`,
    ),
  )
  process.kill(await pidOf(desktop, 'Gatehouse local platform'), 'SIGKILL')
  expect(await notice(desktop, 'local-platform')).toContain('The local platform ended unexpectedly')
  await expectWhereItWas(desktop)
})

it('shows the window where it was when the app is started again after its window was closed', async () => {
  const desktop = await openAtClipboardSettings()
  const { app, page } = desktop
  await page.getByTestId('section-notifications').click()
  await app.evaluate(({ dialog }) => {
    // Asked at the first close: keep watching in the background.
    dialog.showMessageBox = (async () => ({
      response: 0,
      checkboxChecked: false,
    })) as typeof dialog.showMessageBox
  })
  await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.close())
  await until('the window is closed', () =>
    askMain(app, ({ BrowserWindow }) => BrowserWindow.getAllWindows().length === 0),
  )
  await app.evaluate(({ app: electron }) => void electron.emit('second-instance'))
  await until('the window is back', () =>
    inPage<boolean>(desktop, `location.hash === '#/settings/notifications'`).catch(() => false),
  )
})
