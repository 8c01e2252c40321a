import { hashPassword } from './password.ts'
import type { User } from './user.ts'

/** States of an account (opencti-api.md §3.1); only the first lets it be used. */
export const ACCOUNT_STATUSES = ['Active', 'Inactive', 'Locked', 'Expired'] as const

/** The change is not possible; the message is for the client. */
export class RefusedChangeError extends Error {}

/** `userEdit.fieldPatch` as OpenCTI takes it. */
export interface EditInput {
  readonly key: string
  readonly value: readonly unknown[]
}

/** Columns of `users` and their new values. */
export type UserColumns = Readonly<Record<string, string | number | null>>

export interface AccountPatch {
  readonly columns: UserColumns
  readonly otpMandatory: boolean | null
  /** what the audit says of it */
  readonly shown: Readonly<Record<string, string | null>>
}

/** More than there are fields. */
const MOST_EDITS = 20
const LONGEST_TEXT = 1000
const SHORTEST_PASSWORD = 8

const TEXTS: ReadonlyMap<string, { required: boolean }> = new Map([
  ['name', { required: true }],
  ['firstname', { required: false }],
  ['lastname', { required: false }],
  ['description', { required: false }],
  ['language', { required: true }],
])

/**
 * Everything is looked at first, then at most one password is hashed.
 * @throws RefusedChangeError for a key that cannot be patched (`api_tokens` and `external` are protected) or a value that
 *   it cannot have; neither the value nor an unknown key is repeated
 */
export async function accountPatch(input: readonly EditInput[]): Promise<AccountPatch> {
  // SECURITY: a request buys no more than one slow hash.
  if (input.length > MOST_EDITS) throw new RefusedChangeError(`At most ${MOST_EDITS} fields at once`)
  if (new Set(input.map(({ key }) => key)).size < input.length)
    throw new RefusedChangeError('A field is changed once at a time')
  const columns: Record<string, string | number | null> = {}
  const shown: Record<string, string | null> = {}
  let otpMandatory: boolean | null = null
  let password: string | null = null
  for (const { key, value } of input) {
    if (value.length > 1) throw new RefusedChangeError('A field takes one value')
    const given = value[0] ?? null
    if (key === 'account_status') shown[key] = columns.account_status = accountStatus(given)
    else if (key === 'account_lock_after_date') {
      const time = lockTime(given)
      columns.account_lock_after = time
      shown[key] = time === null ? null : new Date(time).toISOString()
    } else if (key === 'otp_mandatory') {
      otpMandatory = given === true || given === 'true'
      shown[key] = String(otpMandatory)
    } else if (key === 'password') {
      password = checkedPassword(given)
      shown[key] = null
    } else if (key === 'user_email') shown[key] = columns.user_email = email(given)
    else {
      const text = TEXTS.get(key)
      if (!text) throw new RefusedChangeError('This field of a user cannot be patched')
      shown[key] = columns[key] = plainText(given, text.required)
    }
  }
  if (password !== null) columns.password_hash = await hashPassword(password)
  return { columns, otpMandatory, shown }
}

/** Whether the patch does nothing but lock the account or bring its lock forward: containment, which is never blocked. */
export function onlyLocks(
  { columns, otpMandatory }: AccountPatch,
  user: Pick<User, 'account_lock_after'>,
): boolean {
  if (otpMandatory !== null) return false
  return Object.entries(columns).every(([name, value]) => {
    if (name === 'account_status') return value !== 'Active'
    const current = user.account_lock_after ?? Number.POSITIVE_INFINITY
    return name === 'account_lock_after' && typeof value === 'number' && value <= current
  })
}

export function accountStatus(value: unknown): string {
  const status = ACCOUNT_STATUSES.find((known) => known === value)
  if (!status) throw new RefusedChangeError(`account_status must be one of ${ACCOUNT_STATUSES.join(', ')}`)
  return status
}

/** ms since the epoch, or null for never. */
export function lockTime(value: unknown): number | null {
  if (value === null || value === '') return null
  const time = typeof value === 'string' ? Date.parse(value) : Number.NaN
  if (Number.isNaN(time)) throw new RefusedChangeError('account_lock_after_date must be a date or null')
  return time
}

export function email(value: unknown): string {
  if (typeof value !== 'string' || value.length > 320 || !/^[^\s@]+@[^\s@]+$/.test(value))
    throw new RefusedChangeError('user_email must be an e-mail address')
  return value
}

export function checkedPassword(value: unknown): string {
  if (typeof value !== 'string' || value.length < SHORTEST_PASSWORD || value.length > LONGEST_TEXT)
    throw new RefusedChangeError(`A password has ${SHORTEST_PASSWORD} to ${LONGEST_TEXT} characters`)
  return value
}

export function plainText(value: unknown, required: boolean): string | null {
  if (value === null || value === '') {
    if (required) throw new RefusedChangeError('This field of a user cannot be empty')
    return null
  }
  if (typeof value !== 'string' || value.length > LONGEST_TEXT)
    throw new RefusedChangeError(`A text has up to ${LONGEST_TEXT} characters`)
  return value
}
