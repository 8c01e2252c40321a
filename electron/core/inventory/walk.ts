import { setImmediate as turn } from 'node:timers/promises'
import type { Clock } from '#base/clock.ts'
import { asProblem, ProblemError } from '#base/problem-error.ts'
import type { ProblemCode } from '#shared/domain/problem.ts'

export interface PageQuery {
  readonly after: string | null
  readonly first: number
  readonly order: 'asc' | 'desc'
  readonly signal: AbortSignal
}

/** What a walk needs to know of a page; whoever asks gets more. */
export interface WalkedPage {
  /** null: it is the last one */
  readonly nextCursor: string | null
}

export type AskPage<Page extends WalkedPage> = (query: PageQuery) => Promise<Page>

/** Why a walk ended before the last page, and where it can go on. */
export interface Stop {
  /** cursor of the page that could not be read; null: the first */
  readonly after: string | null
  readonly problem: ProblemError
}

export interface WalkOptions<Page extends WalkedPage> {
  readonly ask: AskPage<Page>
  readonly clock: Clock
  readonly signal: AbortSignal
  readonly order: 'asc' | 'desc'
  /** begins after this cursor; null: with the first page */
  readonly after: string | null
  /** Takes a page; false ends the walk. */
  readonly take: (page: Page) => boolean
}

/** Small, so that something is there to see at once. */
const FIRST_PAGE = 100
/** The platform's own default (opencti-api.md §1); larger ones take longer to parse than the event loop may stand still. */
const PAGE = 500
/** Users a page is asked with when it failed, and the pause before, in ms. */
const TRIES = [
  { first: 125, pauseMs: 250 },
  { first: 25, pauseMs: 1_500 },
]
/** More than any organisation has; ends a walk through a platform whose pages never end. */
const MOST_PAGES = 10_000

/** Failures that another try may not have; everything else says no again. */
const PASSING: ReadonlySet<ProblemCode> = new Set([
  'timeout',
  'cut',
  'http-status',
  'platform-error',
  'not-a-platform',
  'answer-too-large',
])

/** Whether a failure may concern the one page alone. */
export const mayPass = (problem: ProblemError): boolean => PASSING.has(problem.code)

/**
 * Reads page after page. The next one is asked for while the last one is taken. A page that fails is asked again smaller:
 * too large an answer, or one user that the platform cannot answer, should not take the others along.
 * @returns null when the last page was reached or `take` said so; otherwise where it stopped
 * @throws the signal's reason when it was cancelled
 */
export async function walk<Page extends WalkedPage>(options: WalkOptions<Page>): Promise<Stop | null> {
  const { signal, order, take } = options
  let cursor = options.after
  let asked = asking(options, cursor, cursor === null && order === 'asc' ? FIRST_PAGE : PAGE)
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const answer = await asked
    signal.throwIfAborted()
    if ('problem' in answer) return answer
    const next = answer.nextCursor
    const last = next === null || next === cursor
    if (!last) asked = asking(options, next, PAGE)
    // The question leaves before the answer is worked on.
    await turn()
    if (!take(answer) || last) return null
    cursor = next
  }
  return null
}

/** One page, with its tries. Never rejects, so that it may be asked before anybody waits for it. */
async function asking<Page extends WalkedPage>(
  { ask, clock, signal, order }: WalkOptions<Page>,
  after: string | null,
  first: number,
): Promise<Page | Stop> {
  const tries = [{ first, pauseMs: 0 }, ...TRIES.filter((one) => one.first < first)]
  let problem: ProblemError | null = null
  for (const one of tries) {
    if (one.pauseMs > 0) await pause(clock, one.pauseMs, signal)
    if (signal.aborted) break
    try {
      return await ask({ after, first: one.first, order, signal })
    } catch (error) {
      problem = asProblem(error)
      if (signal.aborted || !mayPass(problem)) break
    }
  }
  return { after, problem: problem ?? new ProblemError('internal') }
}

/** Waits, but no longer than `signal` allows: the end of the console must not wait for another try. */
async function pause(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return
  await new Promise<void>((resolve) => {
    const disarm = clock.after(ms, resolve)
    const stop = (): void => {
      disarm()
      resolve()
    }
    signal.addEventListener('abort', stop, { once: true })
  })
}
