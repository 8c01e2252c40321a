import type { Problem } from '#shared/contract/problem.ts'

/**
 * What the core answered when it did not do what was asked. An error that is not the contract's own (a bug, a lost
 * link) becomes `internal` or `stopping`, so that every failure can be said in a sentence.
 */
export function problemOf(error: unknown): Problem {
  if (error instanceof Error && error.name === 'LinkClosedError') return { code: 'stopping', detail: null }
  if (typeof error === 'object' && error !== null && 'code' in error && 'data' in error) {
    const { code, data } = error as { code: unknown; data: unknown }
    if (code === 'PROBLEM' && typeof data === 'object' && data !== null && 'code' in data)
      return data as Problem
    // The contract's schemas refused the input, before any of it was used.
    if (code === 'BAD_REQUEST') return { code: 'bad-input', detail: null }
  }
  return { code: 'internal', detail: error instanceof Error ? error.message.slice(0, 500) : null }
}
