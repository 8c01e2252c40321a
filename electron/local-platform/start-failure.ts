import { FolderBusyError } from '#base/folder-lock.ts'
import type { FromPlatform } from '#base/platform-channel.ts'
import { NewerDatabaseError } from '#base/sqlite.ts'
import { WrongKeyError } from './platform-keys.ts'

type Failure = Extract<FromPlatform, { type: 'failed' }>

/** The configuration cannot be used; the message names the key and what is expected. */
export class BadConfigError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'BadConfigError'
  }
}

/** What a person is told when the platform cannot start. */
export function startFailure(error: unknown): Pick<Failure, 'code' | 'message'> {
  const message = error instanceof Error ? error.message : String(error)
  if (error instanceof FolderBusyError) return { code: 'folder-busy', message }
  if (error instanceof WrongKeyError) return { code: 'wrong-key', message }
  if (error instanceof NewerDatabaseError) return { code: 'newer-data', message }
  if (error instanceof BadConfigError) return { code: 'bad-config', message }
  if (codeOf(error) === 'EADDRINUSE')
    return { code: 'port-in-use', message: `The port is in use: ${message}` }
  if (/malformed|not a database|corrupt/i.test(message))
    return { code: 'damaged-data', message: `The database is damaged: ${message}` }
  return { code: 'internal', message }
}

function codeOf(error: unknown): unknown {
  return error instanceof Error && 'code' in error ? error.code : undefined
}
