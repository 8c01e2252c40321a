import { constants, createDecipheriv, type KeyObject, privateDecrypt, randomBytes } from 'node:crypto'
import { Secret } from '#base/secret.ts'

/** Why a value stays closed. One word for every failure of the cryptography itself, so that none can be told apart. */
export type DecryptionFailure =
  | 'not base64'
  | 'too short'
  | 'unknown version'
  | 'not decryptable with this key'

export class DecryptionError extends Error {
  readonly failure: DecryptionFailure

  constructor(failure: DecryptionFailure) {
    super(failure)
    this.name = 'DecryptionError'
    this.failure = failure
  }
}

const KEY_BYTES = 32
const IV_BYTES = 12
const TAG_BYTES = 16
const PKCS1_V15 = 1
const OAEP_SHA256 = 2
const STRICT_BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

/**
 * Opens one configuration value: base64 of version (1 byte), RSA block (as long as the modulus) of AES key and IV, then
 * AES-256-GCM ciphertext and tag. Version 1 is RSAES-PKCS1-v1_5, version 2 RSAES-OAEP with SHA-256.
 * @throws DecryptionError; never answers with an empty value instead
 */
export function decrypt(text: string, key: KeyObject): Secret {
  if (text === '' || !STRICT_BASE64.test(text)) throw new DecryptionError('not base64')
  const bytes = Buffer.from(text, 'base64')
  const blockBytes = Math.ceil((key.asymmetricKeyDetails?.modulusLength ?? 0) / 8)
  const version = bytes[0]
  if (version !== PKCS1_V15 && version !== OAEP_SHA256) throw new DecryptionError('unknown version')
  if (bytes.length < 1 + blockBytes + TAG_BYTES) throw new DecryptionError('too short')
  const block = bytes.subarray(1, 1 + blockBytes)
  const sealed = bytes.subarray(1 + blockBytes)
  const keyAndIv = version === PKCS1_V15 ? openPkcs1(block, key) : openOaep(block, key)
  try {
    return new Secret(openGcm(keyAndIv, sealed))
  } catch {
    throw new DecryptionError('not decryptable with this key')
  } finally {
    keyAndIv.fill(0)
  }
}

function openOaep(block: Buffer, key: KeyObject): Buffer {
  try {
    return exactly(
      privateDecrypt({ key, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha256' }, block),
    )
  } catch {
    return noise()
  }
}

/** Node refuses RSA_PKCS1_PADDING where OpenSSL lacks implicit rejection, so the padding is taken off here. */
function openPkcs1(block: Buffer, key: KeyObject): Buffer {
  let padded: Buffer
  try {
    padded = privateDecrypt({ key, padding: constants.RSA_NO_PADDING }, block)
  } catch {
    return noise()
  }
  // 00 02, at least eight bytes that are not zero, 00, then the 44 bytes (RFC 8017 §7.2.2).
  const start = padded.length - KEY_BYTES - IV_BYTES
  let wrong = (padded[0] as number) | ((padded[1] as number) ^ 2) | (padded[start - 1] as number)
  for (let at = 2; at < start - 1; at++) wrong |= Number(padded[at] === 0)
  // SECURITY: wrong padding goes on with a random key and fails where a wrong key fails, so that it is no oracle
  // (Bleichenbacher; implicit rejection).
  return wrong === 0 ? Buffer.from(padded.subarray(start)) : noise()
}

function exactly(opened: Buffer): Buffer {
  return opened.length === KEY_BYTES + IV_BYTES ? opened : noise()
}

function noise(): Buffer {
  return randomBytes(KEY_BYTES + IV_BYTES)
}

function openGcm(keyAndIv: Buffer, sealed: Buffer): string {
  const decipher = createDecipheriv(
    'aes-256-gcm',
    keyAndIv.subarray(0, KEY_BYTES),
    keyAndIv.subarray(KEY_BYTES),
    {
      authTagLength: TAG_BYTES,
    },
  )
  decipher.setAuthTag(sealed.subarray(sealed.length - TAG_BYTES))
  const plain = Buffer.concat([
    decipher.update(sealed.subarray(0, sealed.length - TAG_BYTES)),
    decipher.final(),
  ])
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(plain)
}
