import type { Browser, Dialog, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { connectPlatform, startConsole } from '../support/console-page.ts'
import { startTestPlatform } from '../support/platform-rig.ts'

/** The first look at a platform where one has no token, and leaving while a new one is unsaved. */

let browser: Browser
let rig: Awaited<ReturnType<typeof startTestPlatform>>
let opened: Awaited<ReturnType<typeof startConsole>>
let page: Page

beforeAll(async () => {
  browser = await launchChromium()
  rig = await startTestPlatform({ seed: 'demo' })
  opened = await startConsole(browser)
  page = opened.page
  await connectPlatform(page, rig.platform.url, rig.platform.consoleToken.expose())
})
afterAll(async () => {
  await opened?.close()
  await rig?.platform.stop()
  await browser?.close()
})

it('who has no token of their own is led to the users', async () => {
  await page.getByTestId('nav-tokens').click()
  await page.getByTestId('look-at-users').click()
  await page.getByRole('grid', { name: 'Users' }).waitFor()
})

it('a reload asks while the new token is unsaved, and staying keeps it', async () => {
  const asked: string[] = []
  const stay = (dialog: Dialog): void => {
    asked.push(dialog.type())
    void dialog.dismiss()
  }
  page.on('dialog', stay)
  await page.getByTestId('scope-mine').click()
  await page.getByTestId('generate').first().click()
  await page.getByTestId('token-name').fill('Not yet stored')
  await page.getByTestId('duration').getByText('30 days', { exact: true }).click()
  await page.getByTestId('submit-generate').click()
  await page.locator('[data-testid=token-value]:not([aria-busy=true])').waitFor()

  await page.evaluate(() => location.reload())
  await expect.poll(() => asked).toEqual(['beforeunload'])
  expect(await page.getByTestId('token-value').textContent()).toMatch(/^flgrn_octi_tkn_/)

  await page.getByTestId('stored').click()
  await page.reload()
  await page.getByTestId('status-bar').waitFor()
  expect(asked).toHaveLength(1)
  page.off('dialog', stay)
})
