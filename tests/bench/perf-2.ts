import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import react from '@vitejs/plugin-react'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { build, type InlineConfig, preview } from 'vite'
import type { Row } from '../../scripts/bench.ts'
import { launchChromium } from '../support/chromium.ts'

export const id = 'PERF-2'

/** A B A B …: each round both tables, each in a page of its own; medians of the rounds are compared. */
const ROUNDS = 5

/** So often one row is changed to and fro before the change that is measured, until more of it makes no change faster. */
const WARM_UP = { plain: 1, ours: 5 } as const

const ROOT = join(import.meta.dirname, '..', '..')

/** What `tests/page/table-bench/page.tsx` puts on the window. */
interface Bench {
  mount(): number
  sort(): number
  search(text: string): number
  replace(at: number, name: string): number
  hash(): string
  beat(row: number): Promise<number>
  scroll(step: number, frames: number): Promise<number[]>
  loaded(): Promise<void>
}
declare const window: { bench: Bench }

interface Times {
  mount: number
  sort: number
  replace: number
  search: number
  heap: number
  hashes: string
}

/** The table of the inventory against the plain use of its libraries, 100 000 rows, both built as the page is. */
export async function run(): Promise<Row[]> {
  const folder = await mkdtemp(join(tmpdir(), 'gatehouse-perf-2-'))
  const shared = {
    root: ROOT,
    configFile: false,
    plugins: [react()],
    logLevel: 'error',
  } satisfies InlineConfig
  await build({
    ...shared,
    publicDir: false,
    build: {
      outDir: folder,
      target: 'chrome130',
      cssTarget: 'chrome130',
      minify: 'oxc',
      rollupOptions: { input: join(ROOT, 'tests/page/table-bench/index.html') },
    },
  })
  const server = await preview({
    ...shared,
    build: { outDir: folder },
    preview: { port: 0, host: '127.0.0.1' },
  })
  const browser = await launchChromium()
  try {
    const address = `${server.resolvedUrls?.local[0] ?? ''}tests/page/table-bench/index.html`
    const plain: Times[] = []
    const ours: Times[] = []
    for (let round = 0; round < ROUNDS; round++) {
      plain.push(await tableTimes(browser, address, 'plain'))
      ours.push(await tableTimes(browser, address, 'ours'))
    }
    return [...compared(plain, ours), ...(await viewRows(browser, `${address}?side=view`))]
  } finally {
    await browser.close()
    await server.close()
    await rm(folder, { recursive: true })
  }
}

function compared(plain: readonly Times[], ours: readonly Times[]): Row[] {
  const times = (what: 'mount' | 'sort' | 'search' | 'replace', name: string, bar: number): Row => {
    const [theirs, own] = [median(plain, what), median(ours, what)]
    return row(
      `${name} ${(theirs / own).toFixed(1)}× (${own.toFixed(1)} ms, plain ${theirs.toFixed(0)} ms)`,
      `≥ ${bar}×`,
      theirs / own >= bar,
    )
  }
  const [theirHeap, ownHeap] = [median(plain, 'heap'), median(ours, 'heap')]
  const hashes = new Set([...plain, ...ours].map((one) => one.hashes))
  return [
    row(
      `same rows in the same order ${hashes.size === 1 ? 'yes' : [...hashes].join(' or ')}`,
      'yes',
      hashes.size === 1,
    ),
    times('mount', 'mount', 5),
    times('sort', 'sort by name', 3),
    times('search', 'search', 3),
    times('replace', 'one row changed while sorted', 100),
    row(
      `heap ${(ownHeap / theirHeap).toFixed(2)}× (${megabytes(ownHeap)}, plain ${megabytes(theirHeap)})`,
      '≤ 0.5×',
      ownHeap / theirHeap <= 0.5,
    ),
  ]
}

/** One page, from nothing to a table that was mounted, sorted, changed and searched. */
async function tableTimes(browser: Browser, address: string, side: 'plain' | 'ours'): Promise<Times> {
  const page = await openPage(browser, `${address}?side=${side}`)
  const session = await page.context().newCDPSession(page)
  const times = await page.evaluate((changes) => {
    const { bench } = window
    const mount = bench.mount()
    const sort = bench.sort()
    const hashes = [bench.hash()]
    for (let change = 0; change < changes; change++) {
      bench.replace(31_000, change % 2 === 0 ? 'zz last' : 'aa first')
    }
    const replace = bench.replace(70_000, 'aa second')
    hashes.push(bench.hash())
    const search = bench.search('moreau')
    hashes.push(bench.hash())
    return { mount, sort, replace, search, hashes: hashes.join(' ') }
  }, WARM_UP[side])
  await page.evaluate(() => {
    window.bench.search('')
  })
  const heap = await heapOf(session)
  await page.close()
  return { ...times, heap }
}

/** The view as the console shows it: from the core's word to the cell, and how smoothly it scrolls. */
async function viewRows(browser: Browser, address: string): Promise<Row[]> {
  const page = await openPage(browser, address)
  await page.evaluate(() => window.bench.loaded())
  const beats = await page.evaluate(async () => {
    const times: number[] = []
    // The first ones are for the engine to warm up.
    for (let beat = 0; beat < 14; beat++) times.push(await window.bench.beat(beat * 7_001))
    return times.slice(5)
  })
  const slow = await page.evaluate(() => window.bench.scroll(84, 120))
  const fast = await page.evaluate(() => window.bench.scroll(20_000, 120))
  await page.close()
  const beat = quantile(beats, 0.5)
  return [
    row(`heartbeat to cell ${beat.toFixed(1)} ms`, '≤ 16 ms', beat <= 16),
    ...[
      ['3 rows a frame', slow],
      ['700 rows a frame', fast],
    ].map(([name, frames]) => {
      const p95 = quantile(frames as number[], 0.95)
      return row(`scroll, ${name}, p95 frame ${p95.toFixed(1)} ms`, '≤ 20 ms', p95 <= 20)
    }),
  ]
}

async function openPage(browser: Browser, address: string): Promise<Page> {
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 } })
  page.on('pageerror', (error) => console.error(error.message))
  await page.goto(address)
  await page.waitForSelector('body[data-ready]')
  return page
}

/** Bytes that the page holds, array buffers included, after a collection. */
async function heapOf(session: CDPSession): Promise<number> {
  await session.send('HeapProfiler.collectGarbage')
  const { usedSize, ...others } = await session.send('Runtime.getHeapUsage')
  return usedSize + ((others as { backingStorageSize?: number }).backingStorageSize ?? 0)
}

const row = (figure: string, bar: string, pass: boolean): Row => ({ id, figure, bar, pass })
const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`

function median(times: readonly Times[], what: Exclude<keyof Times, 'hashes'>): number {
  return quantile(
    times.map((one) => one[what]),
    0.5,
  )
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}
