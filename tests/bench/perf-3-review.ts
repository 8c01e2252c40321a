import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Row } from '../../scripts/bench.ts'
import { startPlatformProcess } from '../support/platform-process.ts'
import type { ReviewReport } from '../support/review-child.ts'

export const id = 'PERF-3'

/** What other processes take of processor and disk is told, and is not the console's. */
const BLOCKED_MS = 50

/** Access reviews of 8 750 owners with 50 000 tokens from their beginning to the saved files, while somebody else asks. */
export async function run(): Promise<Row[]> {
  const platform = await startPlatformProcess({ as: 'opencti-7', seed: 'large' })
  const child = fork(join(import.meta.dirname, '..', 'support', 'review-child.ts'), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  try {
    const answered = once(child, 'message')
    child.send({ url: platform.url, token: platform.token })
    const [report] = (await answered) as [ReviewReport]
    for (const { name, took, blocked, held, computed, waited } of report.steps)
      console.log(
        `${name.padEnd(20)} ${ms(took).padStart(8)}   stood still ${ms(blocked).padStart(7)}, ${ms(held).padStart(7)} by its own, computed ${ms(computed).padStart(7)}, another call waited ${ms(waited).padStart(7)}`,
      )
    const worst = report.steps.reduce((one, other) => (other.computed > one.computed ? other : one))
    const longest = (what: 'blocked' | 'held' | 'waited'): string =>
      ms(Math.max(...report.steps.map((step) => step[what])))
    return [
      {
        id,
        figure: `access reviews of ${report.owners} owners with ${report.tokens} tokens, a file of ${(report.bytes / 1e6).toFixed(1)} MB: computed ${ms(worst.computed)} at most without a turn (${worst.name}), ${longest('held')} with its disk, ${longest('blocked')} with what others took of the machine; another call waited ${longest('waited')}`,
        bar: `computed ≤ ${ms(BLOCKED_MS)}`,
        pass: worst.computed <= BLOCKED_MS && report.tokens >= 50_000,
      },
    ]
  } finally {
    child.kill()
    await platform.stop()
  }
}

const ms = (value: number): string => `${value.toFixed(0)} ms`
