import type { Answer } from './http.ts'
import { PlatformError } from './platform.ts'

/** The JSON of a body; undefined when it is none. */
export function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** The error of an answer outside of 2xx: 429 and 5xx pass by themselves, the rest is a no. */
export function answerFault({ status, text, retryAfterMs }: Answer): PlatformError {
  const passes = status === 408 || status === 429 || status >= 500
  const body = parsedJson(text) as { message?: unknown } | undefined
  const said = typeof body?.message === 'string' ? `: ${body.message.slice(0, 300)}` : ''
  return new PlatformError(`HTTP ${status}${said}`, passes ? 'unreachable' : 'refused', retryAfterMs)
}
