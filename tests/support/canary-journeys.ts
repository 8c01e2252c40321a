import { generateIdentity, identityToRecipient } from 'age-encryption'
import type { Page } from 'playwright-core'
import { startTestPlatform, type TestPlatform } from './platform-rig.ts'
import { generate } from './token-journey.ts'

/** Recognisable, of the right form, and good for nothing. */
const WRONG = `flgrn_octi_tkn_${'CANARYwrong'.repeat(6).slice(0, 64)}`
const REGISTRATION = `not-a-real-registration-token-${'canary'.repeat(5)}`

export interface CanaryJourneys {
  readonly platform: TestPlatform
  /** every secret that was typed or shown so far, by how it came */
  readonly secrets: Record<string, string>
  /** Clicks through everything that touches a secret; `whileShown` runs while the dialog shows a new token. */
  walk(whileShown: () => Promise<void>): Promise<void>
  /** Generates once more and leaves the value on the screen. */
  leaveShown(): Promise<void>
}

/**
 * All journeys with a secret in them, in whichever window the page is.
 * @param save presses the button of that test id and waits until what it hands over is a file
 */
export async function canaryJourneys(
  page: Page,
  save: (testId: string) => Promise<unknown>,
): Promise<CanaryJourneys> {
  const platform = await startTestPlatform({ as: 'opencti-7', seed: 'demo' })
  const { plaintext_token: connection } = await platform.generate(undefined, 'DAYS_30', 'Gatehouse')
  const secrets: Record<string, string> = { 'connection-token': connection, 'wrong-token': WRONG }
  const click = (testId: string): Promise<void> => page.getByTestId(testId).first().click()

  /** As a keyboard would: what a test hands to Playwright's own `fill` stays in its scripts inside the page. */
  async function type(testId: string, text: string): Promise<void> {
    await page.getByTestId(testId).first().focus()
    await page.keyboard.press('ControlOrMeta+a')
    await page.keyboard.insertText(text)
  }

  async function closed(testId: string): Promise<void> {
    await page.getByTestId(testId).waitFor({ state: 'detached' })
  }

  /** A wrong token is refused and said to be; the right one connects. */
  async function connect(): Promise<void> {
    await click('nav-settings')
    await click('section-connections')
    await click('add-connection')
    await type('address', platform.url)
    await click('submit-connection')
    await page.getByTestId('connection-token').waitFor()
    await type('connection-token', WRONG)
    await click('submit-connection')
    await page.getByRole('dialog').getByTestId('problem').waitFor()
    await type('connection-token', connection)
    await click('submit-connection')
    await closed('connection-token')
  }

  async function toMine(): Promise<void> {
    await click('nav-tokens')
    await click('scope-mine')
  }

  async function copied(whileShown: () => Promise<void>): Promise<void> {
    secrets.copied = await generate(page, 'Copied', '30 days')
    await click('copy-token')
    await page.getByTestId('copied').waitFor()
    await whileShown()
    await click('close-reveal')
    await closed('token-value')
  }

  async function sealed(): Promise<void> {
    secrets.sealed = await generate(page, 'Handed over', '30 days')
    await page.getByTestId('hand-off').selectOption('curl')
    await page.getByTestId('snippet').waitFor()
    await page.getByTestId('hand-off').selectOption('sealed')
    await type('recipient', await identityToRecipient(await generateIdentity()))
    await save('save-sealed')
    await page.getByTestId('sealed').getByText('Only the recipient').waitFor()
    await click('close-reveal')
    await closed('token-value')
  }

  async function lost(): Promise<void> {
    secrets.lost = await generate(page, 'Not kept', '30 days')
    // The button is armed a moment later.
    await page.locator('[data-testid=close-reveal]:not([disabled])').click()
    await click('close-anyway')
    await closed('token-value')
  }

  /** Somebody found a token in a text: whose it is, and it is revoked and proven. */
  async function found(): Promise<void> {
    await click('triage')
    await type('leak-text', `export OPENCTI_TOKEN=${secrets.copied}\nand ${WRONG}`)
    await click('look-up')
    await page.getByTestId('leak-live').waitFor()
    await type('reason', 'Found in a chat')
    await click('revoke-leaks')
    await page.getByTestId('rung-probe').getByText('1 of 1').waitFor()
    await toMine()
  }

  async function searched(): Promise<void> {
    await type('search', secrets.sealed ?? '')
    await page.getByText('Nothing matches').waitFor()
    await click('nav-overview')
  }

  /** The token that the embedded platform registers with. */
  async function registration(): Promise<void> {
    secrets['registration-token'] = REGISTRATION
    await click('nav-settings')
    await click('section-local')
    await click('xtm-one-mode-own')
    await type('xtm-one-url', 'http://127.0.0.1:9')
    await type('xtm-one-token', REGISTRATION)
    await click('xtm-one-save')
    await page.locator('[data-testid=xtm-one-save]:disabled').waitFor()
  }

  /** The composer gets the connection's token, and cannot reach its engine. */
  async function composer(): Promise<void> {
    await click('section-composer')
    const connections = page.getByTestId('composer-connection')
    const ids = await connections
      .locator('option')
      .evaluateAll((options) => options.map((option) => (option as HTMLOptionElement).value))
    await connections.selectOption(ids.find((id) => id !== 'local' && id !== '') ?? '')
    await click('save-composer')
    await click('composer-enabled')
    await page.locator('[data-testid=composer-state][data-state=ready]').waitFor()
  }

  async function bundle(): Promise<void> {
    await click('section-diagnostics')
    await click('bundle-open')
    await page.getByTestId('bundle-logs').waitFor()
    await save('bundle-save')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }

  async function ledger(): Promise<void> {
    await click('nav-activity')
    await click('export')
    await save('save-ledger')
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }

  async function platformGone(): Promise<void> {
    await toMine()
    await platform.platform.stop()
    await click('generate')
    await type('token-name', 'Never made')
    await page.getByTestId('duration').getByText('30 days', { exact: true }).click()
    await click('submit-generate')
    await page.getByRole('dialog').getByRole('alert').first().waitFor()
    await page.keyboard.press('Escape')
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }

  return {
    platform,
    secrets,
    async walk(whileShown) {
      await connect()
      await toMine()
      await copied(whileShown)
      await sealed()
      await lost()
      await found()
      await searched()
      await registration()
      await composer()
      await bundle()
      await ledger()
      await platformGone()
      await click('nav-overview')
    },
    async leaveShown() {
      await click('switcher')
      await page.getByRole('menu').getByText('Local platform').first().click()
      await toMine()
      secrets['on-screen'] = await generate(page, 'On the screen', '30 days')
    },
  }
}
