import { createHmac, randomBytes } from 'node:crypto'
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { equalDigests } from '#base/crypto.ts'
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
 * @throws ProblemError `keychain-*` when the key is in a keychain that does not give it now
 */
export async function localKey(
  secretStore: SecretStore | null,
  folder: string,
  purpose: KeyPurpose,
): Promise<LocalKey> {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const keyFile = join(folder, `${purpose}.key`)
  const markerFile = join(folder, `${purpose}.keychain.json`)

  const filed = readIfThere(keyFile)
  if (filed !== null) return { key: decodeKey(filed), place: 'file' }
  const marker = readIfThere(markerFile)
  if (marker !== null && secretStore !== null)
    return { key: await keyOfMarker(secretStore, marker), place: 'keychain' }

  const key = randomBytes(KEY_BYTES)
  if (secretStore === null || (await secretStore.status()).state !== 'ready') {
    writeNew(keyFile, key.toString('base64'))
    return { key, place: 'file' }
  }
  const account = `${purpose}-key/${randomBytes(9).toString('base64url')}`
  await secretStore.set(account, new Secret(key.toString('base64')))
  // After the keychain: a crash in between leaves an unused item there, not a profile that points at nothing.
  writeNew(markerFile, JSON.stringify({ account, check: checkOf(key).toString('base64') }))
  return { key, place: 'keychain' }
}

async function keyOfMarker(secretStore: SecretStore, text: string): Promise<Buffer> {
  const { account, check } = Marker.parse(JSON.parse(text))
  const secret = await secretStore.get(account).catch(() => null)
  if (secret === null) {
    // Null may mean "locked": only the status can tell.
    const problem = keychainProblem(await secretStore.status())
    throw problem ?? new ProblemError('keychain-denied', 'The key of this profile is not in this keychain.')
  }
  const key = decodeKey(secret.expose())
  if (!equalDigests(checkOf(key), Buffer.from(check, 'base64'))) {
    throw new ProblemError('keychain-denied', 'The keychain holds another key than the one of this profile.')
  }
  return key
}

/** Recognises the key without telling it. */
function checkOf(key: Buffer): Buffer {
  return createHmac('sha256', key).update('gatehouse key check v1').digest()
}

function decodeKey(text: string): Buffer {
  const key = Buffer.from(text.trim(), 'base64')
  if (key.length !== KEY_BYTES) throw new ProblemError('internal', 'A key of this profile is damaged.')
  return key
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** All of the file or none of it. The profile is held by one process, so nobody else makes the same file. */
function writeNew(path: string, text: string): void {
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  // SECURITY: 0600 from the first byte on; a later chmod would leave a moment in which others can open it.
  const file = openSync(draft, 'wx', 0o600)
  try {
    writeSync(file, text)
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  renameSync(draft, path)
}
