import type { Clock } from '#base/clock.ts'
import { Live } from '#base/live.ts'
import { asProblem, ProblemError } from '#base/problem-error.ts'
import type { LogDelta } from '#shared/contract/connectors.ts'
import type { Problem } from '#shared/contract/problem.ts'
import type { LogHistory } from './log-history.ts'
import type { AnySession } from './sessions.ts'
import { sourceOf } from './source.ts'

/** Composers push every ten seconds unless told otherwise, and a line must be seen before it is 15 s old (PERF-4). */
const PERIOD_MS = 2_000
const LONGEST_MS = 60_000

export interface FollowerParts {
  readonly connectionId: string
  readonly connectorId: string
  readonly use: <Result>(work: (session: AnySession) => Promise<Result>) => Promise<Result>
  readonly history: LogHistory
  /** start of the present run and the platform's clock minus ours, as the last reading of the connectors has them */
  readonly run: () => { readonly run: number | null; readonly skewMs: number }
  readonly clock: Clock
}

interface Progress {
  readonly readAt: number | null
  readonly problem: Problem | null
}

/** One connector's log while somebody looks at it: what was kept, then what comes. */
export class LogFollower {
  readonly #parts: FollowerParts
  readonly #live = new Live<Progress>({ readAt: null, problem: null })
  #watchers = 0
  #failures = 0
  #reading = false
  #cancelTimer = (): void => {}

  constructor(parts: FollowerParts) {
    this.#parts = parts
  }

  /** Ends with `signal`, or when the connection goes. */
  async *watch(signal?: AbortSignal): AsyncGenerator<LogDelta> {
    const { history, connectionId, connectorId } = this.#parts
    this.#watchers++
    if (this.#watchers === 1) void this.#read()
    let last: number | null = null
    try {
      for await (const { readAt, problem } of this.#live.watch(signal)) {
        const lines = history.lines(connectionId, connectorId, last ?? 0)
        const whole = last === null
        last = lines.at(-1)?.id ?? last ?? 0
        yield { whole, lines, readAt, problem }
      }
    } finally {
      this.#watchers--
      if (this.#watchers === 0) this.#cancelTimer()
    }
  }

  dispose(): void {
    this.#cancelTimer()
    this.#live.end()
  }

  async #read(): Promise<void> {
    if (this.#reading) return
    this.#reading = true
    try {
      this.#live.set(await this.#readOnce())
    } finally {
      this.#reading = false
      if (this.#watchers > 0) this.#arm()
    }
  }

  async #readOnce(): Promise<Progress> {
    const { use, connectionId, connectorId, history, run, clock } = this.#parts
    try {
      const answer = await use(async (session) => sourceOf(session, 'MODULES').logs(connectorId))
      if (answer === null) throw new ProblemError('connector-not-found')
      const at = clock.now()
      history.take(connectionId, connectorId, answer, { at, ...run() })
      this.#failures = 0
      return { readAt: at, problem: null }
    } catch (error) {
      this.#failures++
      return { readAt: this.#live.value.readAt, problem: asProblem(error).problem }
    }
  }

  #arm(): void {
    this.#cancelTimer()
    const ms = Math.min(LONGEST_MS, PERIOD_MS * 2 ** Math.min(this.#failures, 4))
    this.#cancelTimer = this.#parts.clock.after(ms, () => void this.#read())
  }
}
