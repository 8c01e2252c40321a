import type { RandomSource } from '#base/crypto.ts'
import type { Secret } from '#base/secret.ts'
import { type Database, transaction } from '#base/sqlite.ts'
import { BadConfigError } from './start-failure.ts'
import type { TokenStore } from './tokens/token-store.ts'
import { hashPassword } from './users/password.ts'
import { BUILT_IN_ADMIN_ID, type User } from './users/user.ts'
import type { UserStore } from './users/user-store.ts'

/** The built-in administrator as the configuration wants it. */
export interface AdminAccount {
  readonly email?: string
  /** a UUID; becomes the "Base token" */
  readonly token?: Secret
  /** for a cookie login; without one the admin has none */
  readonly password?: Secret
}

const DEFAULT_EMAIL = 'admin@opencti.io'
const ADMIN_ROLE = { id: 'role--administrator', name: 'Administrator' }
const ADMIN_GROUP = { id: 'group--administrators', name: 'Administrators' }

export interface AdminParts {
  readonly database: Database
  readonly users: UserStore
  readonly tokens: TokenStore
  readonly random: RandomSource
}

/**
 * Makes the built-in administrator at the first start and brings it in step with the configuration at each. The base
 * token is made anew from `account.token`, so revoking it lasts until the next start (opencti-api.md §2.6); without one
 * there is none.
 * @throws BadConfigError when the address belongs to another user
 */
export async function prepareAdmin(
  { database, users, tokens, random }: AdminParts,
  account: AdminAccount,
  now: number,
): Promise<User> {
  const passwordHash = account.password ? await hashPassword(account.password.expose(), random) : null
  return transaction(database, () => {
    const holder = account.email ? users.byEmail(account.email) : null
    // SECURITY: the address is not repeated, as no value of the configuration is.
    if (holder && holder.id !== BUILT_IN_ADMIN_ID)
      throw new BadConfigError(
        'APP__ADMIN__EMAIL is the address of another user; give the administrator one of its own',
      )
    const admin = users.byId(BUILT_IN_ADMIN_ID) ?? addAdmin(database, users, account.email, now)
    if (account.email && account.email !== admin.user_email) users.setEmail(admin, account.email, now)
    if (passwordHash) users.setPasswordHash(admin, passwordHash)
    const tokenId = `base_token_${BUILT_IN_ADMIN_ID}`
    if (account.token) {
      tokens.put(admin, {
        id: tokenId,
        name: 'Base token',
        value: account.token,
        createdAt: now,
        expiresAt: null,
      })
    } else {
      tokens.remove(tokenId)
    }
    return users.byId(BUILT_IN_ADMIN_ID) ?? admin
  })
}

function addAdmin(database: Database, users: UserStore, email: string | undefined, now: number): User {
  database.prepare('INSERT INTO roles (id, name) VALUES (?, ?)').run(ADMIN_ROLE.id, ADMIN_ROLE.name)
  database
    .prepare('INSERT INTO role_capabilities (role_id, capability) VALUES (?, ?)')
    .run(ADMIN_ROLE.id, 'BYPASS')
  database.prepare('INSERT INTO groups (id, name) VALUES (?, ?)').run(ADMIN_GROUP.id, ADMIN_GROUP.name)
  database
    .prepare('INSERT INTO group_roles (group_id, role_id) VALUES (?, ?)')
    .run(ADMIN_GROUP.id, ADMIN_ROLE.id)
  return users.add({
    id: BUILT_IN_ADMIN_ID,
    name: 'admin',
    email: email ?? DEFAULT_EMAIL,
    firstname: 'Admin',
    lastname: 'OpenCTI',
    groups: [ADMIN_GROUP.id],
    createdAt: now,
  })
}
