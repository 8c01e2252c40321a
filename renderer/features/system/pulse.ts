import type { After, Host } from '../../client.ts'

/** Between two questions whether the core is there. */
const BEAT_MS = 5_000
/** A core that runs answers within milliseconds. */
const PATIENCE_MS = 8_000

const afterTimeout: After = (ms, task) => {
  const timer = setTimeout(task, ms)
  return () => clearTimeout(timer)
}

/**
 * Feels whether the core behind an open link answers: one that is stopped, or starved by the machine, closes nothing and
 * says nothing. Asks while somebody looks at the page.
 * @param told hears of each change; false at the answer, and when the link closes, which is told by the link itself
 * @returns the end of feeling
 */
export function feelPulse(
  host: Pick<Host, 'state' | 'client'>,
  told: (silent: boolean) => void,
  after: After = afterTimeout,
  isSeen: () => boolean = () => document.visibilityState === 'visible',
): () => void {
  let silent = false
  let ended = false
  let cancelBeat = (): void => {}
  const tell = (next: boolean): void => {
    if (next !== silent && !ended) told(next)
    silent = next
  }
  const beat = async (): Promise<void> => {
    if (host.state() === 'open' && isSeen()) {
      const cancel = after(PATIENCE_MS, () => tell(true))
      // A link that closes rejects the question.
      await host.client.system.info().catch(() => null)
      cancel()
      tell(false)
    }
    if (!ended) cancelBeat = after(BEAT_MS, () => void beat())
  }
  cancelBeat = after(BEAT_MS, () => void beat())
  return () => {
    ended = true
    cancelBeat()
  }
}
