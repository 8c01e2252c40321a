import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Row } from '../../scripts/bench.ts'
import type { InventoryOrder, InventoryReport } from '../support/inventory-child.ts'
import { startPlatformProcess } from '../support/platform-process.ts'

export const id = 'PERF-3'

/** Bare and ours in turn, each in a fresh process; medians are compared. */
const ROUNDS = 3

const FIRST_ROWS_MS = 1_000
const RATIO = 1.3
const RSS_MB = 150
const BLOCKED_MS = 50

/**
 * The inventory of 10 000 users with 50 000 tokens: console and platform in processes of their own, a page without a screen
 * in a thread that follows by the contract. Beside it the same requests bare.
 */
export async function run(): Promise<Row[]> {
  const platform = await startPlatformProcess({ as: 'opencti-7', seed: 'large' })
  const order: InventoryOrder = { url: platform.url, token: platform.token, kept: null }
  try {
    const bare: number[] = []
    const ours: InventoryReport[] = []
    for (let round = 0; round < ROUNDS; round++) {
      bare.push((await measured<{ total: number }>('inventory-bare.ts', order)).total)
      ours.push(await measured<InventoryReport>('inventory-child.ts', order))
    }
    const total = median(ours.map((report) => report.total))
    const ratio = total / median(bare)
    const firstRows = median(ours.map((report) => report.firstRows))
    const blocked = median(ours.map((report) => report.blocked))
    const computed = Math.max(...ours.map((report) => report.computed))
    const rss = ours.map((report) => report.rssGrowth / 2 ** 20)
    const tokens = ours[0]?.tokens ?? 0
    const [last] = ours.slice(-1)
    const restored = await measured<InventoryReport>('inventory-child.ts', { ...order, kept: last ?? null })
    return [
      row(`first rows ${ms(firstRows)}`, `< ${ms(FIRST_ROWS_MS)}`, firstRows < FIRST_ROWS_MS),
      row(
        `${tokens} tokens in the page after ${ms(total)}, ${ratio.toFixed(2)}× the bare requests (${ms(median(bare))})`,
        `≤ ${RATIO}×`,
        ratio <= RATIO && tokens >= 50_000,
      ),
      row(
        `resident memory grew ${median(rss).toFixed(0)} MB, ${Math.max(...rss).toFixed(0)} MB at most`,
        `≤ ${RSS_MB} MB`,
        median(rss) <= RSS_MB,
      ),
      row(
        `event loop stood still ${ms(blocked)}, computed ${ms(computed)} at most without a turn`,
        `≤ ${ms(BLOCKED_MS)}`,
        Math.max(blocked, computed) <= BLOCKED_MS,
      ),
      row(
        `the last snapshot without the platform: first rows ${ms(restored.firstRows)}, all ${restored.tokens} ${ms(restored.total)}`,
        `first rows < ${ms(FIRST_ROWS_MS)}`,
        restored.firstRows < FIRST_ROWS_MS && restored.tokens === last?.tokens,
      ),
    ]
  } finally {
    await platform.stop()
  }
}

async function measured<Report>(file: string, order: InventoryOrder): Promise<Report> {
  const child = fork(join(import.meta.dirname, '..', 'support', file), {
    execArgv: ['--disable-warning=ExperimentalWarning', '--expose-gc'],
  })
  try {
    const answered = once(child, 'message')
    child.send(order)
    return (await answered)[0] as Report
  } finally {
    child.kill()
  }
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

const ms = (value: number): string => `${value.toFixed(0)} ms`
const row = (figure: string, bar: string, pass: boolean): Row => ({ id, figure, bar, pass })
