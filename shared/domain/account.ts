import { type Holder, isCapable } from './capability.ts'

/** Why a token of this account would answer AUTH_REQUIRED although it was just generated (opencti-api.md §2.2, §2.4). */
export const ACCOUNT_OBSTACLES = ['no-api-access', 'not-active', 'lock-date-passed'] as const
export type AccountObstacle = (typeof ACCOUNT_OBSTACLES)[number]

export interface Account extends Holder {
  /** "Active", "Inactive", "Locked", "Expired" or a status of the platform's own */
  readonly accountStatus: string
  /** ms since the epoch; null = never locks */
  readonly accountLockAfter: number | null
}

/** What stands between this account and a working token at `now` (T-05); empty when nothing does. */
export function accountObstacles(account: Account, now: number): AccountObstacle[] {
  const obstacles: AccountObstacle[] = []
  if (!isCapable(account, 'APIACCESS_USETOKEN')) obstacles.push('no-api-access')
  if (account.accountStatus !== 'Active') obstacles.push('not-active')
  if (account.accountLockAfter !== null && now >= account.accountLockAfter) obstacles.push('lock-date-passed')
  return obstacles
}
