import pino from 'pino'
import { redact } from './redact.ts'

export type Logger = pino.Logger

export interface LogSink {
  write(line: string): void
}

/** Keys whose values never reach a line, at any depth that our own records have. */
const SECRET_KEYS = [
  'authorization',
  'cookie',
  'token',
  'password',
  'secret',
  'plaintext_token',
  'api_key',
  'encryptionKey',
  'adminToken',
]

/**
 * JSON lines with the secrets taken out in the logger itself: by key, and then by shape over the finished line, so that no
 * call site can forget it.
 */
export function createLogger(name: string, sink: LogSink, level: pino.Level = 'info'): Logger {
  const stream: LogSink = {
    // SECURITY: the last place a line passes; what has the shape of a token ends here whoever logged it.
    write: (line) => sink.write(redact(line)),
  }
  return pino(
    {
      name,
      level,
      base: { pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_KEYS.flatMap((key) => [key, `*.${key}`, `*.*.${key}`]), censor: '[redacted]' },
    },
    stream,
  )
}
