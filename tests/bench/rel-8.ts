import { setTimeout as pause } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import type { Row } from '../../scripts/bench.ts'
import { launchChromium } from '../support/chromium.ts'
import { type ComposerDouble, startComposerDouble } from '../support/composer-double.ts'
import { startPlatformProcess } from '../support/platform-process.ts'
import { type ConsoleSample, type SoakedConsole, startSoakedConsole } from '../support/soaked-console.ts'
import { trend } from '../support/trend.ts'
import { until } from '../support/until.ts'

export const id = 'REL-8'

const SECOND = 1000
const MINUTE = 60 * SECOND
const CONNECTORS = 30
const MONITORS = ['api', 'health', 'module', 'registration', 'xtm-one'] as const
const PEOPLE = { users: 400, tokens: 3_000, tokensOfOne: 0 }
/** Tokens that come and go between two loads, so that each load finds something new. */
const CHANGED = 5

const SHORT = {
  ms: 24 * SECOND,
  roundMs: 3 * SECOND,
  reportMs: 2 * SECOND,
  // What is loaded and compiled late weighs more in seconds than in half an hour.
  growth: { host: 0.15, page: 0.25, objects: 0.05, closures: 0.05 },
  // Twenty rounds a minute instead of one.
  databaseKbAMinute: 2_000,
}
const FULL: typeof SHORT = {
  ms: 30 * MINUTE,
  roundMs: MINUTE,
  reportMs: 10 * SECOND,
  growth: { host: 0.05, page: 0.05, objects: 0.01, closures: 0.01 },
  databaseKbAMinute: 100,
}
/** Chromium goes on compiling what is used often for a quarter of an hour: slopes are those of the second half. */
const WARMING = 1 / 2
/** Connections that are kept open for the next call come and go. */
const SPARE = 4

/**
 * The browser host on a profile, its page in Chromium, one platform with five monitors, 3 000 tokens and thirty connectors
 * that report as a composer has them do; each round reads all tokens anew and goes through every view.
 * GATEHOUSE_FULL=1: a round a minute for half an hour.
 */
export async function run(): Promise<Row[]> {
  const form = process.env.GATEHOUSE_FULL === '1' ? FULL : SHORT
  const ends: (() => unknown)[] = []
  try {
    const platform = await startPlatformProcess({
      seed: 'large',
      seedSize: PEOPLE,
      xtmOne: { mode: 'stand-in' },
    })
    ends.push(() => platform.stop())
    const composer = await startComposerDouble(platform, CONNECTORS, form.reportMs)
    ends.push(() => composer.stop())
    const browser: Browser = await launchChromium()
    ends.push(() => browser.close())
    const console = await startSoakedConsole(browser)
    let ended = false
    ends.push(() => (ended ? null : console.end()))
    await connect(console, platform)
    const outcome = await soak(console, composer, form)
    const faults = console.faults()
    ended = true
    const code = await console.end()
    return rows(form, outcome, faults, code)
  } finally {
    for (const end of ends.reverse()) await end()
  }
}

async function connect(
  { client }: SoakedConsole,
  { url, token, healthAccessKey }: { url: string; token: string; healthAccessKey: string },
): Promise<void> {
  const typed = { name: 'Soaked', url, token, caPem: null, proxy: null, remember: false }
  const { id: connectionId } = await client.connections.add(typed)
  await client.heartbeat.setHealthKey({ connectionId, key: healthAccessKey })
  // The embedded platform has monitors of its own.
  await client.settings.change({ localPlatform: false, activeConnectionId: connectionId })
  const stop = new AbortController()
  for await (const { monitors } of await client.heartbeat.watch(undefined, { signal: stop.signal })) {
    const seen = monitors.filter((monitor) => monitor.connectionId === connectionId && monitor.last)
    if (MONITORS.every((kind) => seen.some((monitor) => monitor.kind === kind))) break
  }
  stop.abort()
}

interface Outcome {
  readonly samples: readonly ConsoleSample[]
  readonly rounds: number
  /** of the tokens that were shown after a load, how often they were those of the platform */
  readonly right: number
  readonly minutes: number
}

async function soak(
  { page, sample }: SoakedConsole,
  composer: ComposerDouble,
  form: typeof SHORT,
): Promise<Outcome> {
  const samples: ConsoleSample[] = []
  const began = Date.now()
  let [rounds, right] = [0, 0]
  for (let due = began; Date.now() - began < form.ms; due += form.roundMs) {
    await pause(Math.max(0, due - Date.now()))
    const tokens = await composer.change(CHANGED)
    if (await reload(page, tokens)) right++
    await goRound(page)
    samples.push(await sample())
    rounds++
    if (rounds % 5 === 0) globalThis.console.error(told(samples.at(-1)))
  }
  return { samples, rounds, right, minutes: (Date.now() - began) / MINUTE }
}

