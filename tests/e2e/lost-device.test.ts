import { readFileSync, writeFileSync } from 'node:fs'
import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest'
import { verifyDocument } from '#base/signature.ts'
import { startBrowserHost } from '../support/browser-host.ts'
import { launchChromium } from '../support/chromium.ts'
import { connectPlatform, openConsolePage, startConsole } from '../support/console-page.ts'
import { type FaultProxy, startFaultProxy } from '../support/fault-proxy.ts'
import { addHolder, type Holder, listed } from '../support/incident-rig.ts'
import { startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'
import { saved, verify } from '../support/signed-download.ts'
import { curl, REFUSAL } from '../support/token-journey.ts'

/**
 * Journey 2 of the product requirements as a lost device: Alice's laptop is stolen, with ten tokens and three sessions on it.
 * The platform stands for OpenCTI 7; everything passes a proxy that can lose the network.
 */
let browser: Browser
let platform: TestPlatform
let proxy: FaultProxy
let alice: Holder
const ends: (() => unknown)[] = []

beforeAll(async () => {
  browser = await launchChromium()
})
afterAll(() => browser.close())
beforeEach(async () => {
  platform = await startTestPlatform({ as: 'opencti-7', seed: 'demo' })
  proxy = await startFaultProxy(platform.url)
  alice = await addHolder(platform, 'Alice Away', { tokens: 10, sessions: 3 })
  ends.push(
    () => platform.platform.stop(),
    () => proxy.close(),
  )
})
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

const connect = (page: Page) => connectPlatform(page, proxy.url, platform.platform.consoleToken.expose())

/** A page whose clicks and typed texts are counted. */
function counting(page: Page) {
  const self = {
    count: 0,
    click: async (testId: string, text?: string) => {
      self.count += 1
      const found = page.getByTestId(testId)
      await (text === undefined ? found : found.filter({ hasText: text })).first().click()
    },
    type: async (testId: string, text: string) => {
      self.count += 1
      await page.getByTestId(testId).fill(text)
    },
  }
  return self
}

async function contain(page: Page) {
  const hand = counting(page)
  await hand.click('lost-device')
  await hand.type('who-search', 'alice away')
  await hand.click('who', 'Alice Away')
  await hand.click('contain')
  await page
    .getByText('Are you sure? Any scripts using these tokens will stop working immediately.')
    .waitFor()
  await hand.click('confirm-contain')
  return hand
}

async function thiefIsOut(): Promise<void> {
  for (const { value } of alice.tokens) {
    expect(await curl(platform.url, value)).toMatchObject({ status: 200, body: REFUSAL })
  }
  expect(await listed(platform, alice.id)).toEqual([])
  const { data } = await platform.ask('query ($id: String!) { user(id: $id) { sessions { id } } }', {
    variables: { id: alice.id },
  })
  expect(data.user.sessions).toEqual([])
}

const isContained = (page: Page) =>
  page.getByText(/^Contained: 11 of 11 done, in \d+ seconds?$/).waitFor({ timeout: 55_000 })

it('contains it in at most six interactions and a minute; the thief is refused; the report verifies, and not when a byte is changed', async () => {
  const { page, complaints, close } = await startConsole(browser)
  ends.push(close)
  await connect(page)
  await page.getByTestId('nav-tokens').click()

  const began = Date.now()
  const { count } = await contain(page)
  await isContained(page)
  const seconds = (Date.now() - began) / 1_000
  expect(count).toBeLessThanOrEqual(6)
  expect(seconds).toBeLessThan(60)
  await thiefIsOut()

  const row = page.getByRole('row').filter({ hasText: `…${alice.tokens[0]?.value.slice(-4)}` })
  await row.getByText('Revoked').waitFor()
  await page.getByTestId('rung-gone-again').getByText('11 of 11').waitFor()
  await page.getByTestId('rung-audit').getByText('needs the Enterprise Edition').waitFor()

  await page.getByTestId('probe-token').fill(alice.tokens[3]?.value ?? '')
  await page.getByTestId('probe').click()
  await page.getByTestId('probe-refused').waitFor()
  expect(await page.getByTestId('probe-token').inputValue()).toBe('')
  await page.getByTestId('rung-probe').getByText('1 of 11').waitFor()

  const report = await saved(page, 'save-report')
  const key = await saved(page, 'save-key')
  expect(verify(report, key)).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('Genuine: gatehouse-incident-report-1'),
  })
  const bytes = readFileSync(report)
  const unseen = [...bytes.keys()].filter((place) => {
    const changed = Buffer.from(bytes)
    changed[place] = (changed[place] ?? 0) ^ 1
    return verifyDocument(readFileSync(key, 'utf8'), changed).ok
  })
  expect(unseen).toEqual([])
  writeFileSync(report, bytes.toString('utf8').replace('"done": 11', '"done": 10'))
  expect(verify(report, key)).toMatchObject({ status: 1, stdout: expect.stringContaining('NOT GENUINE') })

  const html = readFileSync(await saved(page, 'save-report-html'), 'utf8')
  expect(html).toContain('11 of 11 steps are done and were seen to be so.')
  for (const { value } of alice.tokens) expect(bytes.toString('utf8') + html).not.toContain(value)
  expect(complaints).toEqual([])
})

it('the network is cut in the middle: it waits, says so, and goes on by itself', async () => {
  const { page, complaints, close } = await startConsole(browser)
  ends.push(close)
  await connect(page)
  await page.getByTestId('nav-tokens').click()
  let revocations = 0
  let isCut = false
  proxy.choose = (document) => {
    if (document.includes('userAdminTokenRevoke') && ++revocations === 5) isCut = true
    return isCut ? 'cut' : null
  }
  const began = Date.now()
  const { count } = await contain(page)
  await page.getByTestId('progress').filter({ hasText: 'The platform does not answer' }).waitFor()
  expect(await listed(platform, alice.id)).toHaveLength(6)
  await page.getByTestId('problem').first().waitFor()
  isCut = false
  revocations = 100
  await isContained(page)
  expect(count).toBeLessThanOrEqual(6)
  expect((Date.now() - began) / 1_000).toBeLessThan(60)
  await thiefIsOut()
  expect(complaints.filter((complaint) => !complaint.includes('ERR_'))).toEqual([])
})

it('the console is killed in the middle: the next one says what it needs, looks up what is open, and finishes', async () => {
  const host = await startBrowserHost()
  ends.push(host.remove)
  const first = await openConsolePage(browser, host)
  await connect(first.page)
  await first.page.getByTestId('nav-tokens').click()
  let revocations = 0
  proxy.choose = (document) => {
    if (!document.includes('userAdminTokenRevoke')) return null
    if (++revocations === 5) host.process.kill('SIGKILL')
    return revocations >= 5 ? 'lose-answer' : null
  }
  await contain(first.page)
  await new Promise((resolve) => host.process.once('exit', resolve))
  await first.close()
  proxy.choose = () => null

  const again = await startBrowserHost(host.profile)
  ends.push(again.stop)
  const { page, close } = await openConsolePage(browser, again)
  ends.push(close)
  // Without a keychain the token of the connection went with the process.
  await page.getByTestId('at-work').click()
  await page.getByTestId('progress').filter({ hasText: 'Needs you' }).waitFor()
  await page.getByTestId('new-token').first().click()
  await page.getByTestId('connection-token').fill(platform.platform.consoleToken.expose())
  await page.getByTestId('submit-connection').click()
  await page.getByTestId('connection-token').waitFor({ state: 'detached' })
  await page.getByTestId('resume').click()
  await page.getByText(/^Contained: 11 of 11 done/).waitFor()
  await thiefIsOut()
})
