import { equalDigests, type RandomSource, stretch, systemRandom } from '#base/crypto.ts'

/** PBKDF2-HMAC-SHA-512 at OWASP's figure, about 80 ms a try: the approved one of the slow hashes (docs/decisions/0017). */
const ITERATIONS = 210_000
const SCHEME = 'pbkdf2-sha512'

/** `pbkdf2-sha512$iterations$salt$digest`, what is needed to check a password later. */
export async function hashPassword(password: string, random: RandomSource = systemRandom): Promise<string> {
  const salt = Buffer.from(random(16))
  const digest = await stretch(password, salt, ITERATIONS)
  return [SCHEME, ITERATIONS, salt.toString('base64'), digest.toString('base64')].join('$')
}

/**
 * Whether `password` is the one behind `hash`. Without a hash (no such user, no password) it works as long and answers
 * false.
 * SECURITY: the time tells nobody whether the account exists.
 */
export async function isPassword(password: string, hash: string | null): Promise<boolean> {
  const [scheme, iterations, salt, digest] = (hash ?? '').split('$')
  if (scheme !== SCHEME || !iterations || !salt || !digest) {
    await stretch(password, Buffer.alloc(16), ITERATIONS)
    return false
  }
  const found = await stretch(password, Buffer.from(salt, 'base64'), Number(iterations))
  return equalDigests(Buffer.from(digest, 'base64'), found)
}
