import { readFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { systemClock } from '#base/clock.ts'
import { Secret } from '#base/secret.ts'
import { LANGUAGES, type Language } from '#shared/domain/languages.ts'
import { readConfiguration } from '../../electron/xtm-one/configuration.ts'
import { startStandIn } from '../../electron/xtm-one/stand-in/server.ts'
import { launchChromium } from '../support/chromium.ts'
import { connectPlatform, startConsole } from '../support/console-page.ts'
import { startTestPlatform } from '../support/platform-rig.ts'
import { quietLogger } from '../support/quiet-logger.ts'
import { until } from '../support/until.ts'

/**
 * A registration that lapses and comes back, as it stands on the page (X-07, H-01). The platform's clock is the test's;
 * what the console reads, it reads over HTTP.
 */
const TOKEN = 'not-a-real-registration-token-0006'

let browser: Browser
const ends: (() => Promise<unknown>)[] = []
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

/** XTM One's stand-in. */
const startReceiver = (port: number) =>
  startStandIn({
    port,
    registrationToken: new Secret(TOKEN),
    clock: systemClock,
    log: quietLogger().logger,
  })

const sentence = (language: Language, file: string, id: string): string =>
  JSON.parse(readFileSync(`renderer/i18n/catalogues/${language}/${file}.json`, 'utf8'))[id]

/** Reads again until the page of the registration says so. */
async function standsAs(page: Page, standing: string): Promise<void> {
  await page.getByTestId('nav-xtm-one').click()
  await until(`the registration is ${standing}`, async () => {
    await page.getByTestId('read-again').click()
    return (await page.getByTestId(`standing-${standing}`).count()) === 1
  })
}

/** Lets the monitors look until the overview has a row of the registration, or has none. */
async function overviewTells(page: Page, rows: number): Promise<void> {
  await until(`the overview tells ${rows} registrations`, async () => {
    await page.getByTestId('nav-overview').click()
    await page.getByTestId('panel-platform').getByRole('button').click()
    await page.getByTestId('look-at-all').click()
    await page.getByTestId('monitor-registration').waitFor()
    await page.getByTestId('to-overview').click()
    await page.getByTestId('panel-registration').waitFor()
    return (await registrationRow(page).count()) === rows
  })
}

/** Not that of the embedded platform, whose connection is `local`. */
const registrationRow = (page: Page) =>
  page.locator('[data-row^="registration "]:not([data-row="registration local"])')

it('Fresh, Late, Lapsed and back, in the words of every language', { timeout: 120_000 }, async () => {
  const early = await startReceiver(0)
  const platform = await startTestPlatform({
    xtmOne: { configuration: readConfiguration({ XTM__XTM_ONE_URL: early.url, XTM__XTM_ONE_TOKEN: TOKEN }) },
  })
  ends.push(() => platform.platform.stop())
  const opened = await startConsole(browser)
  ends.push(opened.close)
  const { page, complaints } = opened
  const { plaintext_token } = await platform.generate(undefined, 'DAYS_30', 'console')
  await connectPlatform(page, platform.platform.url, plaintext_token)

  await standsAs(page, 'never')
  await page.getByTestId('register-now').click()
  await standsAs(page, 'fresh')
  await overviewTells(page, 0)
  await page.getByTestId('overview-standing-fresh').waitFor()

  await early.close()
  await platform.clock.pass(400_000)
  await standsAs(page, 'late')
  await overviewTells(page, 1)
  expect(await registrationRow(page).textContent()).toContain('is late, one beat was missed')

  await platform.clock.pass(300_000)
  await standsAs(page, 'lapsed')
  await overviewTells(page, 1)
  await page.getByTestId('overview-standing-lapsed').waitFor()
  await expectInEveryLanguage(page)

  const again = await startReceiver(Number(new URL(early.url).port))
  ends.push(() => again.close())
  await page.getByTestId('nav-xtm-one').click()
  await until('it is registered again', async () => {
    // The platform's manager is between two tries; its own clock brings the next one.
    await platform.clock.pass(5_000)
    await page.getByTestId('read-again').click()
    return (await page.getByTestId('standing-fresh').count()) === 1
  })
  await overviewTells(page, 0)
  expect(complaints).toEqual([])
})

/** Chooses each language in the settings, and reads the row of the overview and the panel's state. */
async function expectInEveryLanguage(page: Page): Promise<void> {
  for (const language of [...LANGUAGES.filter((one) => one !== 'en'), 'en'] as const) {
    await page.getByTestId('nav-settings').click()
    await page.getByTestId('section-language').click()
    await page.getByRole('combobox').selectOption(language)
    await page.locator(`html[lang^="${language}"]`).waitFor()
    await page.getByTestId('nav-overview').click()
    const [before = '', after = ''] = sentence(language, 'overview', 'overview.lapsed').split('{connection}')
    const told = await registrationRow(page).getByRole('rowheader').textContent()
    expect(told, language).toContain(before)
    expect(told, language).toContain(after)
    expect(await page.getByTestId('overview-standing-lapsed').textContent(), language).toContain(
      sentence(language, 'xtm-one', 'xtm-one.standing.lapsed'),
    )
  }
}
