import {
  createCipheriv,
  createDecipheriv,
  createHash,
  createHmac,
  createSecretKey,
  hkdfSync,
  type KeyObject,
  pbkdf2,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto'
import { maskToken, TOKEN_PREFIX } from '#shared/domain/token.ts'
import { Secret } from './secret.ts'

/**
 * All cryptography of the product that is not transport: approved primitives only (SHA-2, HMAC, HKDF, PBKDF2,
 * AES-256-GCM and the system's CSPRNG), so that a FIPS build of OpenSSL can serve them (PRD, Compliance).
 */

const LETTERS_AND_DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
const TOKEN_LENGTH = 64
/** The largest multiple of 62 in a byte: a byte from there on would make the first characters likelier. */
const FAIR_BYTES = 256 - (256 % LETTERS_AND_DIGITS.length)

export type RandomSource = (size: number) => Uint8Array

export const systemRandom: RandomSource = (size) => randomBytes(size)

/**
 * A new token value, `flgrn_octi_tkn_` and 64 letters or digits (PRD FR-003, NFR-001).
 * SECURITY: bytes that would bias the modulo are thrown away, not folded.
 */
export function newTokenValue(random: RandomSource = systemRandom): { secret: Secret; masked: string } {
  let text = ''
  while (text.length < TOKEN_LENGTH) {
    for (const byte of random(TOKEN_LENGTH + 16)) {
      if (byte < FAIR_BYTES && text.length < TOKEN_LENGTH)
        text += LETTERS_AND_DIGITS[byte % LETTERS_AND_DIGITS.length]
    }
  }
  const plaintext = TOKEN_PREFIX + text
  return { secret: new Secret(plaintext), masked: maskToken(plaintext) }
}

/** A 256-bit key for one purpose, derived from `master` (at least 32 bytes) by HKDF-SHA-256 without salt. */
export function deriveKey(master: Uint8Array, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', master, new Uint8Array(0), purpose, 32))
}

/** A key made ready once costs a quarter of one that OpenSSL gets anew each time (measured: 2.6 against 12 µs a digest). */
const readyKeys = new WeakMap<Uint8Array, KeyObject>()

/** HMAC-SHA-256 over the parts one after the other, 32 bytes. The bytes of `key` must not change once it was used. */
export function hmac(key: Uint8Array, ...parts: readonly (string | Uint8Array)[]): Buffer {
  let ready = readyKeys.get(key)
  if (!ready) {
    ready = createSecretKey(key)
    readyKeys.set(key, ready)
  }
  const digest = createHmac('sha256', ready)
  for (const part of parts) digest.update(part)
  return digest.digest()
}

/** SHA-256, 32 bytes. */
export function sha256(data: string | Uint8Array): Buffer {
  return createHash('sha256').update(data).digest()
}

/**
 * Whether two digests are the same, in a time that tells nothing of where they differ (PRD FR-015, NFR-004).
 * Digests have a fixed public length, so a different length may answer at once.
 */
export function equalDigests(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}

/** `size` random bytes as text for ids and launch secrets, base64url. */
export function randomText(size: number, random: RandomSource = systemRandom): string {
  return Buffer.from(random(size)).toString('base64url')
}

const NONCE_BYTES = 12
const TAG_BYTES = 16

/**
 * `plaintext` under AES-256-GCM: nonce, ciphertext, tag. `purpose` is bound to it: what is sealed for one place opens in no
 * other.
 */
export function seal(key: Uint8Array, plaintext: Uint8Array, purpose: string, random = systemRandom): Buffer {
  const nonce = random(NONCE_BYTES)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(purpose))
  return Buffer.concat([nonce, cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
}

/** What was sealed, or null when key, purpose or content are not the ones that it was sealed with. */
export function unseal(key: Uint8Array, sealed: Uint8Array, purpose: string): Buffer | null {
  if (sealed.length < NONCE_BYTES + TAG_BYTES) return null
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE_BYTES), {
    authTagLength: TAG_BYTES,
  })
  decipher.setAAD(Buffer.from(purpose)).setAuthTag(sealed.subarray(-TAG_BYTES))
  try {
    return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES, -TAG_BYTES)), decipher.final()])
  } catch {
    return null
  }
}

/** A password stretched by PBKDF2-HMAC-SHA-512 to 32 bytes. */
export function stretch(password: string, salt: Uint8Array, iterations: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    pbkdf2(password, salt, iterations, 32, 'sha512', (error, key) => (error ? reject(error) : resolve(key)))
  })
}

/**
 * The six digits of an authenticator app for a time step (RFC 4226, RFC 6238). SHA-1 is what those apps speak; as an HMAC
 * it is still an approved primitive.
 */
export function oneTimeCode(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8)
  counter.writeBigUInt64BE(BigInt(step))
  const digest = createHmac('sha1', secret).update(counter).digest()
  const offset = digest.readUInt8(digest.length - 1) & 0x0f
  return String((digest.readUInt32BE(offset) & 0x7fff_ffff) % 1_000_000).padStart(6, '0')
}
