import { generateKeyPair } from 'node:crypto'
import { promisify } from 'node:util'
import { seal, unseal } from '#base/crypto.ts'
import { ProblemError } from '#base/problem-error.ts'
import { Secret } from '#base/secret.ts'

/** What XTM Composer demands, so that one can go back to it with the same key (composer.md §4). */
const BITS = 4_096
const PURPOSE = 'composer key'

export interface SealedKeyPlace {
  readonly sealedKey: Uint8Array | null
  keepKey(sealed: Uint8Array): void
}

/** A new private key, PKCS#8 in PEM; takes a second or two, off the main thread. */
export async function newKeyPem(): Promise<Secret> {
  const { privateKey } = await promisify(generateKeyPair)('rsa', {
    modulusLength: BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  })
  return new Secret(privateKey)
}

/**
 * The composer's private key in PEM, made once. A keychain item is too small for it on some systems, so the profile keeps it
 * sealed under a key of 32 bytes that the keychain holds.
 * @throws ProblemError `keychain-*` from `sealingKey`; `keychain-denied` when that key opens nothing
 */
export async function managerKeyPem(
  place: SealedKeyPlace,
  sealingKey: () => Promise<Uint8Array>,
  makeKey: () => Promise<Secret>,
): Promise<Secret> {
  const key = await sealingKey()
  const sealed = place.sealedKey
  if (sealed !== null) {
    const pem = unseal(key, sealed, PURPOSE)
    // Never made anew in silence: what the platform sealed for the old key could not be read any more.
    if (pem === null) throw new ProblemError('keychain-denied', 'The composer’s key cannot be unsealed.')
    return new Secret(pem.toString('utf8'))
  }
  const made = await makeKey()
  place.keepKey(seal(key, Buffer.from(made.expose()), PURPOSE))
  return made
}
