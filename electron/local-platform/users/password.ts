import { scrypt, timingSafeEqual } from 'node:crypto'
import { type RandomSource, systemRandom } from '#base/crypto.ts'

/** scrypt at OWASP's figures: 2^15 × 8, 32 MiB and about 80 ms a try. */
const COST = { N: 2 ** 15, r: 8, p: 1, maxmem: 64 * 1024 * 1024 } as const
const SIZE = 32

/** `scrypt$N$r$p$salt$digest`, what is needed to check a password later. */
export async function hashPassword(password: string, random: RandomSource = systemRandom): Promise<string> {
  const salt = Buffer.from(random(16))
  const digest = await derive(password, salt, COST.N, COST.r, COST.p)
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64'), digest.toString('base64')].join('$')
}

/**
 * Whether `password` is the one behind `hash`. Without a hash (no such user, no password) it works as long and answers
 * false.
 * SECURITY: the time tells nobody whether the account exists.
 */
export async function isPassword(password: string, hash: string | null): Promise<boolean> {
  const [scheme, n, r, p, salt, digest] = (hash ?? '').split('$')
  if (scheme !== 'scrypt' || !n || !r || !p || !salt || !digest) {
    await derive(password, Buffer.alloc(16), COST.N, COST.r, COST.p)
    return false
  }
  const expected = Buffer.from(digest, 'base64')
  const found = await derive(password, Buffer.from(salt, 'base64'), Number(n), Number(r), Number(p))
  return expected.length === found.length && timingSafeEqual(expected, found)
}

function derive(password: string, salt: Buffer, N: number, r: number, p: number): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    scrypt(password, salt, SIZE, { N, r, p, maxmem: COST.maxmem }, (error, key) =>
      error ? reject(error) : resolve(key),
    )
  })
}
