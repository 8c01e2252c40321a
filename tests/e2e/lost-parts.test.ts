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

const open = (address: string) => page.goto(`${new URL(host.launchUrl).origin}/${address}`)
const lost = () => page.getByTestId('part-lost')
const view = () => page.getByTestId('filter-source')

describe.each([
  ['the app itself', /\/assets\/index-.*\.js$/],
  ['the words', /\/assets\/en-.*\.js$/],
  ['what comes after the frame', /\/assets\/rest-.*\.js$/],
  ['a view', /\/assets\/ActivityPage-.*\.js$/],
  ['the style of a view', /\/assets\/ActivityPage-.*\.css$/],
])('%s', (_, file) => {
  it('lost for good is said, and Reload goes on', async () => {
    await page.clock.install()
    await page.route(file, (route) => route.abort('connectionreset'))
    await open('#/activity')
    await expect.poll(() => afterAWhile(() => lost().isVisible())).toBe(true)
    expect(await page.locator('nav').innerText()).toContain('Activity')
    expect(await lost().getAttribute('role')).toBe('alert')
    await page.unroute(file)
    await lost().getByRole('button', { name: 'Reload the page' }).click()
    await expect.poll(() => afterAWhile(() => view().isVisible())).toBe(true)
  })
})

/** The page's own pauses pass at once. */
async function afterAWhile<Seen>(look: () => Promise<Seen>): Promise<Seen> {
  await page.clock.runFor(5_000)
  return look()
}

it('leaves the other views as they are', async () => {
  await page.route(/\/assets\/ActivityPage-.*\.js$/, (route) => route.abort('connectionreset'))
  await open('#/activity')
  await lost().waitFor()
  await page.getByTestId('nav-settings').click()
  await page.getByTestId('section-about').waitFor()
  expect(await lost().count()).toBe(0)
})

describe('a change of the network while the page loads', () => {
  const FILES = /\/assets\//
  const ROUNDS = 6

  /** Loses the first `times` requests for each of the files; answers how often each was asked for. */
  async function lose(files: RegExp | readonly string[], times: number): Promise<Map<string, number>> {
    const asked = new Map<string, number>()
    const isLost = (url: URL) => (files instanceof RegExp ? files.test(url.href) : files.includes(url.href))
    await page.route(isLost, (route) => {
      const count = (asked.get(route.request().url()) ?? 0) + 1
      asked.set(route.request().url(), count)
      return count > times ? route.continue() : route.abort('internetdisconnected')
    })
    return asked
  }

  it('takes files with it: each is asked for again, and the view stands', async () => {
    const all = await lose(FILES, 0)
    await open('#/activity')
    await view().waitFor()
    await page.unrouteAll()
    // A font that is lost is drawn in another one.
    const files = [...all.keys()].filter((file) => !file.endsWith('.woff2'))
    expect(files.filter((file) => file.endsWith('.css')).length).toBeGreaterThan(2)
    for (let round = 0; round < ROUNDS; round += 1) {
      const some = files.filter((_, at) => at % ROUNDS === round)
      await page.goto('about:blank')
      const asked = await lose(some, 1)
      await open('#/activity')
      await view().waitFor()
      expect(Object.fromEntries(asked)).toEqual(Object.fromEntries(some.map((file) => [file, 2])))
      await page.unrouteAll()
    }
  })

  it('takes every file with it, and what is asked instead: the view stands all the same', async () => {
    const asked = await lose(FILES, 2)
    await open('#/activity')
    await view().waitFor()
    expect(asked.size).toBeGreaterThan(20)
  })
})
