import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Row } from '../../scripts/bench.ts'
import { startPlatformProcess } from '../support/platform-process.ts'
import type { ReviewReport, ReviewStep } from '../support/review-child.ts'

export const id = 'PERF-3'

const BLOCKED_MS = 50

/** Access reviews of 10 000 owners with 50 000 tokens from their beginning to the saved files, while somebody else asks. */
export async function run(): Promise<Row[]> {
  const platform = await startPlatformProcess({ as: 'opencti-7', seed: 'large' })
  const child = fork(join(import.meta.dirname, '..', 'support', 'review-child.ts'), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  try {
    const answered = once(child, 'message')
    child.send({ url: platform.url, token: platform.token })
    const [report] = (await answered) as [ReviewReport]
    for (const { name, took, blocked, computed, waited } of report.steps)
      console.log(
        `${name.padEnd(22)} ${ms(took).padStart(8)}   stood still ${ms(blocked).padStart(7)}, computed ${ms(computed).padStart(7)}, another call waited ${ms(waited).padStart(7)}`,
      )
    const longest = (what: 'blocked' | 'computed' | 'waited'): number =>
      Math.max(...report.steps.map((step) => step[what]))
    const [blocked, computed] = [longest('blocked'), longest('computed')]
    const worst = report.steps.find((step: ReviewStep) => step.blocked === blocked)
    return [
      {
        id,
        figure: `access reviews of ${report.owners} owners with ${report.tokens} tokens, a file of ${(report.bytes / 1e6).toFixed(1)} MB: event loop stood still ${ms(blocked)} (${worst?.name}), computed ${ms(computed)} at most without a turn, another call waited ${ms(longest('waited'))}`,
        bar: `≤ ${ms(BLOCKED_MS)}`,
        pass: Math.max(blocked, computed) <= BLOCKED_MS && report.owners >= 10_000,
      },
    ]
  } finally {
    child.kill()
    await platform.stop()
  }
}

const ms = (value: number): string => `${value.toFixed(0)} ms`
