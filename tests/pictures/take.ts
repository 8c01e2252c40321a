import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from 'playwright-core'
import { launchChromium } from '../support/chromium.ts'
import { startConsole } from '../support/console-page.ts'

/** `npm run pictures`: the pictures of the documentation, taken from the real console on the embedded platform. */

const FOLDER = join(import.meta.dirname, '..', '..', 'docs', 'images')

const VIEWS: Readonly<Record<string, (page: Page) => Promise<void>>> = {
  async 'xtm-one'(page) {
    await page.getByTestId('nav-xtm-one').click()
    await page.getByTestId('register-now').click()
    await page.getByTestId('standing-fresh').waitFor()
    await page.getByText('Last answer').waitFor()
  },
  async inventory(page) {
    await page.getByTestId('nav-tokens').click()
    await page.getByTestId('scope-all').click()
    await page.getByTestId('select-row').first().waitFor()
  },
  async findings(page) {
    await page.getByTestId('scope-findings').click()
    await page.getByTestId('finding-unlimited').waitFor()
  },
  async connectors(page) {
    await page.getByTestId('nav-connectors').click()
    await page.getByText('MITRE ATT&CK').first().waitFor()
  },
  async overview(page) {
    await page.getByTestId('nav-overview').click()
    await page.getByText('Needs attention').first().waitFor()
  },
  async users(page) {
    await page.getByTestId('nav-tokens').click()
    await page.getByTestId('scope-users').click()
    await page.getByTestId('user').first().waitFor()
  },
  async tokens(page) {
    await page.getByTestId('user').filter({ hasText: 'Charlie Okafor' }).click()
    await page.getByTestId('revoke').first().waitFor()
  },
  async generate(page) {
    await page.getByTestId('generate').first().click()
    await page.getByTestId('token-name').fill('One-off migration')
    await page.getByTestId('duration').getByText('30 days', { exact: true }).click()
  },
  async reveal(page) {
    await page.getByTestId('submit-generate').click()
    await page.getByTestId('token-value').getByText('flgrn_').waitFor()
    // A picture shows no token, not even one that ends with this run.
    await page.getByTestId('token-value').evaluate((box) => {
      box.textContent = `flgrn_octi_tkn_${'Example0'.repeat(8)}`
    })
    await page.getByTestId('copy-token').click()
    await page.getByTestId('copied').waitFor()
  },
  async settings(page) {
    await page.locator('[data-testid="close-reveal"]:enabled').click()
    await page.getByTestId('nav-settings').click()
    await page.getByTestId('section-connections').click()
  },
  async activity(page) {
    await page.getByTestId('nav-activity').click()
    await page.getByText('Generate token').first().waitFor()
  },
}

mkdirSync(FOLDER, { recursive: true })
const browser = await launchChromium()
for (const scheme of ['light', 'dark'] as const) {
  const console = await startConsole(browser, { scheme, viewport: { width: 1280, height: 760 } })
  for (const [name, arrange] of Object.entries(VIEWS)) {
    await arrange(console.page)
    await console.page.mouse.move(0, 0)
    await console.page.screenshot({ path: join(FOLDER, `${name}-${scheme}.png`), animations: 'disabled' })
  }
  await console.close()
}
await browser.close()
