import { withoutCredentials } from './client-text.ts'

const LONGEST_STACK = 8

/**
 * What a log may hold of an error that we did not mean: its kind and where it arose.
 * SECURITY: its message repeats what was worked on, which may be a client's secret; only the system's own errors, which
 * have a code, tell theirs (zero-logging, PRD).
 */
export function loggableError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { name: typeof error }
  const code = 'code' in error && typeof error.code === 'string' ? error.code : null
  const frames = (error.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line))
  return {
    name: error.name,
    ...(code ? { code, message: withoutCredentials(error.message) } : {}),
    at: frames.slice(0, LONGEST_STACK).map((frame) => frame.trim()),
  }
}
