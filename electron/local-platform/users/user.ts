import { BUILT_IN_ADMIN_ID } from '#shared/domain/capability.ts'

export { BUILT_IN_ADMIN_ID }

/** A user as the database keeps it. Times are ms since the epoch. */
export interface User {
  readonly row: number
  readonly id: string
  readonly name: string
  readonly user_email: string
  readonly firstname: string | null
  readonly lastname: string | null
  readonly description: string | null
  readonly language: string
  readonly external: number
  readonly user_service_account: number
  readonly account_status: string
  readonly account_lock_after: number | null
  /** names in one text, parted by blanks */
  readonly capabilities: string
  readonly created_at: number
  readonly updated_at: number
}

/** Every column but the password's hash, which only the login reads. */
export const USER_COLUMNS = [
  'row',
  'id',
  'name',
  'user_email',
  'firstname',
  'lastname',
  'description',
  'language',
  'external',
  'user_service_account',
  'account_status',
  'account_lock_after',
  'capabilities',
  'created_at',
  'updated_at',
] as const

/** The names of the capabilities a user has. */
export function capabilityNames(user: Pick<User, 'capabilities'>): string[] {
  return user.capabilities === '' ? [] : user.capabilities.split(' ')
}

/** Whether the account may be used at `now` at all (opencti-api.md §2.4). */
export function isUsable(user: Pick<User, 'account_status' | 'account_lock_after'>, now: number): boolean {
  if (user.account_status !== 'Active') return false
  return user.account_lock_after === null || now < user.account_lock_after
}
