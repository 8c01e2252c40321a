import { isCapable } from '#shared/domain/capability.ts'
import type { RequestSource } from '../audit/audit-log.ts'
import { capabilityNames, type User } from '../users/user.ts'
import { authRequired, forbiddenAccess } from './errors.ts'

/** What one request brings along; `user` is null for an anonymous one. */
export interface RequestContext {
  readonly user: User | null
  readonly source: RequestSource
  readonly sessionId: string | null
  /** ms since the epoch, the same all through the request */
  readonly now: number
  /** Sets the session cookie of the answer; null clears it. */
  setSessionCookie(value: string | null): void
}

/** Whether the user has one of the capabilities. */
export function can(user: User, ...wanted: readonly string[]): boolean {
  const holder = { id: user.id, capabilities: capabilityNames(user) }
  return wanted.some((capability) => isCapable(holder, capability))
}

/** @throws AUTH_REQUIRED */
export function loggedIn(context: RequestContext): User {
  if (!context.user) throw authRequired()
  return context.user
}

/**
 * The user behind the request when they have one of the capabilities.
 * SECURITY: each resolver that needs a capability asks here first; the rules are opencti-api.md §2.2 and §3.
 * @throws AUTH_REQUIRED, FORBIDDEN_ACCESS
 */
export function allowed(context: RequestContext, ...wanted: readonly string[]): User {
  const user = loggedIn(context)
  if (!can(user, ...wanted)) throw forbiddenAccess()
  return user
}
