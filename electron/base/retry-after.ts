/** Longest wait that we let the other side ask for; longer, and a bad answer could silence us for days. */
const MOST_RETRY_AFTER_MS = 3_600_000

/**
 * A Retry-After header in ms from `now` on, at most an hour: seconds or an HTTP date (RFC 9110 §10.2.3). Null when it is
 * missing or says nothing.
 */
export function retryAfterMs(header: string | null, now: number): number | null {
  const text = header?.trim() ?? ''
  const wait = /^\d+$/.test(text) ? Number(text) * 1_000 : Date.parse(text) - now
  return text === '' || Number.isNaN(wait) ? null : Math.min(MOST_RETRY_AFTER_MS, Math.max(0, wait))
}
