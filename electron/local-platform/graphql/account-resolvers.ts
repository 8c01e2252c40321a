import type { AccountDeeds } from '../users/account-deeds.ts'
import {
  accountPatch,
  accountStatus,
  checkedPassword,
  type EditInput,
  email,
  lockTime,
  onlyLocks,
  plainText,
  RefusedChangeError,
} from '../users/account-patch.ts'
import { hashPassword } from '../users/password.ts'
import type { User } from '../users/user.ts'
import type { UserStore } from '../users/user-store.ts'
import { functionalError } from './errors.ts'
import { allowed, deedOf, type RequestContext, rechecked, withinReach } from './viewer.ts'

interface UserAddInput {
  readonly name: string
  readonly user_email?: string | null
  readonly password?: string | null
  readonly firstname?: string | null
  readonly lastname?: string | null
  readonly description?: string | null
  readonly language?: string | null
  readonly account_status?: string | null
  readonly account_lock_after_date?: string | null
  readonly user_service_account?: boolean | null
  readonly groups?: readonly string[] | null
  readonly objectOrganization?: readonly string[] | null
}

const SHORTEST_NAME = 2

/** Accounts made and changed by administrators (opencti-api.md §3.1). */
export function accountResolvers({ users, accounts }: { users: UserStore; accounts: AccountDeeds }) {
  return {
    Mutation: {
      userAdd: (_: unknown, { input }: { input: UserAddInput }, context: RequestContext) =>
        refusing(async () => {
          allowed(context, 'SETTINGS_SETACCESSES')
          const account = await newAccount(input)
          // SECURITY: hashing took its time; from here to the write there is no wait.
          const now = rechecked(context)
          const admin = allowed(now, 'SETTINGS_SETACCESSES')
          return accounts.add(account, deedOf(admin, now), (added) => withinReach(now, added))
        }),
      userEdit: (_: unknown, { id }: { id: string }, context: RequestContext) => {
        allowed(context, 'SETTINGS_SETACCESSES')
        const user = users.byId(id)
        if (!user) throw functionalError('User not found')
        return user
      },
    },
    UserEditMutations: {
      fieldPatch: (
        user: User,
        { input }: { input: readonly (EditInput | null)[] },
        context: RequestContext,
      ) =>
        refusing(async () => {
          allowed(context, 'SETTINGS_SETACCESSES')
          const patch = await accountPatch(input.filter((edit) => edit !== null))
          // SECURITY: hashing took its time; from here to the write there is no wait.
          const now = rechecked(context)
          const admin = allowed(now, 'SETTINGS_SETACCESSES')
          const account = users.byRow(user.row) ?? user
          if (!onlyLocks(patch, account)) withinReach(now, account)
          return accounts.change(account, patch, deedOf(admin, now))
        }),
    },
  }
}

async function newAccount(input: UserAddInput) {
  const serviceAccount = input.user_service_account ?? false
  if (input.name.trim().length < SHORTEST_NAME)
    throw new RefusedChangeError(`A name has at least ${SHORTEST_NAME} characters`)
  if (!serviceAccount && !input.user_email)
    throw new RefusedChangeError('user_email is missing; only a service account does without')
  if (serviceAccount && input.password)
    throw new RefusedChangeError('A service account cannot log in and has no password')
  return {
    name: plainText(input.name, true) ?? '',
    email: input.user_email ? email(input.user_email) : null,
    firstname: plainText(input.firstname ?? null, false),
    lastname: plainText(input.lastname ?? null, false),
    description: plainText(input.description ?? null, false),
    language: plainText(input.language ?? null, false),
    serviceAccount,
    accountStatus: accountStatus(input.account_status ?? 'Active'),
    lockAfter: lockTime(input.account_lock_after_date ?? null),
    passwordHash: input.password ? await hashPassword(checkedPassword(input.password)) : null,
    groups: input.groups ?? [],
    organizations: input.objectOrganization ?? [],
  }
}

async function refusing<Result>(work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof RefusedChangeError) throw functionalError(error.message)
    throw error
  }
}
