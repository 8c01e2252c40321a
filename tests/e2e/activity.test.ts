import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { launchChromium } from '../support/chromium.ts'
import { connectPlatform, startConsole } from '../support/console-page.ts'
import { startTestPlatform } from '../support/platform-rig.ts'
import { saved, verify } from '../support/signed-download.ts'
import { generate, revoke, rowOf } from '../support/token-journey.ts'

/** What was done, as a person reads it afterwards: ledger, the platform's audit, verdict, signed export. */
let browser: Browser
beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())

const ends: (() => unknown)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function consolePage() {
  const opened = await startConsole(browser)
  ends.push(opened.close)
  return opened
}

it('shows what was done from both sources, finds a changed record, and exports what proves itself', async () => {
  const { page, host, complaints } = await consolePage()
  await page.getByTestId('nav-tokens').click()
  const value = await generate(page, 'Night shift', '30 days')
  await page.getByTestId('stored').click()
  await page.getByTestId('close-reveal').click()
  await revoke(page, rowOf(page, 'Night shift'), 'Laptop lost')

  await page.getByTestId('nav-activity').click()
  await page.getByTestId('verdict').getByText('The ledger is whole: 4 records').waitFor()
  const rows = page.getByRole('row').filter({ hasText: 'Night shift' })
  await page.getByText("revoked API token 'Night shift'").waitFor()
  const texts = await rows.allInnerTexts()
  expect(texts.map((text) => text.replaceAll(/\s+/g, ' '))).toEqual([
    expect.stringMatching(/Platform revoked API token 'Night shift'.*Done/),
    expect.stringMatching(/Console Revoke token Night shift …\w{4}.*Done/),
    expect.stringMatching(/Platform generated a new API token 'Night shift'.*Done/),
    expect.stringMatching(/Console Generate token Night shift …\w{4}.*Done/),
  ])
  await rows.nth(1).getByTestId('entry').click()
  expect(await page.getByTestId('records').innerText()).toContain('"reason": "Laptop lost"')
  await page.getByTestId('close-entry').click()

  await page.getByTestId('filter-source').getByText('Console').click()
  await page.getByTestId('search').fill('revoke')
  await expect.poll(() => rows.count()).toBe(1)
  await page.getByTestId('search').fill('')

  await page.getByTestId('export').click()
  const ledger = await saved(page, 'save-ledger')
  const key = await saved(page, 'save-key')
  expect(verify(ledger, key)).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/Genuine: gatehouse-ledger-1.*\nThe ledger is whole: 4 records/),
  })
  expect(readFileSync(ledger, 'utf8')).not.toContain(value)
  const changed = readFileSync(ledger)
  changed.writeUInt8(changed.readUInt8(700) ^ 1, 700)
  writeFileSync(ledger, changed)
  expect(verify(ledger, key)).toMatchObject({ status: 1, stdout: expect.stringContaining('NOT GENUINE') })
  await page.keyboard.press('Escape')

  const database = new DatabaseSync(join(host.profile, 'ledger.sqlite'))
  database.exec(`UPDATE record SET body = replace(body, 'Laptop lost', 'Laptop kept')`)
  database.close()
  await page.getByTestId('verify').click()
  await page.getByText('Record 3 of the ledger is not what was written').waitFor()
  await page.getByTestId('status-bar').getByText('Broken at record 3').waitFor()
  expect(complaints).toEqual([])
})

it('says why the platform tells nothing', async () => {
  const platform = await startTestPlatform({ as: 'opencti-7', seed: 'demo' })
  ends.push(() => platform.platform.stop())
  const { page } = await consolePage()
  await connectPlatform(page, platform.url, platform.platform.consoleToken.expose())
  await page.getByTestId('nav-activity').click()
  await page.getByTestId('no-enterprise').waitFor()
  await page.getByText('does not mean that nothing happened').waitFor()
})

it('loads on as one scrolls, in the order of time', async () => {
  const platform = await startTestPlatform({ as: 'opencti-7', enterprise: true, seed: 'demo' })
  ends.push(() => platform.platform.stop())
  for (let number = 1; number <= 240; number += 1)
    await platform.generate(undefined, 'DAYS_30', `bulk ${number}`)
  const { page } = await consolePage()
  await connectPlatform(page, platform.url, platform.platform.consoleToken.expose())
  await page.getByTestId('nav-activity').click()
  await page.getByText("'bulk 240'").waitFor()
  const grid = page.getByRole('grid')
  await expect.poll(() => grid.getAttribute('aria-rowcount')).toMatch(/^10\d$/)
  const scroll = () => page.evaluate(() => document.querySelector('[data-scroller]')?.scrollTo(0, 1e6))
  await expect
    .poll(async () => {
      await scroll()
      return Number(await grid.getAttribute('aria-rowcount'))
    })
    .toBeGreaterThan(241)
  await scroll()
  await page.getByText("'bulk 1'").waitFor()
})
