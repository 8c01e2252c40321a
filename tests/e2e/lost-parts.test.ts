import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { type BrowserHost, startBrowserHost } from '../support/browser-host.ts'
import { launchChromium } from '../support/chromium.ts'

/** A file of the page whose request is lost: asked for again, and where it stays lost, said, with a way on. */

let browser: Browser
let host: BrowserHost
let context: BrowserContext
let page: Page
let cookies: Awaited<ReturnType<BrowserContext['cookies']>>

beforeAll(async () => {
  browser = await launchChromium()
  host = await startBrowserHost()
  const first = await browser.newContext()
  await (await first.newPage()).goto(host.launchUrl)
  cookies = await first.cookies()
  await first.close()
})
beforeEach(async () => {
  context = await browser.newContext({ locale: 'en-US' })
  await context.addCookies(cookies)
  page = await context.newPage()
})
afterEach(() => context.close())
afterAll(async () => {
  await browser?.close()
  await host?.stop()
  host?.remove()
})

/** Loses the first `times` requests for such a file; answers how many there were. */
async function lose(file: RegExp, times: number): Promise<() => number> {
  let asked = 0
  await page.route(file, (route) => {
    asked += 1
    return asked > times ? route.continue() : route.abort('connectionreset')
  })
  return () => asked
}

const open = (address: string) => page.goto(`${new URL(host.launchUrl).origin}/${address}`)
const lost = () => page.getByTestId('part-lost')

describe.each([
  ['the app itself', /\/assets\/index-.*\.js$/],
  ['the words', /\/assets\/en-.*\.js$/],
  ['what comes after the frame', /\/assets\/rest-.*\.js$/],
  ['a view', /\/assets\/ActivityPage-.*\.js$/],
  ['the style of a view', /\/assets\/ActivityPage-.*\.css$/],
])('%s', (_, file) => {
  it('lost once is asked for again', async () => {
    const asked = await lose(file, 1)
    await open('#/activity')
    await page.getByTestId('filter-source').waitFor()
    expect(asked()).toBe(2)
    expect(await lost().count()).toBe(0)
  })

  it('lost for good is said, and Reload goes on', async () => {
    await lose(file, Number.POSITIVE_INFINITY)
    await open('#/activity')
    await lost().waitFor()
    expect(await page.locator('nav').innerText()).toContain('Activity')
    expect(await lost().getAttribute('role')).toBe('alert')
    await page.unroute(file)
    await lost().getByRole('button', { name: 'Reload the page' }).click()
    await page.getByTestId('filter-source').waitFor()
  })
})

it('leaves the other views as they are', async () => {
  await lose(/\/assets\/ActivityPage-.*\.js$/, Number.POSITIVE_INFINITY)
  await open('#/activity')
  await lost().waitFor()
  await page.getByTestId('nav-settings').click()
  await page.getByTestId('section-about').waitFor()
  expect(await lost().count()).toBe(0)
})
