import {
  closeSync,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readFileSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { join } from 'node:path'
import type { RandomSource } from '#base/crypto.ts'
import { DATABASE_FILE } from './database/open.ts'
import { BadConfigError } from './start-failure.ts'

const KEY_BYTES = 32

const keyPath = (dataFolder: string): string => join(dataFolder, 'platform.key')

/**
 * The platform key from `platform.key` in the data folder, made there at the first start.
 * SECURITY: never made beside a database that has none: it could not be that database's key, and would only hide that the
 * right one is lost.
 * @throws BadConfigError when the file is open to others, holds no key, or is missing beside a database
 */
export function keyFromFile(dataFolder: string, random: RandomSource): Uint8Array {
  const existing = existingKey(dataFolder)
  if (existing) return existing
  const path = keyPath(dataFolder)
  if (existsSync(join(dataFolder, DATABASE_FILE)))
    throw new BadConfigError(
      `${path} is missing, and the database beside it was written with it. Put the file back, or set APP__ENCRYPTION_KEY ` +
        'to the key that was used; another key would refuse every token.',
    )
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
  writeOnce(path, `${Buffer.from(random(KEY_BYTES)).toString('base64')}\n`)
  const made = existingKey(dataFolder)
  if (!made) throw new BadConfigError(`${path} could not be made`)
  return made
}

/**
 * The key in the folder, or null when there is none. Changes nothing.
 * SECURITY: readable by its owner alone; a file that others can read is refused, not used.
 * @throws BadConfigError when the file is open to others or holds no key
 */
export function existingKey(dataFolder: string): Uint8Array | null {
  const path = keyPath(dataFolder)
  if (!existsSync(path)) return null
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
    throw new BadConfigError(`${path} can be read by other users; run: chmod 600 ${path}`)
  const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64')
  if (key.length < KEY_BYTES) throw new BadConfigError(`${path} holds no key of ${KEY_BYTES} bytes in base64`)
  return key
}

/** Whole and on the disk before it has its name: a crash leaves no half key. Who comes second takes the first one's. */
function writeOnce(path: string, text: string): void {
  const draft = `${path}.${process.pid}`
  const file = openSync(draft, 'w', 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  try {
    linkSync(draft, path)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  } finally {
    unlinkSync(draft)
  }
}
