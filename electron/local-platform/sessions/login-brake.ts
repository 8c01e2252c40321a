/** After a failed login the same source waits this long (OpenCTI allows one `token` call a second). */
const PAUSE_MS = 1000
const MOST_SOURCES = 10_000

/**
 * SECURITY: slows guessing of passwords down to one try a second and source.
 */
export interface LoginBrake {
  mayTry(source: string, now: number): boolean
  failed(source: string, now: number): void
}

export function loginBrake(): LoginBrake {
  const failures = new Map<string, number>()
  return {
    mayTry(source, now) {
      const last = failures.get(source)
      return last === undefined || Math.abs(now - last) >= PAUSE_MS
    },
    failed(source, now) {
      failures.delete(source)
      failures.set(source, now)
      const oldest = failures.keys().next()
      if (failures.size > MOST_SOURCES && !oldest.done) failures.delete(oldest.value)
    },
  }
}
