import { relative } from 'node:path'
import { stripVTControlCharacters } from 'node:util'

/** How many tests (or whole steps) ended how. */
export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

/** The parts of vitest's JSON report that are counted. */
export interface VitestReport {
  readonly numPassedTests: number
  readonly numFailedTests: number
  readonly numPendingTests: number
  readonly numTodoTests: number
  readonly testResults?: readonly {
    /** absolute path of the file */
    readonly name: string
    readonly status: string
    /** what went wrong outside of its tests */
    readonly message?: string
    readonly assertionResults: readonly {
      readonly status: string
      readonly fullName: string
      readonly failureMessages?: readonly string[] | null
    }[]
  }[]
}

/**
 * Counts of one suite.
 * @param report null when vitest wrote none
 * @param endedWell vitest's exit code was 0; else at least one failure is counted, so that an error outside of a test shows
 * @param mustRun a skipped test is a failure
 */
export function countsOf(report: VitestReport | null, endedWell: boolean, mustRun: boolean): Counts {
  const passed = report?.numPassedTests ?? 0
  const skipped = (report?.numPendingTests ?? 0) + (report?.numTodoTests ?? 0)
  const failed = Math.max(report?.numFailedTests ?? 0, endedWell && report ? 0 : 1)
  return mustRun ? { passed, failed: failed + skipped, skipped: 0 } : { passed, failed, skipped }
}

/**
 * A line for each test that failed, and for each file that failed outside of its tests.
 * @param root absolute path that the files are named from
 * @returns file, test, and the first line of what it said; for the end of a long run, where its own words have scrolled by
 */
export function failuresOf(report: VitestReport | null, root: string): string[] {
  return (report?.testResults ?? []).flatMap(({ name, status, message, assertionResults }) => {
    const file = relative(root, name)
    const failed = assertionResults
      .filter((test) => test.status === 'failed')
      .map((test) => failure(`${file}: ${test.fullName}`, test.failureMessages?.[0]))
    return failed.length === 0 && status === 'failed' ? [failure(file, message)] : failed
  })
}

function failure(where: string, words = ''): string {
  const first = stripVTControlCharacters(words).trim().split('\n', 1)[0]
  return first ? `${where}: ${first}` : where
}

/** A suite that could not run at all. */
export function notRun(mustRun: boolean): Counts {
  return mustRun ? { passed: 0, failed: 1, skipped: 0 } : { passed: 0, failed: 0, skipped: 1 }
}

export function sum(counts: readonly Counts[]): Counts {
  return counts.reduce(
    (total, { passed, failed, skipped }) => ({
      passed: total.passed + passed,
      failed: total.failed + failed,
      skipped: total.skipped + skipped,
    }),
    { passed: 0, failed: 0, skipped: 0 },
  )
}

export function lastLine({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`
}
