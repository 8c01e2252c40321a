import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { DAY_MS } from '#shared/domain/token.ts'
import { type BrowserHost, startBrowserHost } from '../support/browser-host.ts'
import { launchChromium } from '../support/chromium.ts'
import { connectPlatform, openConsolePage } from '../support/console-page.ts'
import { startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'
import { curl, generate, REFUSAL, rowOf } from '../support/token-journey.ts'

/**
 * What happens to tokens later, as an administrator sets it up: replaced with evidence (T-16), revoked at a time, reminded of
 * (T-17). The platform stands for OpenCTI 7; time passes on it and in the console at once.
 */

const MINUTE = 60_000

let browser: Browser
const ends: (() => unknown)[] = []

beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

interface Rig {
  readonly platform: TestPlatform
  readonly host: BrowserHost
  readonly page: Page
  /** lets time pass everywhere, in steps that a console running all the while would see */
  readonly pass: (ms: number, step?: number) => Promise<void>
}

async function ownTokens(): Promise<Rig> {
  const platform = await startTestPlatform({ as: 'opencti-7', seed: 'demo' })
  ends.push(() => platform.platform.stop())
  const host = await startBrowserHost(undefined, { movable: true })
  ends.push(host.remove, host.stop)
  const { page, close } = await openConsolePage(browser, host)
  ends.push(close)
  await connectPlatform(page, platform.url, platform.platform.consoleToken.expose())
  await page.getByTestId('nav-tokens').click()
  await page.getByTestId('scope-mine').click()
  return {
    platform,
    host,
    page,
    async pass(ms, step = ms) {
      for (let passed = 0; passed < ms; passed += step) {
        platform.clock.advance(step)
        await host.pass(step)
      }
    },
  }
}

/** A token whose value is kept elsewhere. */
async function made(page: Page, name: string, duration: string): Promise<string> {
  const value = await generate(page, name, duration)
  await page.getByTestId('stored').check()
  await page.getByTestId('close-reveal').click()
  return value
}

const plan = async (page: Page, name: string, choice: string): Promise<void> => {
  await page
    .getByRole('button', { name: `Plan for ${name}` })
    .first()
    .click()
  await page.getByTestId('plan-choice').getByText(choice, { exact: true }).click()
}

const works = async (platform: TestPlatform, value: string): Promise<void> => {
  expect(await curl(platform.url, value)).toMatchObject({ body: { data: { me: {} } } })
}

it('a token is replaced: the new one is seen used, the old one silent, and only then revoked', async () => {
  const { platform, page, pass } = await ownTokens()
  const old = await made(page, 'Nightly export', '90 days')
  await works(platform, old)

  await plan(page, 'Nightly export', 'Replace it')
  await page.getByTestId('confirm-plan').click()
  expect(await page.getByTestId('token-name').inputValue()).toBe('Nightly export')
  await page.getByTestId('duration').getByText('90 days', { exact: true }).click()
  await page.getByTestId('quiet').selectOption(String(60 * MINUTE))
  await page.getByTestId('submit-generate').click()
  const shown = page.getByTestId('token-value').filter({ hasText: /^flgrn_/ })
  const replacement = (await shown.textContent()) ?? ''
  expect(replacement).not.toBe(old)
  await page
    .getByTestId('rotation-start')
    .getByText(`…${old.slice(-4)}`)
    .waitFor()
  await page.getByTestId('stored').check()
  await page.getByTestId('close-reveal').click()

  const entry = page.getByTestId('planned-rotation')
  await entry.getByText(`…${replacement.slice(-4)} takes its place`).waitFor()
  await entry.getByText('New one: not used yet').waitFor()
  await rowOf(page, old.slice(-4)).getByTestId('rotation-mark').first().waitFor()

  await works(platform, replacement)
  // The platform writes a last use within two minutes.
  await pass(4 * MINUTE, MINUTE)
  await page.getByTestId('check-rotation').click()
  await entry.getByText('New one: used').waitFor()
  await entry.getByText('If it stays silent, it can go').waitFor()
  await works(platform, old)
  await pass(64 * MINUTE, 2 * MINUTE)
  await page.getByTestId('check-rotation').click()
  await entry.getByText('can go now').waitFor()
  await works(platform, old)

  await page.getByTestId('finish-rotation').click()
  await page.getByTestId('confirm-finish').click()
  await entry.getByText('and revoked').waitFor()
  expect(await curl(platform.url, old)).toMatchObject({ status: 200, body: REFUSAL })
  await works(platform, replacement)
  await expect
    .poll(() =>
      page
        .getByRole('row')
        .filter({ hasText: old.slice(-4) })
        .count(),
    )
    .toBe(0)
})

it('a token is revoked at its time, by a console that was closed meanwhile and says that it was late', async () => {
  const { platform, host, page, pass } = await ownTokens()
  const soon = await made(page, 'Contractor', '90 days')
  const late = await made(page, 'Workshop', '90 days')
  const kept = await made(page, 'Keeps', '90 days')
  for (const name of ['Contractor', 'Workshop', 'Keeps']) {
    await plan(page, name, 'Revoke it later')
    const span = name === 'Contractor' ? '15 minutes' : '8 hours'
    await page.getByTestId('revoke-when').getByText(span, { exact: true }).click()
    await page.getByTestId('confirm-plan').click()
    await page.getByTestId('confirm-plan').waitFor({ state: 'detached' })
  }
  await page.getByTestId('planned-timer').filter({ hasText: 'Keeps' }).getByTestId('cancel-timer').click()
  await expect.poll(() => page.getByTestId('planned-timer').count()).toBe(2)

  await pass(14 * MINUTE)
  await works(platform, soon)
  await pass(2 * MINUTE)
  await page.getByTestId('planned-timer').getByText('Revoked at the set time').waitFor()
  expect(await curl(platform.url, soon)).toMatchObject({ status: 200, body: REFUSAL })
  await works(platform, late)

  await page.close()
  await host.stop()
  platform.clock.advance(10 * 60 * MINUTE)
  await works(platform, late)
  const again = await startBrowserHost(host.profile)
  ends.push(again.stop)
  const opened = await openConsolePage(browser, again)
  ends.push(opened.close)
  // Without a keychain the token of the connection went with the process.
  await opened.page.getByTestId('nav-tokens').click()
  await opened.page.getByRole('button', { name: 'New token', exact: true }).click()
  await opened.page.getByTestId('connection-token').fill(platform.platform.consoleToken.expose())
  await opened.page.getByTestId('submit-connection').click()
  await opened.page.getByTestId('connection-token').waitFor({ state: 'detached' })
  await opened.page.getByTestId('scope-mine').click()
  await opened.page
    .getByTestId('planned-timer')
    .filter({ hasText: 'Workshop' })
    .getByText(/Revoked \d+ hours? after the set time/)
    .waitFor()
  expect(await curl(platform.url, late)).toMatchObject({ status: 200, body: REFUSAL })
  await works(platform, kept)
})

it("anybody's token is planned for from the inventory, is listed with the plans, and is told of on the overview", async () => {
  const { platform, page, pass } = await ownTokens()
  const alice = await platform.userIdOf('Alice')
  const { plaintext_token: value, masked_token } = await platform.generate(alice, 'UNLIMITED', 'Old laptop')
  await page.getByTestId('scope-all').click()
  await page.getByTestId('refresh').click()
  await page.getByTestId('search').fill(masked_token.slice(-4))
  await page.getByRole('row').filter({ hasText: 'Old laptop' }).click()
  const panel = page.getByTestId('token-panel')
  await panel.getByTestId('plan').click()
  await page.getByTestId('plan-choice').getByText('Revoke it later', { exact: true }).click()
  await page.getByTestId('revoke-when').getByText('8 hours', { exact: true }).click()
  await page.getByTestId('confirm-plan').click()
  await panel.getByTestId('planned-timer').waitFor()
  // A rotation of somebody else's token begins with an administrator's token for them.
  await panel.getByTestId('plan').click()
  await page.getByTestId('confirm-plan').click()
  await page.getByTestId('token-name').waitFor()
  await page.keyboard.press('Escape')
  await page.getByTestId('token-name').waitFor({ state: 'detached' })

  await page.getByTestId('nav-overview').click()
  const row = page.getByTestId('attention-row').filter({ hasText: 'Old laptop' })
  await row.getByText('revoked within a day').waitFor()
  await row.getByTestId('remedy').click()
  const entry = page.getByTestId('planned-timer').filter({ hasText: 'Old laptop' })
  await entry.getByText('Alice').waitFor()
  expect(await entry.getAttribute('aria-current')).toBe('true')
  await works(platform, value)
  await pass(8 * 60 * MINUTE + MINUTE, 60 * MINUTE)
  await entry.getByText('Revoked').waitFor()
  expect(await curl(platform.url, value)).toMatchObject({ status: 200, body: REFUSAL })
})

it('a reminder comes due in time, and goes when it is dismissed', async () => {
  const { page, pass } = await ownTokens()
  await made(page, 'Pilot', '30 days')
  await plan(page, 'Pilot', 'Remind me')
  await page.getByTestId('remind-days').getByText('14 days', { exact: true }).click()
  await page.getByTestId('confirm-plan').click()
  const entry = page.getByTestId('planned-reminder')
  await entry.getByText('Reminder 14 days before it ends').waitFor()
  await pass(15 * DAY_MS, 5 * DAY_MS)
  await entry.getByText('Reminder 14 days before it ends').waitFor()
  await pass(DAY_MS + MINUTE, DAY_MS + MINUTE)
  await entry.getByText('Ends').waitFor()
  await page.getByTestId('dismiss').first().click()
  await expect.poll(() => entry.filter({ hasText: 'Pilot' }).count()).toBe(0)
})
