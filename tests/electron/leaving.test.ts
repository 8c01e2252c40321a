import { afterAll, beforeAll, expect, it } from 'vitest'
import { type DesktopApp, launchDesktop } from '../support/desktop-app.ts'

/** Leaving the window's page while it holds an unsaved token (T-06): the native box, whose buttons the test presses. */

let desktop: DesktopApp

beforeAll(async () => {
  desktop = await launchDesktop()
})
afterAll(() => desktop?.close())

/** Leaves by a way, pressing that button of the box; answers what the box asked. */
const leave = (way: 'reload' | 'close', button: number) =>
  desktop.app.evaluate(
    async ({ BrowserWindow, dialog }, wanted) => {
      const [window] = BrowserWindow.getAllWindows()
      return new Promise<string>((resolve) => {
        dialog.showMessageBoxSync = ((_: unknown, { message }: { message: string }) => {
          setImmediate(() => resolve(message))
          return wanted.button
        }) as typeof dialog.showMessageBoxSync
        if (wanted.way === 'close') window?.close()
        else window?.webContents.reload()
      })
    },
    { way, button },
  )

const STAY = 0
const LEAVE = 1

it('asks at a reload and at the close; Stay keeps the token, Leave leaves it', async () => {
  const { page } = desktop
  await page.getByTestId('nav-tokens').click()
  await page.getByTestId('generate').first().click()
  await page.getByTestId('token-name').fill('Not yet stored')
  await page.getByTestId('duration').getByText('30 days', { exact: true }).click()
  await page.getByTestId('submit-generate').click()
  const value = page.locator('[data-testid=token-value]:not([aria-busy=true])')
  await value.waitFor()
  expect(await leave('close', STAY)).toContain('neither copied nor stored')
  expect(await value.isVisible()).toBe(true)
  expect(await leave('reload', STAY)).toContain('neither copied nor stored')
  expect(await value.isVisible()).toBe(true)
  expect(await leave('reload', LEAVE)).toContain('neither copied nor stored')
  await value.waitFor({ state: 'detached' })
})
