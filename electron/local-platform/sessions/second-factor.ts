import { equalDigests, oneTimeCode, type RandomSource, seal, sha256, unseal } from '#base/crypto.ts'
import type { Database } from '#base/sqlite.ts'
import type { User } from '../users/user.ts'
import { fromBase32, toBase32 } from './base32.ts'

const STEP_MS = 30_000
/** A clock may be off by one step either way (RFC 6238 §5.2). */
const STEPS_OFF = [0, -1, 1] as const
const SECRET_BYTES = 20

export interface SecondFactorState {
  readonly mandatory: boolean
  readonly activated: boolean
}

/** The second factor of users: time-based codes of an authenticator app. */
export interface SecondFactors {
  of(user: Pick<User, 'row'>): SecondFactorState
  setMandatory(user: Pick<User, 'row'>, mandatory: boolean): void
  /** A fresh secret in base32, kept nowhere until it is activated. */
  newSecret(): string
  /** Whether the code proves that the user holds the secret. Then it counts from now on. */
  activate(user: Pick<User, 'row'>, secret: string, code: string, now: number): boolean
  /** Whether the code is the user's. Each code counts once. */
  confirm(user: Pick<User, 'row'>, code: string, now: number): boolean
  /** True when there was one. Whether it is mandatory stays. */
  remove(user: Pick<User, 'row'>): boolean
}

/** @param key platformKeys' `secondFactor` */
export function secondFactors(database: Database, key: Uint8Array, random: RandomSource): SecondFactors {
  const read = database.prepare(
    'SELECT mandatory, sealed_secret, last_step FROM second_factors WHERE user_row = ?',
  )
  const ensure = database.prepare('INSERT OR IGNORE INTO second_factors (user_row) VALUES (?)')
  const writeMandatory = database.prepare('UPDATE second_factors SET mandatory = ? WHERE user_row = ?')
  const writeSecret = database.prepare(
    'UPDATE second_factors SET sealed_secret = ?, last_step = ? WHERE user_row = ?',
  )
  const writeStep = database.prepare('UPDATE second_factors SET last_step = ? WHERE user_row = ?')
  const row = (user: Pick<User, 'row'>) =>
    read.get(user.row) as
      | { mandatory: number; sealed_secret: Uint8Array | null; last_step: number }
      | undefined
  // SECURITY: bound to its user, so that a sealed secret copied into another row opens nothing.
  const purpose = (user: Pick<User, 'row'>): string => `second-factor:${user.row}`

  return {
    of(user) {
      const found = row(user)
      return { mandatory: found?.mandatory === 1, activated: found?.sealed_secret != null }
    },
    setMandatory(user, mandatory) {
      ensure.run(user.row)
      writeMandatory.run(mandatory ? 1 : 0, user.row)
    },
    newSecret: () => toBase32(random(SECRET_BYTES)),
    activate(user, secret, code, now) {
      const plain = fromBase32(secret)
      if (!plain || plain.length < SECRET_BYTES) return false
      const step = stepOf(plain, code, now, 0)
      if (step === null) return false
      ensure.run(user.row)
      writeSecret.run(seal(key, plain, purpose(user), random), step, user.row)
      return true
    },
    confirm(user, code, now) {
      const found = row(user)
      const plain = found?.sealed_secret && unseal(key, found.sealed_secret, purpose(user))
      if (!plain) return false
      // SECURITY: a code that was seen once, over a shoulder or on the wire, is worth nothing (RFC 6238 §5.2).
      const step = stepOf(plain, code, now, found.last_step)
      if (step === null) return false
      writeStep.run(step, user.row)
      return true
    },
    remove(user) {
      const had = row(user)?.sealed_secret != null
      writeSecret.run(null, 0, user.row)
      return had
    },
  }
}

/** The step after `last` whose code this is, or null. */
function stepOf(secret: Uint8Array, code: string, now: number, last: number): number | null {
  const current = Math.floor(now / STEP_MS)
  const given = sha256(code)
  for (const off of STEPS_OFF) {
    const step = current + off
    if (step > last && equalDigests(sha256(oneTimeCode(secret, step)), given)) return step
  }
  return null
}
