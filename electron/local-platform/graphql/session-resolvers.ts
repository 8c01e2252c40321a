import type { AuthFailures } from '../http/auth-failures.ts'
import type { LoginBrake } from '../sessions/login-brake.ts'
import type { SecondFactors } from '../sessions/second-factor.ts'
import type { ListedSession, SessionStore } from '../sessions/session-store.ts'
import type { AccountDeeds } from '../users/account-deeds.ts'
import { isPassword } from '../users/password.ts'
import { isUsable, type User } from '../users/user.ts'
import type { UserStore } from '../users/user-store.ts'
import { authFailure, forbiddenAccess, functionalError } from './errors.ts'
import { isoTime } from './user-resolvers.ts'
import { allowed, deedOf, halfLoggedIn, loggedIn, type RequestContext, withinReach } from './viewer.ts'

export interface SessionServices {
  readonly sessions: SessionStore
  readonly users: UserStore
  readonly accounts: AccountDeeds
  readonly factors: SecondFactors
  readonly brake: LoginBrake
  readonly failures: AuthFailures
}

const ISSUER = 'OpenCTI'
const tooManyTries = () => authFailure('Too many failed logins, wait a moment and try again')

/** Login, second factor, logout and the sessions of cookie logins (opencti-api.md §1, §2.7, §3.3). */
export function sessionResolvers({ sessions, users, accounts, factors, brake, failures }: SessionServices) {
  /** SECURITY: one failed try a second and source, for passwords and codes alike. */
  const braked = (context: RequestContext): void => {
    if (!brake.mayTry(context.source.ip ?? '', context.now)) throw tooManyTries()
  }
  const failed = (reason: 'password' | 'code', context: RequestContext): void => {
    brake.failed(context.source.ip ?? '', context.now)
    failures.note(reason, context.source, context.now)
  }

  return {
    Query: {
      sessions: (_: unknown, __: unknown, context: RequestContext) => {
        allowed(context, 'SETTINGS_SETACCESSES')
        const byUser = new Map<number, ListedSession[]>()
        for (const session of sessions.list(context.now)) {
          const own = byUser.get(session.user_row)
          if (own) own.push(session)
          else byUser.set(session.user_row, [session])
        }
        return [...byUser].map(([row, own]) => ({
          user: creator(users.byRow(row)),
          sessions: own.map((session) => ({ ...session, created: isoTime(session.created_at) })),
        }))
      },
      otpGeneration: (_: unknown, __: unknown, context: RequestContext) => {
        const { user } = mayActivate(context)
        const secret = factors.newSecret()
        const label = encodeURIComponent(`${ISSUER}:${user.user_email}`)
        return {
          secret,
          uri: `otpauth://totp/${label}?secret=${secret}&issuer=${ISSUER}&period=30&digits=6&algorithm=SHA1`,
        }
      },
    },
    Mutation: {
      /** Opens a cookie session; the answer is always null. */
      token: async (
        _: unknown,
        { input }: { input?: { email: string; password: string } | null },
        context: RequestContext,
      ) => {
        if (!input) throw authFailure()
        // SECURITY: the try is taken before the password is checked; parallel requests would all be checked otherwise.
        const ended = brake.begin(context.source.ip ?? '', context.now)
        if (!ended) throw tooManyTries()
        try {
          const user = users.byEmail(input.email)
          const known = await isPassword(input.password, user ? users.passwordHash(user) : null)
          // A service account cannot log in; a locked one gets the same answer as a wrong password.
          if (!user || !known || user.user_service_account === 1 || !isUsable(user, context.now)) {
            failed('password', context)
            throw authFailure()
          }
          const source = { ...context.source, via: 'session' as const }
          context.setSessionCookie(accounts.logIn(user, { actor: user, at: context.now, source }))
          return null
        } finally {
          ended()
        }
      },
      otpLogin: (_: unknown, { input }: { input?: { code: string } | null }, context: RequestContext) => {
        const user = halfLoggedIn(context)
        const { sessionId } = context
        if (!sessionId) throw forbiddenAccess('A token needs no second factor')
        braked(context)
        if (!input || !factors.confirm(user, input.code, context.now)) {
          failed('code', context)
          sessions.wrongCode(sessionId)
          throw authFailure()
        }
        sessions.codeGiven(sessionId)
        return true
      },
      otpActivation: (
        _: unknown,
        { input }: { input?: { secret: string; code: string } | null },
        context: RequestContext,
      ) => {
        const { user, sessionId } = mayActivate(context)
        braked(context)
        if (
          !input ||
          !accounts.activateSecondFactor(user, input.secret, input.code, sessionId, deedOf(user, context))
        ) {
          failed('code', context)
          throw authFailure()
        }
        return user
      },
      otpDeactivation: (_: unknown, __: unknown, context: RequestContext) => {
        const user = loggedIn(context)
        sessionOf(context)
        accounts.removeSecondFactor(user, deedOf(user, context))
        return user
      },
      otpUserDeactivation: (_: unknown, { id }: { id: string }, context: RequestContext) => {
        const admin = allowed(context, 'SETTINGS_SETACCESSES')
        // SECURITY: as on OpenCTI, a person does this in a session; a stolen token of an admin cannot.
        sessionOf(context)
        const user = target(users, id)
        withinReach(context, user)
        accounts.removeSecondFactor(user, deedOf(admin, context))
        return user
      },
      logout: (_: unknown, __: unknown, context: RequestContext) => {
        const user = halfLoggedIn(context)
        if (context.sessionId) accounts.logOut(user, context.sessionId, deedOf(user, context))
        context.setSessionCookie(null)
        return user.id
      },
      sessionKill: (_: unknown, { id }: { id: string }, context: RequestContext) => {
        const admin = allowed(context, 'SETTINGS_SETACCESSES')
        if (!accounts.killSession(id, deedOf(admin, context))) throw functionalError('Session not found')
        return id
      },
      userSessionsKill: (_: unknown, { id }: { id: string }, context: RequestContext) => {
        const admin = allowed(context, 'SETTINGS_SETACCESSES')
        return accounts.killSessions(target(users, id), deedOf(admin, context))
      },
    },
  }
}

/** SECURITY: a second factor is a person's affair; a token, stolen perhaps, neither replaces nor removes one. */
function sessionOf({ sessionId }: RequestContext): string {
  if (!sessionId) throw forbiddenAccess('This needs a session, a token is not enough')
  return sessionId
}

/** SECURITY: who has the password but not the second factor must not replace it; where none is active, it may be set up. */
function mayActivate(context: RequestContext): { user: User; sessionId: string } {
  const user = context.lacks === 'code' ? loggedIn(context) : halfLoggedIn(context)
  return { user, sessionId: sessionOf(context) }
}

function target(users: UserStore, id: string): User {
  const user = users.byId(id)
  if (!user) throw functionalError('User not found')
  return user
}

/** Who somebody is, for those who may not see more. */
export function creator(user: User | null) {
  return user && { id: user.id, entity_type: 'User', name: user.name }
}