/** Reads all tokens again, as a person does. @returns whether the page then shows so many */
async function reload(page: Page, tokens: number): Promise<boolean> {
  await page.getByTestId('nav-tokens').click()
  await page.getByTestId('scope-all').click()
  const grid = page.getByRole('grid', { name: 'All tokens' })
  await grid.waitFor()
  await page.getByTestId('refresh').click()
  const shown = async () => (await grid.getAttribute('aria-rowcount')) === String(tokens + 1)
  return until(`${tokens} tokens are shown`, shown, 20 * SECOND).catch((error: unknown) => {
    globalThis.console.error(error)
    return false
  })
}

/** Through every view, into a connector's log, and back to the overview, where all samples are taken. */
async function goRound(page: Page): Promise<void> {
  await page.getByTestId('nav-xtm-one').click()
  await page.getByTestId('nav-connectors').click()
  await page.getByTestId('connector').first().click()
  await page.getByTestId('log').waitFor()
  await page.getByTestId('nav-activity').click()
  await page.getByTestId('nav-settings').click()
  await page.getByTestId('section-about').waitFor()
  await page.getByTestId('nav-overview').click()
  await page.locator('[data-row]').first().waitFor()
}

function rows(form: typeof SHORT, outcome: Outcome, faults: readonly string[], code: number | null): Row[] {
  const { samples, rounds, right, minutes } = outcome
  const row = (figure: string, bar: string, pass: boolean): Row => ({ id, figure, bar, pass })
  const slope = (
    what: string,
    most: number,
    of: (sample: ConsoleSample) => number,
    unit: (value: number) => string,
  ) => {
    const { first, last, growth } = trend(samples, of, WARMING)
    const percent = (share: number): string => `${(share * 100).toFixed(2)} %`
    return row(
      `${what} ${unit(first)} to ${unit(last)}, ${percent(growth)} over the second half`,
      `growth ${percent(most)}`,
      growth <= most,
    )
  }
  const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(2)} MB`
  const count = (value: number): string => value.toFixed(0)
  const [first, last] = [samples[Math.floor(samples.length / 5)], samples.at(-1)]
  const database = trend(samples, ({ databases }) =>
    Object.values(databases).reduce((sum, bytes) => sum + bytes, 0),
  )
  const kept = (samples.at(-1)?.at ?? 0) - (first?.at ?? 0)
  const kbAMinute = (database.last - database.first) / 1e3 / (kept / MINUTE)
  for (const fault of faults.slice(0, 10)) globalThis.console.error(fault)
  return [
    row(
      `${rounds} rounds in ${minutes.toFixed(1)} min with ${MONITORS.length} monitors, ${CONNECTORS} connectors, ${PEOPLE.tokens} tokens of which ${2 * CHANGED} changed a round; ${right} times the page showed what the platform has`,
      'each time',
      right === rounds && rounds >= form.ms / form.roundMs / 2,
    ),
    slope('host: heap', form.growth.host, ({ heapBytes }) => heapBytes, megabytes),
    slope('host: functions alive', form.growth.closures, ({ closures }) => closures, count),
    row(
      `host: ${first?.descriptors} descriptors and ${first?.handles} handles after the first fifth, ${last?.descriptors} and ${last?.handles} at the end`,
      `${SPARE} more`,
      (last?.descriptors ?? 0) - (first?.descriptors ?? 0) <= SPARE &&
        (last?.handles ?? 0) - (first?.handles ?? 0) <= SPARE,
    ),
    row(
      `host: databases ${megabytes(database.first)} to ${megabytes(database.last)}, ${kbAMinute.toFixed(0)} KB a minute`,
      `${form.databaseKbAMinute} KB a minute`,
      kbAMinute <= form.databaseKbAMinute,
    ),
    slope(
      `page: heap of ${megabytes(samples.at(-1)?.page.heapBytes ?? 0)} at the end, of which its own objects`,
      form.growth.objects,
      ({ page }) => page.objectBytes,
      megabytes,
    ),
    slope('page: elements', form.growth.page, ({ page }) => page.nodes, count),
    slope('page: listeners', form.growth.page, ({ page }) => page.listeners, count),
    row(
      `${faults.length} errors in page and log, ended with ${code}`,
      '0, ended with 0',
      faults.length === 0 && code === 0,
    ),
  ]
}

function told(sample: ConsoleSample | undefined): string {
  return JSON.stringify(sample)
}
