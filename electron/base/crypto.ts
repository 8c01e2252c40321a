import { createHash, createHmac, hkdfSync, randomBytes, timingSafeEqual } from 'node:crypto'
import { maskToken, TOKEN_PREFIX } from '#shared/domain/token.ts'
import { Secret } from './secret.ts'

/**
 * All cryptography of the product that is not transport: approved primitives only (SHA-256, HMAC, HKDF and the
 * system's CSPRNG), so that a FIPS build of OpenSSL can serve them (PRD, Compliance).
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

/** HMAC-SHA-256, 32 bytes. */
export function hmac(key: Uint8Array, data: string | Uint8Array): Buffer {
  return createHmac('sha256', key).update(data).digest()
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
