import fc from 'fast-check'

/** How long and from where a campaign runs. */
export interface FuzzOrder {
  readonly seed: number
  readonly cases: number
  /** ms since the epoch; what is left then is not tried, and the campaign says so */
  readonly end: number
}

/** What one campaign saw. */
export interface FuzzFinding {
  /** what was attacked, in words */
  readonly what: string
  readonly done: number
  /** null: everything held; else the smallest case that broke it, and how */
  readonly broken: string | null
}

export type Campaign = (order: FuzzOrder) => Promise<FuzzFinding>

/** What takes longer hangs. */
const LONGEST_CASE_MS = 30_000

/**
 * A campaign of one property; the same seed tries the same cases.
 * @param atOnce how many cases one run of the property holds
 */
export function campaign<Case extends [unknown, ...unknown[]]>(
  what: string,
  property: fc.IAsyncProperty<Case> | fc.IProperty<Case>,
  atOnce = 1,
): Campaign {
  return async ({ seed, cases, end }) => {
    const result = await fc.check(property as fc.IAsyncProperty<Case>, {
      seed,
      numRuns: Math.ceil(cases / atOnce),
      interruptAfterTimeLimit: Math.max(1, end - Date.now()),
      markInterruptAsFailure: false,
      timeout: LONGEST_CASE_MS,
      // Making the case smaller could take a hang's time over and over.
      endOnFailure: true,
      // What a rule passes by is a case of the rule, not one to be drawn again.
      maxSkipsPerRun: 0,
    })
    const polluted = Object.keys(Object.prototype)
    const broken = result.failed
      ? `${String(result.errorInstance)} by ${fc.stringify(result.counterexample)}`.slice(0, 2_000)
      : polluted.length > 0
        ? `Object.prototype has got ${polluted.join()}`
        : null
    return { what, done: result.numRuns * atOnce, broken }
  }
}
