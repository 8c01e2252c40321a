import type { Fault } from './fault-proxy.ts'
import { numbers } from './fuzz-inputs.ts'
import type { Death } from './response-campaign.ts'

/** Everything that REL-1 names, and what lies between. */
export const FAULTS = [
  'http-500',
  'http-500-after',
  'no-answer',
  'lose-answer',
  'cut',
  'lock-error',
  'token-not-found',
  'drip',
  'partial-page',
  'malformed',
  'unauthorized',
  'too-many',
] as const satisfies readonly Fault[]

/** The steps of a response, at each of which it is killed. */
export const STEPS = ['planned', 'containing', 'revoking', 'looking', 'settling', 'report'] as const

const SKEW_MS = 10 * 60_000
export const SKEWS = [-SKEW_MS, 0, SKEW_MS] as const

/** A run of the campaign, without the people it is about. */
export interface Case {
  readonly fault: Fault
  readonly step: (typeof STEPS)[number]
  readonly skewMs: number
  readonly deaths: readonly Death[]
  readonly seed: number
}

/** Every fault with every step with every skew. @param tokens how many the response is about */
export function allCases(tokens: number): Case[] {
  return FAULTS.flatMap((fault, row) =>
    STEPS.flatMap((step, column) =>
      SKEWS.map((skewMs, index) => {
        const seed = (row * STEPS.length + column) * SKEWS.length + index
        return { fault, step, skewMs, seed, deaths: deathsAt(step, seed, tokens) }
      }),
    ),
  )
}

/** A few with other faults each, so that every step and every skew comes up; each is killed once. */
export function someCases(tokens: number, many: number): Case[] {
  const cases = allCases(tokens)
  const width = STEPS.length * SKEWS.length
  return Array.from({ length: many }, (_, index) => {
    const row = Math.floor((index * FAULTS.length) / many)
    const column = index % STEPS.length
    const chosen = cases[row * width + column * SKEWS.length + (index % SKEWS.length)] as Case
    return { ...chosen, deaths: chosen.deaths.filter(({ at }) => at === chosen.step || at === 'plan') }
  })
}

/** The death in this step, and one more where the next life may be. */
function deathsAt(step: Case['step'], seed: number, tokens: number): Death[] {
  const random = numbers(seed)
  const answered = seed % 2 === 0
  const again: Death = { at: 'revoking', nth: 1 + random(Math.floor(tokens / 2)), answered: !answered }
  switch (step) {
    case 'planned':
      return [{ at: answered ? 'plan' : 'planned', nth: 1 }, again]
    case 'containing':
      // The first asks for the end of the sessions, the second for the lock.
      return [{ at: step, nth: 1 + (seed % 2), answered: random(2) === 0 }, again]
    case 'revoking':
      return [{ at: step, nth: 1 + random(Math.floor(tokens * 0.9)), answered }, again]
    case 'looking':
      return [{ at: step, nth: 1 + random(2), answered }, again]
    case 'settling':
      return [{ at: step, nth: 1 }, again]
    case 'report':
      return [again, { at: step, nth: 1 }]
  }
}
