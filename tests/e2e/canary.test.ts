import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { BrowserContext, Page } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type BrowserHost, startBrowserHost } from '../support/browser-host.ts'
import { type CanaryJourneys, canaryJourneys } from '../support/canary-journeys.ts'
import {
  commandLines,
  filesIn,
  type Place,
  pagePlaces,
  type Search,
  searchPlaces,
  wordsOf,
} from '../support/canary-places.ts'
import { launchChromiumOn } from '../support/chromium.ts'

/** The canary campaign on the browser host, with the browser's own profile searched too; see tests/electron/canary.test.ts. */

const work = mkdtempSync(join(tmpdir(), 'gatehouse-canary-'))
const handedOver = join(work, 'handed-over')
let host: BrowserHost
let context: BrowserContext
let page: Page
let journeys: CanaryJourneys
let outside: Place[]
let ofPage: Place[]
const said: string[] = []

async function save(testId: string): Promise<void> {
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByTestId(testId).first().click(),
  ])
  await download.saveAs(join(handedOver, `${Date.now()}-${download.suggestedFilename()}`))
}

beforeAll(async () => {
  mkdirSync(handedOver)
  host = await startBrowserHost()
  const browserProfile = join(work, 'browser')
  context = await launchChromiumOn(browserProfile)
  page = context.pages()[0] ?? (await context.newPage())
  page.on('console', (message) => said.push(message.text()))
  await page.goto(host.launchUrl)
  await page.getByTestId('status-bar').waitFor()
  journeys = await canaryJourneys(page, save)
  ofPage = pagePlaces(await context.newCDPSession(page))
  outside = [
    filesIn('profile with databases and logs', host.profile),
    filesIn('the browser’s profile', browserProfile),
    filesIn('files handed over', handedOver),
    wordsOf('output and console', () => host.output() + said.join()),
    commandLines,
  ]
})
afterAll(async () => {
  await context?.close()
  await journeys?.platform.platform.stop().catch(() => {})
  await host?.stop()
  host?.remove()
  rmSync(work, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
})

async function expectNowhere(places: readonly Place[]): Promise<Search> {
  const search = await searchPlaces(places, journeys.secrets)
  expect(search.hits).toEqual([])
  return search
}

it('after every journey no secret is in any place', async () => {
  await journeys.walk(async () => void (await expectNowhere(outside)))
  const { bytes } = await expectNowhere([...outside, ...ofPage])
  process.stdout.write(`searched on the browser host, bytes: ${JSON.stringify(bytes)}\n`)
  expect(Object.keys(bytes).filter((name) => bytes[name] === 0)).toEqual([])
})

it('a leak planted into the browser’s storage and the page’s heap is found', async () => {
  const planted = 'not-a-real-token-planted-0123456789'
  await page.evaluate(async (value) => {
    const opening = indexedDB.open('planted', 1)
    await new Promise((resolve, reject) => {
      opening.onupgradeneeded = () => opening.result.createObjectStore('store').put({ value }, 'key')
      opening.onsuccess = resolve
      opening.onerror = reject
    })
    opening.result.close()
    Object.assign(window, { planted: [value] })
    console.info(value)
  }, planted)
  const { hits } = await searchPlaces([...outside, ...ofPage], { planted })
  for (const place of ['the browser’s profile', 'output and console', 'page storage', 'page heap'])
    expect(hits.filter((hit) => hit.startsWith(`${place}: `))).not.toEqual([])
})

it('a host that is killed while a token is on the screen leaves it nowhere', async () => {
  await page.reload()
  await journeys.leaveShown()
  const ended = new Promise((resolve) => host.process.once('exit', resolve))
  host.process.kill('SIGKILL')
  await ended
  await expectNowhere(outside)
  await context.close()
  await expectNowhere(outside.slice(0, 3))
})
