/** Runs tasks, at most `limit` at the same time, in the order they came. */
export type Pool = <T>(task: () => Promise<T>) => Promise<T>

export function createPool(limit: number): Pool {
  const waiting: (() => void)[] = []
  let running = 0
  return async (task) => {
    if (running >= limit) await new Promise<void>((go) => waiting.push(go))
    else running++
    try {
      return await task()
    } finally {
      // A place goes straight to the next one waiting, so that no newcomer overtakes.
      const next = waiting.shift()
      if (next) next()
      else running--
    }
  }
}
