/** Work that can pause: it yields where a pause does no harm, at most every few milliseconds, and returns its result. */
export type Slices<Result> = Generator<undefined, Result, undefined>

/** Does all of it now. */
export function drain<Result>(slices: Slices<Result>): Result {
  for (;;) {
    const step = slices.next()
    if (step.done) return step.value
  }
}

/** Calls back when the page has nothing better to do, with the milliseconds there are; returns the way to call that off. */
export type Idle = (task: (millisecondsLeft: () => number) => void) => () => void

/** A slice must not be felt: half a frame. */
const SLICE_MS = 8

/** Does the work in idle slices; the returned function stops it. */
export function inSlices(slices: Slices<void>, idle: Idle): () => void {
  let cancel = (): void => {}
  const work = (millisecondsLeft: () => number): void => {
    const atStart = millisecondsLeft()
    const isTimeLeft = (): boolean => {
      const left = millisecondsLeft()
      return left > 1 && atStart - left < SLICE_MS / 2
    }
    do {
      if (slices.next().done) return
    } while (isTimeLeft())
    cancel = idle(work)
  }
  cancel = idle(work)
  return () => cancel()
}

/** The browser's own idle time. */
export const browserIdle: Idle = (task) => {
  const handle = requestIdleCallback((deadline) => task(() => deadline.timeRemaining()))
  return () => cancelIdleCallback(handle)
}
