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
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[]
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
