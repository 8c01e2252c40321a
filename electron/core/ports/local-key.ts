import { createHmac, randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { equalDigests } from '#base/crypto.ts'
import { writeWhole } from '#base/private-file.ts'
import { ProblemError } from '#base/problem-error.ts'
import { Secret } from '#base/secret.ts'
import { keychainProblem, type SecretStore } from './secret-store.ts'

/** A 256-bit key of this profile, made once: in the keychain, else in a 0600 file of the profile (S-04). */
export interface LocalKey {
  readonly key: Buffer
  readonly place: 'keychain' | 'file'
}

/** What the key is for; also the name of its file. */
export type KeyPurpose = 'ledger' | 'ledger-fallback' | 'platform' | 'signing' | 'composer'

const KEY_BYTES = 32

/** Kept in the profile beside a key that is in the keychain: which item it is and how to recognise it. */
const Marker = z.object({ account: z.string().min(1), check: z.string().min(1) })

/**
 * The key for `purpose`, the same one for the life of the profile. Where it was put first is where it stays: a keychain that
 * appears later makes no second key, and one that went away is never replaced silently, because what the first key
 * protects could not be read any more.
 * @param secretStore null: the file, whatever the system has
 * @param born told of a new key before that is kept, so that what must exist beside the key does whenever the key does
 * @throws ProblemError `keychain-*` when the key is in a keychain that does not give it now; `key-damaged` when its file, or
 * what says where it is, cannot be read: no second key is made over it, for a backup may have it whole
 */
export async function localKey(
  secretStore: SecretStore | null,
  folder: string,
  purpose: KeyPurpose,
  born: (key: Buffer) => void = () => {},
): Promise<LocalKey> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const { keyFile, markerFile } = filesOf(folder, purpose)
  const filed = readIfThere(keyFile)
  if (filed !== null) return { key: decodeKey(filed, purpose), place: 'file' }
  const marker = readIfThere(markerFile)
  if (marker !== null && secretStore !== null)
    return { key: await keyOfMarker(secretStore, readMarker(marker, purpose)), place: 'keychain' }

  const key = randomBytes(KEY_BYTES)
  born(key)
  if (secretStore === null || (await secretStore.status()).state !== 'ready') {
    writeWhole(keyFile, key.toString('base64'))
    return { key, place: 'file' }
  }
  const account = `${purpose}-key/${randomBytes(9).toString('base64url')}`
  await secretStore.set(account, new Secret(key.toString('base64')))
  // After the keychain: a crash in between leaves an unused item there, not a profile that points at nothing.
  writeWhole(markerFile, JSON.stringify({ account, check: checkOf(key).toString('base64') }))
  return { key, place: 'keychain' }
}

/** Whether the profile has a key for `purpose`, within reach or not. */
export function hasLocalKey(folder: string, purpose: KeyPurpose): boolean {
  const { keyFile, markerFile } = filesOf(folder, purpose)
  return existsSync(keyFile) || existsSync(markerFile)
}

function filesOf(folder: string, purpose: KeyPurpose) {
  return {
    keyFile: join(folder, `${purpose}.key`),
    markerFile: join(folder, `${purpose}.keychain.json`),
  }
}

type Marker = z.infer<typeof Marker>

function readMarker(text: string, purpose: KeyPurpose): Marker {
  try {
    return Marker.parse(JSON.parse(text))
  } catch {
    throw new ProblemError('key-damaged', `keys/${purpose}.keychain.json`)
  }
}

async function keyOfMarker(secretStore: SecretStore, { account, check }: Marker): Promise<Buffer> {
  const secret = await secretStore.get(account).catch(() => null)
  if (secret === null) {
    // Null may mean "locked": only the status can tell.
    const problem = keychainProblem(await secretStore.status())
    throw problem ?? new ProblemError('keychain-denied', 'The key of this profile is not in this keychain.')
  }
  const key = keyIn(secret.expose())
  // Not a key at all is no damage of the profile: what the keychain keeps from us can be gone round, and it may come back.
  if (key === null || !equalDigests(checkOf(key), Buffer.from(check, 'base64'))) {
    throw new ProblemError('keychain-denied', 'The keychain holds another key than the one of this profile.')
  }
  return key
}

/** Recognises the key without telling it. */
function checkOf(key: Buffer): Buffer {
  return createHmac('sha256', key).update('gatehouse key check v1').digest()
}

function decodeKey(text: string, purpose: KeyPurpose): Buffer {
  const key = keyIn(text)
  if (key === null) throw new ProblemError('key-damaged', `keys/${purpose}.key`)
  return key
}

/** Null: the text is none of our keys. */
function keyIn(text: string): Buffer | null {
  const key = Buffer.from(text.trim(), 'base64')
  return key.length === KEY_BYTES ? key : null
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}
