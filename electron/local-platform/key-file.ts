import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { RandomSource } from '#base/crypto.ts'
import { BadConfigError } from './start-failure.ts'

const KEY_BYTES = 32

/**
 * The platform key from `platform.key` in the data folder, made there at the first start.
 * SECURITY: readable by its owner alone; a file that others can read is refused, not used.
 * @throws BadConfigError when the file is open to others or holds no key
 */
export function keyFromFile(dataFolder: string, random: RandomSource): Uint8Array {
  const path = join(dataFolder, 'platform.key')
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 })
  try {
    // `wx`: an existing key is never written over.
    writeFileSync(path, `${Buffer.from(random(KEY_BYTES)).toString('base64')}\n`, { mode: 0o600, flag: 'wx' })
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
  }
  if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0)
    throw new BadConfigError(`${path} can be read by other users; run: chmod 600 ${path}`)
  const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'base64')
  if (key.length < KEY_BYTES) throw new BadConfigError(`${path} holds no key of ${KEY_BYTES} bytes in base64`)
  return key
}
