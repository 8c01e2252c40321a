import { constants, createCipheriv, createPublicKey, type KeyObject, publicEncrypt } from 'node:crypto'
import type { RandomSource } from './crypto.ts'

/** 1 = RSAES-PKCS1-v1_5, of older OpenCTI and of OpenAEV; 2 = RSAES-OAEP with SHA-256 (composer.md §4) */
export type SealVersion = 1 | 2

/** The manager's public key cannot seal anything. */
export class UnusableKeyError extends Error {
  constructor() {
    super('The public key of the connector manager cannot be used')
    this.name = 'UnusableKeyError'
  }
}

const KEY_BYTES = 32
const IV_BYTES = 12

/**
 * `value` for the holder of the private key: base64 of the version, the RSA block of an AES key and its IV, as long as the
 * modulus, and the AES-256-GCM ciphertext with its tag (opencti-api.md §5.3).
 * @param publicKey PEM, PKCS#1 or SPKI
 * @throws UnusableKeyError
 */
export function sealFor(
  publicKey: string,
  value: string,
  version: SealVersion,
  random: RandomSource,
): string {
  const key = random(KEY_BYTES)
  const iv = random(IV_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, iv)
  const text = Buffer.concat([cipher.update(value, 'utf8'), cipher.final(), cipher.getAuthTag()])
  const block = rsaBlock(rsaKey(publicKey), Buffer.concat([key, iv]), version)
  return Buffer.concat([Buffer.from([version]), block, text]).toString('base64')
}

function rsaKey(pem: string): KeyObject {
  try {
    const key = createPublicKey(pem)
    if (key.asymmetricKeyType === 'rsa') return key
  } catch {}
  throw new UnusableKeyError()
}

function rsaBlock(key: KeyObject, bytes: Buffer, version: SealVersion): Buffer {
  const padding =
    version === 1
      ? { padding: constants.RSA_PKCS1_PADDING }
      : { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }
  try {
    return publicEncrypt({ key, ...padding }, bytes)
  } catch {
    // Shorter than the padding and the key.
    throw new UnusableKeyError()
  }
}
