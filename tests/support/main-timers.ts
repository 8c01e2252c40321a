import type { ElectronApplication } from 'playwright-core'

/** Timers of the app's main process that run when the test says so. */
export interface HeldTimers {
  /** Lets the time pass for those that wait; answers how many there were. */
  elapse(): Promise<number>
}

/** Holds back every timer of exactly `ms` that the main process sets from now on, so that no test waits for it. */
export async function holdTimers(app: ElectronApplication, ms: number): Promise<HeldTimers> {
  const held = await app.evaluateHandle((_, length) => {
    const waiting = new Map<NodeJS.Timeout, () => void>()
    const { setTimeout: set, clearTimeout: cancel } = globalThis
    globalThis.setTimeout = ((task: (...args: unknown[]) => void, delay?: number, ...args: unknown[]) => {
      if (delay !== length) return set(task, delay, ...args)
      // A timer to cancel and to unref like any other, that does nothing by itself.
      const timer = set(() => {}, length)
      waiting.set(timer, () => task(...args))
      return timer
    }) as typeof setTimeout
    globalThis.clearTimeout = ((timer: NodeJS.Timeout) => {
      waiting.delete(timer)
      cancel(timer)
    }) as typeof clearTimeout
    return waiting
  }, ms)
  return {
    elapse: () =>
      held.evaluate((waiting) => {
        const due = [...waiting.values()]
        waiting.clear()
        for (const task of due) task()
        return due.length
      }),
  }
}
