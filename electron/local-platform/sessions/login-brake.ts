/** After a failed login the same source waits this long (OpenCTI allows one `token` call a second). */
const PAUSE_MS = 1000
const MOST_SOURCES = 10_000

/**
 * SECURITY: slows guessing of passwords down to one try a second and source.
 */
export interface LoginBrake {
  mayTry(source: string, now: number): boolean
  failed(source: string, now: number): void
  /**
   * Takes the source's one running try before anything slow is awaited; null when one runs already or the last one failed a
   * moment ago. The returned function ends the try and may be called whatever came of it.
   */
  begin(source: string, now: number): (() => void) | null
}

export function loginBrake(): LoginBrake {
  const failures = new Map<string, number>()
  const running = new Set<string>()
  const mayTry = (source: string, now: number): boolean => {
    const last = failures.get(source)
    return last === undefined || Math.abs(now - last) >= PAUSE_MS
  }
  return {
    mayTry,
    begin(source, now) {
      if (running.has(source) || !mayTry(source, now)) return null
      running.add(source)
      return () => void running.delete(source)
    },
    failed(source, now) {
      failures.delete(source)
      failures.set(source, now)
      const oldest = failures.keys().next()
      if (failures.size > MOST_SOURCES && !oldest.done) failures.delete(oldest.value)
    },
  }
}
