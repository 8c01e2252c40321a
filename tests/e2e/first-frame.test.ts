import type { Browser, BrowserContextOptions, Page, Route } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type BrowserHost, startBrowserHost } from '../support/browser-host.ts'
import { launchChromium } from '../support/chromium.ts'

/** The page's first picture (PERF-5): it needs no file but index.html, and nothing moves when the app takes its place. */

let browser: Browser
let host: BrowserHost
let session: Awaited<ReturnType<Awaited<ReturnType<Browser['newContext']>>['storageState']>>

beforeAll(async () => {
  browser = await launchChromium()
  host = await startBrowserHost()
  const context = await browser.newContext()
  const page = await context.newPage()
  await page.goto(host.launchUrl)
  await page.locator('main h2').first().waitFor()
  // Without what the page remembers: each case comes for the first time.
  session = { cookies: await context.cookies(), origins: [] }
  await context.close()
})
afterAll(async () => {
  await browser?.close()
  await host?.stop()
  host?.remove()
})

type Looks = Pick<BrowserContextOptions, 'locale' | 'colorScheme' | 'viewport'>

/** Opens the page with some of its files held back for good; `look` then has it to itself. */
async function withoutFiles<Seen>(
  held: RegExp,
  address: string,
  looks: Looks,
  look: (page: Page) => Promise<Seen>,
): Promise<Seen> {
  const context = await browser.newContext({ ...looks, storageState: session })
  const waiting: Route[] = []
  try {
    const page = await context.newPage()
    await page.route(held, (route) => void waiting.push(route))
    await page.goto(`${new URL(host.launchUrl).origin}/${address}`, { waitUntil: 'commit' })
    return await look(page)
  } finally {
    await Promise.all(waiting.map((route) => route.abort().catch(() => {})))
    await context.close()
  }
}

/** Every word of the frame, every part of it, and how each is drawn. */
const PICTURE = `document.fonts.ready.then(() => {
  const rounded = ({ x, y, width, height }) => [x, y, width, height].map((side) => Math.round(side * 10) / 10)
  const paint = (element) => {
    const { color, backgroundColor, fontFamily, fontSize, fontWeight, borderColor, borderWidth } = getComputedStyle(element)
    return [color, backgroundColor, fontFamily, fontSize, fontWeight, borderColor, borderWidth].join(' ')
  }
  const words = []
  const walker = document.createTreeWalker(document.getElementById('root'), NodeFilter.SHOW_TEXT)
  while (walker.nextNode()) {
    const range = document.createRange()
    range.selectNode(walker.currentNode)
    const box = range.getBoundingClientRect()
    // The way past the navigation is out of sight until it has the focus.
    if (box.bottom > 0) words.push([walker.currentNode.data, rounded(box), paint(walker.currentNode.parentElement)])
  }
  const text = words.reduce((joined, [word, [x, y, width, height], looks]) => {
    const last = joined.at(-1)
    if (last && last.looks === looks && last.y === y && Math.abs(last.end - x) < 0.2) {
      last.word += word
      last.end = x + width
    } else joined.push({ word, x, y, end: x + width, height, looks })
    return joined
  }, []).map(({ end, x, y, ...rest }) => ({ ...rest, x, y, end: Math.round(end) }))
  const parts = ['aside', 'nav', 'nav > :nth-child(2)', 'nav > [aria-current]', 'header', 'h1', 'header label', 'header svg',
    'header input', 'header > div > :last-child', 'main', 'footer']
  return {
    title: document.title,
    language: document.documentElement.lang,
    body: paint(document.body),
    text,
    parts: parts.map((part) => {
      const element = document.querySelector('#root ' + part)
      return element && [part, rounded(element.getBoundingClientRect()), paint(element)]
    }),
    hint: document.querySelector('header input')?.placeholder,
  }
})`

const small = { width: 800, height: 560 }
const phone = { width: 400, height: 700 }
const desktop = { width: 1280, height: 800 }

it.each([
  ['en-US', 'light', desktop, ''],
  ['en-US', 'dark', phone, '#/tokens/mine'],
  ['de-DE', 'dark', small, '#/tokens/users'],
  ['es-ES', 'light', phone, '#/connectors'],
  ['fr-FR', 'light', small, '#/tokens/findings'],
  ['it-IT', 'dark', desktop, '#/activity'],
  ['ja-JP', 'light', desktop, '#/tokens/all'],
  ['ko-KR', 'dark', small, '#/settings/about'],
  ['ru-RU', 'light', small, '#/connectors/one'],
  ['zh-CN', 'dark', desktop, '#/xtm-one'],
] as const)('is the frame of the app: %s, %s, %o, at %s', async (locale, colorScheme, viewport, address) => {
  const looks = { locale, colorScheme, viewport }
  const first = await withoutFiles(/\/assets\/.*\.js$/, address, looks, async (page) => {
    await page.locator('nav').waitFor()
    expect(await page.locator('nav button').count()).toBe(0)
    return page.evaluate(PICTURE)
  })
  const app = await withoutFiles(/\/assets\/rest-/, address, looks, async (page) => {
    await page.locator('nav button').first().waitFor()
    return page.evaluate(PICTURE)
  })
  expect(first).toEqual(app)
})

it('is painted before the app runs, and nothing of it moves when it does', async () => {
  const told = await withoutFiles(/\/assets\/rest-/, '', { viewport: desktop }, async (page) => {
    await page.locator('nav button').first().waitFor()
    return page.evaluate<{ paint: number; app: number; shifts: number[] }>(`new Promise((resolve) => {
      const shifts = []
      new PerformanceObserver((list) => shifts.push(...list.getEntries().map(({ startTime }) => startTime)))
        .observe({ type: 'layout-shift', buffered: true })
      requestAnimationFrame(() => setTimeout(() => {
        const [{ startTime: paint }] = performance.getEntriesByName('first-contentful-paint')
        // The first thing that the app does is to ask for its words.
        const [{ startTime: app }] = performance.getEntriesByType('resource').filter(({ name }) => /\\/assets\\/en-/.test(name))
        // Words keep their place free until their font is there, which is when they are seen for the first time.
        resolve({ paint, app, shifts: shifts.filter((at) => at > paint) })
      }))
    })`)
  })
  expect(told.paint).toBeLessThan(told.app)
  expect(told.shifts).toEqual([])
})

it('stops nothing where the page is not drawn', async () => {
  const context = await browser.newContext({ storageState: session })
  const page = await context.newPage()
  await page.addInitScript('window.requestAnimationFrame = () => 0')
  await page.goto(new URL(host.launchUrl).origin)
  await page.locator('main h2').first().waitFor()
  await context.close()
})
