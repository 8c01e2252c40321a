import { join } from 'node:path'
import { ensureBuilt } from './build-parts.ts'
import { ensurePackages, TEST_PACKAGES } from './debian-packages.ts'
import { failuresOf } from './test-counts.ts'
import { SUITES, suiteRun } from './test-suites.ts'

/** The journeys through the whole product, where time and other processes have the largest say. */
const JOURNEYS = ['e2e', 'electron', 'packed']
const JOURNEY_RUNS = 20
const OTHER_RUNS = 3

/**
 * A test that fails once in a while is a defect of the test or of the product: everything is run again and again, without a
 * retry (quality.md). `npm run flakiness -- [PROJECT…] [--runs=N]` alone, or the last row of `npm run verify`.
 */
export async function flakinessRow(
  projects: readonly string[] = Object.keys(SUITES),
  asked?: number,
): Promise<{ id: string; figure: string; bar: string; pass: boolean }> {
  const told: string[] = []
  let isSteady = true
  for (const project of projects) {
    const runs = asked ?? (JOURNEYS.includes(project) ? JOURNEY_RUNS : OTHER_RUNS)
    const { steady, why } = await repeat(project, runs)
    isSteady &&= steady === runs
    told.push(`${project} ${why ? `not run: ${why}` : `${steady} of ${runs}`}`)
  }
  return { id: 'FLAKE', figure: `runs without a failure: ${told.join(', ')}`, bar: 'all', pass: isSteady }
}

/** How many runs of a project were free of failures; which tests failed in the others is told as it happens. */
async function repeat(project: string, runs: number): Promise<{ steady: number; why?: string }> {
  let steady = 0
  for (let turn = 1; turn <= runs; turn += 1) {
    const run = await suiteRun(project, [], 'dropped')
    if ('why' in run) return { steady: 0, why: run.why }
    const failed = failuresOf(run.report, join(import.meta.dirname, '..'))
    if (run.report && run.endedWell && failed.length === 0) steady += 1
    else {
      const named = (failed.length > 0 ? failed : ['ended badly']).map((name) => `run ${turn}: ${name}`)
      for (const failure of named) console.error(`${project}: ${failure}`)
    }
    console.error(`${project}: run ${turn} of ${runs}, ${failed.length} failed`)
  }
  return { steady }
}

if (import.meta.main) {
  ensurePackages(TEST_PACKAGES)
  await ensureBuilt('all')
  const words = process.argv.slice(2)
  const named = words.filter((word) => !word.startsWith('--'))
  const runs = Number(/^--runs=(\d+)$/.exec(words.find((word) => word.startsWith('--runs=')) ?? '')?.[1] ?? 0)
  const row = await flakinessRow(named.length > 0 ? named : undefined, runs > 0 ? runs : undefined)
  console.log(`${row.id} ${row.figure} (bar ${row.bar}) ${row.pass ? 'pass' : 'FAIL'}`)
  process.exitCode = row.pass ? 0 : 1
}
