import { createLogger, type Logger } from '../../electron/base/logger.ts'

/** A real logger that keeps its lines for the test to read. */
export function quietLogger(): { logger: Logger; lines: string[] } {
  const lines: string[] = []
  return { logger: createLogger('test', { write: (line) => void lines.push(line) }), lines }
}
