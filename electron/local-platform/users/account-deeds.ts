import type { RandomSource } from '#base/crypto.ts'
import { type Database, transaction } from '#base/sqlite.ts'
import type { AccountEvent } from '../audit/audit-events.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { newId } from '../ids.ts'
import type { SecondFactors } from '../sessions/second-factor.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import { type CredentialFinder, CredentialInTextError } from '../tokens/no-credentials.ts'
import type { Deed } from '../tokens/token-store.ts'
import { type AccountPatch, RefusedChangeError } from './account-patch.ts'
import { BUILT_IN_ADMIN_ID, type User } from './user.ts'
import type { UserStore } from './user-store.ts'

export interface NewAccount {
  readonly name: string
  /** absent for a service account that is to have one made up */
  readonly email: string | null
  readonly firstname: string | null
  readonly lastname: string | null
  readonly description: string | null
  readonly language: string | null
  readonly serviceAccount: boolean
  readonly accountStatus: string
  /** ms */
  readonly lockAfter: number | null
  readonly passwordHash: string | null
  /** ids */
  readonly groups: readonly string[]
  readonly organizations: readonly string[]
}

/** What is done to accounts and their sessions; each deed and its audit record are one transaction. */
export interface AccountDeeds {
  /**
   * @param check sees the account with the capabilities that its groups give; when it throws, nothing was added
   * @throws RefusedChangeError, or what the check throws
   */
  add(account: NewAccount, deed: Deed, check: (added: User) => void): User
  /** Applies the patch; an account that is no longer active loses its sessions. @throws RefusedChangeError */
  change(user: User, patch: AccountPatch, deed: Deed): User
  /** Opens a session and gives its cookie. */
  logIn(user: User, deed: Deed): string
  logOut(user: User, sessionId: string, deed: Deed): void
  /** False when there is no such session. */
  killSession(sessionId: string, deed: Deed): boolean
  /** The ids of the sessions that ended. */
  killSessions(user: User, deed: Deed): string[]
  activateSecondFactor(user: User, secret: string, code: string, sessionId: string, deed: Deed): boolean
  removeSecondFactor(user: User, deed: Deed): boolean
}

export interface AccountParts {
  readonly database: Database
  readonly audit: AuditLog
  readonly users: UserStore
  readonly sessions: SessionStore
  readonly factors: SecondFactors
  readonly credentials: CredentialFinder
  readonly random: RandomSource
}

