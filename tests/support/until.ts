import { setTimeout as pause } from 'node:timers/promises'

/**
 * Polls real state until `probe` answers something but undefined, null or false. For suites with processes and
 * containers, which live on real time; everything else drives the clock.
 * @throws Error that names what was waited for
 */
export async function until<T>(
  what: string,
  probe: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  ms = 90_000,
): Promise<T> {
  const deadline = Date.now() + ms
  let last: unknown
  while (Date.now() < deadline) {
    try {
      const found = await probe()
      if (found) return found
      last = found
    } catch (error) {
      last = error
    }
    await pause(40)
  }
  throw new Error(
    `not within ${ms} ms: ${what} (last: ${last instanceof Error ? last.message : JSON.stringify(last)})`,
  )
}
