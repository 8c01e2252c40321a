import type { Logger } from '#base/logger.ts'
import { loggableError } from './http/loggable-error.ts'

/**
 * What nobody caught ends the process with exit code 1 and one line of the log. Nothing is tidied up: the state is unknown,
 * and the database bears a killed process.
 * SECURITY: Node would print the error's message and a line of our source, past the logger's redaction.
 */
export function endOnUncaught(logger: Logger, exit: (code: number) => void): void {
  let ending = false
  const end = (error: unknown): void => {
    if (ending) return
    ending = true
    try {
      logger.fatal(
        { event: 'process.failed', error: loggableError(error) },
        'Unexpected error, the platform ends',
      )
    } finally {
      exit(1)
    }
  }
  process.on('uncaughtException', end)
  process.on('unhandledRejection', end)
}
