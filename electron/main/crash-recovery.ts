/** More crashes than this within the time are a fault that loading again will not heal. */
const MOST_CRASHES = 3
const WITHIN_MS = 60_000

/**
 * Decides after each end of the page's process whether to load the page again.
 * @param now ms since the epoch, injected
 */
export function crashRecovery(now: () => number): (reason: string) => 'reload' | 'give-up' | 'nothing' {
  let crashes: number[] = []
  return (reason) => {
    if (reason === 'clean-exit') return 'nothing'
    crashes = [...crashes.filter((at) => now() - at < WITHIN_MS), now()]
    return crashes.length > MOST_CRASHES ? 'give-up' : 'reload'
  }
}
