import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { startConsole } from '../support/console-page.ts'

/** Everything is reachable by keyboard (S-06): no pointer is touched in this file. */

let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

/** What has the focus, as a person would name it. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(() => {
    const element = document.activeElement as HTMLElement | null
    return `${element?.dataset.testid ?? element?.getAttribute('role') ?? element?.tagName} ${element?.getAttribute('aria-label') ?? element?.textContent?.slice(0, 40)}`
  })

/** Presses `key` until the focus is on what `wanted` matches; fails when it never gets there. */
async function moveTo(page: Page, wanted: RegExp, key = 'Tab', most = 60): Promise<void> {
  for (let press = 0; press < most; press++) {
    if (wanted.test(await focused(page))) return
    await page.keyboard.press(key)
  }
  throw new Error(`${key} never reached ${wanted}; the focus is on ${await focused(page)}`)
}

describe.each(['light', 'dark'] as const)('in %s', (scheme) => {
  it('a token is generated, copied and revoked without a pointer', async () => {
    const console = await startConsole(browser, { scheme })
    const { page } = console
    try {
      await moveTo(page, /^nav-tokens/)
      await page.keyboard.press('Enter')
      await page.getByTestId('generate').first().waitFor()
      await moveTo(page, /^generate /)
      await page.keyboard.press('Enter')
      await page.getByTestId('token-name').waitFor()
      await moveTo(page, /^token-name/)
      await page.keyboard.press('Control+A')
      await page.keyboard.type('By keyboard')
      await page.keyboard.press('Tab')
      await page.keyboard.press('Space')
      await page.getByText(/^Expires .*Bypasses MFA\.$/).waitFor()
      await moveTo(page, /^submit-generate/)
      await page.keyboard.press('Enter')

      await page.getByTestId('token-value').waitFor()
      await moveTo(page, /^copy-token/)
      await page.keyboard.press('Enter')
      await page.getByTestId('copied').waitFor()
      // Close takes no click in the first moments, so that a double click cannot hit it.
      await page.locator('[data-testid="close-reveal"]:enabled').waitFor()
      await moveTo(page, /^close-reveal/)
      await page.keyboard.press('Enter')
      await page.getByTestId('token-value').waitFor({ state: 'detached' })

      // One tab stop for the grid; inside it the arrow keys move.
      await moveTo(page, /^(gridcell|rowheader) .*By keyboard/)
      await moveTo(page, /^revoke /, 'ArrowRight', 10)
      await page.keyboard.press('Enter')
      await page.getByTestId('confirm-revoke').waitFor()
      // Enter on a dialog that just opened must do no harm.
      await expect.poll(() => focused(page)).toMatch(/^cancel/)
      await moveTo(page, /^confirm-revoke/)
      await page.keyboard.press('Enter')
      await page.getByTestId('confirm-revoke').waitFor({ state: 'detached' })
    } finally {
      await console.close()
    }
  })
})