export function accountDeeds(parts: AccountParts): AccountDeeds {
  const { database, audit, users, sessions, factors, credentials, random } = parts
  // As they lie beside each other in the file: halves of a token in two fields are one there.
  const readTexts = database.prepare(
    `SELECT concat(id, name, user_email, firstname, lastname, description, language) AS texts FROM users WHERE row = ?`,
  )
  const hasCredential = (row: number): boolean => {
    const found = readTexts.get(row) as { texts: string } | undefined
    return found !== undefined && credentials.holds(found.texts)
  }
  const refuseCredential = (): never => {
    throw new RefusedChangeError(new CredentialInTextError('A field of the user').message)
  }
  const record = (
    event: AccountEvent['event'],
    subject: User,
    { actor, at, source }: Deed,
    more: Pick<AccountEvent, 'changes' | 'count'> = {},
  ): void =>
    audit.append({
      event,
      at,
      actor: { id: actor.id, email: actor.user_email },
      subject: { id: subject.id, email: subject.user_email },
      source,
      ...more,
    })
  const endSessions = (user: User, deed: Deed): string[] => {
    const ended = sessions.killAllOf(user)
    if (ended.length > 0) record('sessions.killed', user, deed, { count: ended.length })
    return ended
  }

  return {
    add: (account, deed, check) =>
      transaction(database, () => {
        const email = account.email ?? `automatic+${newId(random)}@opencti.invalid`
        if (users.byEmail(email))
          throw new RefusedChangeError('A user with this e-mail address exists already')
        refuseUnknown('groups', account.groups, database)
        refuseUnknown('organizations', account.organizations, database)
        const user = users.add({
          id: newId(random),
          name: account.name,
          email,
          firstname: account.firstname ?? undefined,
          lastname: account.lastname ?? undefined,
          description: account.description ?? undefined,
          language: account.language ?? undefined,
          serviceAccount: account.serviceAccount,
          accountStatus: account.accountStatus,
          lockAfter: account.lockAfter,
          passwordHash: account.passwordHash,
          groups: account.groups,
          organizations: account.organizations.map((id) => ({ id, administrator: false })),
          createdAt: deed.at,
        })
        check(user)
        if (hasCredential(user.row)) refuseCredential()
        record('user.created', user, deed, {
          changes: {
            user_service_account: String(account.serviceAccount),
            account_status: account.accountStatus,
          },
        })
        return user
      }),

    change: (user, patch, deed) =>
      transaction(database, () => {
        const locks =
          (patch.columns.account_status ?? 'Active') !== 'Active' || patch.columns.account_lock_after != null
        // SECURITY: nobody may lock everybody out.
        if (user.id === BUILT_IN_ADMIN_ID && locks)
          throw new RefusedChangeError('The built-in administrator cannot be locked')
        if (user.user_service_account === 1 && patch.columns.password_hash != null)
          throw new RefusedChangeError('A service account cannot log in and has no password')
        const email = patch.columns.user_email
        const holder = typeof email === 'string' ? users.byEmail(email) : null
        if (holder && holder.row !== user.row)
          throw new RefusedChangeError('A user with this e-mail address exists already')
        // A user that came with one may still be locked or mended, field by field.
        const hadCredential = hasCredential(user.row)
        if (Object.values(patch.shown).some((text) => text !== null && credentials.holds(text)))
          refuseCredential()
        users.change(user, patch.columns, deed.at)
        if (!hadCredential && hasCredential(user.row)) refuseCredential()
        if (patch.otpMandatory !== null) factors.setMandatory(user, patch.otpMandatory)
        const changed = users.byRow(user.row) ?? user
        record('user.updated', changed, deed, { changes: patch.shown })
        if (changed.account_status !== 'Active' || patch.columns.password_hash !== undefined)
          endSessions(changed, deed)
        return changed
      }),

    logIn: (user, deed) =>
      transaction(database, () => {
        const cookie = sessions.open(user, deed.at)
        record('session.opened', user, deed)
        return cookie
      }),
    logOut: (user, sessionId, deed) =>
      transaction(database, () => {
        if (sessions.kill(sessionId)) record('session.closed', user, deed)
      }),
    killSession: (sessionId, deed) =>
      transaction(database, () => {
        const killed = sessions.kill(sessionId)
        const owner = killed && users.byRow(killed.user_row)
        if (!owner) return false
        record('session.killed', owner, deed, { count: 1 })
        return true
      }),
    killSessions: (user, deed) => transaction(database, () => endSessions(user, deed)),

    activateSecondFactor: (user, secret, code, sessionId, deed) =>
      transaction(database, () => {
        if (!factors.activate(user, secret, code, deed.at)) return false
        // SECURITY: a code of the factor before this one opens nothing any more.
        sessions.forgetCodes(user)
        sessions.codeGiven(sessionId)
        record('otp.activated', user, deed)
        return true
      }),
    removeSecondFactor: (user, deed) =>
      transaction(database, () => {
        if (!factors.remove(user)) return false
        record('otp.removed', user, deed)
        return true
      }),
  }
}

function refuseUnknown(table: 'groups' | 'organizations', ids: readonly string[], database: Database): void {
  const find = database.prepare(`SELECT 1 FROM ${table} WHERE id = ?`)
  if (ids.some((id) => !find.get(id))) throw new RefusedChangeError(`One of the ${table} does not exist`)
}
