import type { LoginBrake } from '../sessions/login-brake.ts'
import type { ListedSession, SessionStore } from '../sessions/session-store.ts'
import { isPassword } from '../users/password.ts'
import { isUsable, type User } from '../users/user.ts'
import type { UserStore } from '../users/user-store.ts'
import { authFailure, functionalError } from './errors.ts'
import { isoTime } from './user-resolvers.ts'
import { allowed, loggedIn, type RequestContext } from './viewer.ts'

export interface SessionServices {
  readonly sessions: SessionStore
  readonly users: UserStore
  readonly brake: LoginBrake
}

/** Login, logout and the sessions of cookie logins (opencti-api.md §2.7, §3.3). */
export function sessionResolvers({ sessions, users, brake }: SessionServices) {
  return {
    Query: {
      sessions: (_: unknown, __: unknown, context: RequestContext) => {
        allowed(context, 'SETTINGS_SETACCESSES')
        const byUser = new Map<number, ListedSession[]>()
        for (const session of sessions.list(context.now)) {
          byUser.set(session.user_row, [...(byUser.get(session.user_row) ?? []), session])
        }
        return [...byUser].map(([row, own]) => ({
          user: creator(users.byRow(row)),
          sessions: own.map((session) => ({ ...session, created: isoTime(session.created_at) })),
        }))
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
        const source = context.source.ip ?? ''
        if (!brake.mayTry(source, context.now))
          throw authFailure('Too many failed logins, wait a moment and try again')
        const user = users.byEmail(input.email)
        const known = await isPassword(input.password, user ? users.passwordHash(user) : null)
        // A service account cannot log in; a locked one gets the same answer as a wrong password.
        if (!user || !known || user.user_service_account === 1 || !isUsable(user, context.now)) {
          brake.failed(source, context.now)
          throw authFailure()
        }
        context.setSessionCookie(sessions.open(user, context.now))
        return null
      },
      logout: (_: unknown, __: unknown, context: RequestContext) => {
        const user = loggedIn(context)
        if (context.sessionId) sessions.kill(context.sessionId)
        context.setSessionCookie(null)
        return user.id
      },
      sessionKill: (_: unknown, { id }: { id: string }, context: RequestContext) => {
        allowed(context, 'SETTINGS_SETACCESSES')
        if (!sessions.kill(id)) throw functionalError('Session not found')
        return id
      },
      userSessionsKill: (_: unknown, { id }: { id: string }, context: RequestContext) => {
        allowed(context, 'SETTINGS_SETACCESSES')
        const user = users.byId(id)
        if (!user) throw functionalError('User not found', { userId: id })
        return sessions.killAllOf(user)
      },
    },
  }
}

function creator(user: User | null) {
  return user && { id: user.id, entity_type: 'User', name: user.name }
}
