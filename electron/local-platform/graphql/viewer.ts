import { isCapable } from '#shared/domain/capability.ts'
import type { RequestSource } from '../audit/audit-events.ts'
import type { SessionLack } from '../sessions/session-store.ts'
import type { Deed } from '../tokens/token-store.ts'
import { BUILT_IN_ADMIN_ID, capabilityNames, type User } from '../users/user.ts'
import { authRequired, forbiddenAccess, otpRequired } from './errors.ts'

/** Who asks, and what they may at that moment; `user` is null for an anonymous one. */
export interface Standing {
  readonly user: User | null
  /** what a session still needs before it counts; null = nothing, as always for tokens (FR-018) */
  readonly lacks: SessionLack | null
  /** the capabilities that the bearer is limited to; null = all that its user has */
  readonly scopes: readonly string[] | null
}

/** What one request brings along. */
export interface RequestContext extends Standing {
  readonly source: RequestSource
  readonly sessionId: string | null
  /** ms since the epoch, the same all through the request */
  readonly now: number
  /** What its credential is worth at this very moment, with the time of it. */
  standing(): Standing & { readonly now: number }
  /** Sets the session cookie of the answer; null clears it. */
  setSessionCookie(value: string | null): void
}

/** Whether the user behind the request has one of the capabilities, and the token's scope does not take it away. */
export function can(context: RequestContext, ...wanted: readonly string[]): boolean {
  const { user } = context
  if (!user) return false
  const holder = { id: user.id, capabilities: capabilityNames(user) }
  return wanted.some((capability) => isCapable(holder, capability) && isInScope(context, capability))
}

/** SECURITY: a scope only ever takes away; without the id, so that it binds the built-in administrator too. */
function isInScope({ scopes }: RequestContext, capability: string): boolean {
  return scopes === null || isCapable({ id: '', capabilities: scopes }, capability)
}

/** The capabilities that count in this request, by name. */
export function effectiveCapabilities(user: User, context: RequestContext): string[] {
  const { scopes } = context
  if (scopes === null || user.row !== context.user?.row) return capabilityNames(user)
  const holder = { id: user.id, capabilities: capabilityNames(user) }
  return scopes.filter((scope) => isCapable(holder, scope))
}

/**
 * The user of a session that may still lack its second factor.
 * @throws AUTH_REQUIRED
 */
export function halfLoggedIn(context: RequestContext): User {
  if (!context.user) throw authRequired()
  return context.user
}

/** @throws AUTH_REQUIRED, OTP_REQUIRED, OTP_REQUIRED_ACTIVATION */
export function loggedIn(context: RequestContext): User {
  const user = halfLoggedIn(context)
  if (context.lacks) throw otpRequired(context.lacks)
  return user
}

/**
 * The user behind the request when they have one of the capabilities.
 * SECURITY: each resolver that needs a capability asks here first; the rules are opencti-api.md §2.2 and §3.
 * @throws AUTH_REQUIRED, OTP_REQUIRED, FORBIDDEN_ACCESS
 */
export function allowed(context: RequestContext, ...wanted: readonly string[]): User {
  const user = loggedIn(context)
  if (can(context, ...wanted)) return user
  if (can({ ...context, scopes: null }, ...wanted))
    throw forbiddenAccess(`The scope of this token does not include ${wanted.join(' or ')}`, {
      scopes: context.scopes,
    })
  throw forbiddenAccess()
}

/**
 * The request as its credential stands now. To be called in the same step as a write that follows a wait.
 * SECURITY: what was revoked, killed or locked in the meantime changes nothing any more.
 * @throws AUTH_REQUIRED
 */
export function rechecked(context: RequestContext): RequestContext {
  const standing = context.standing()
  if (context.user && standing.user?.row !== context.user.row) throw authRequired()
  return { ...context, ...standing }
}

/**
 * SECURITY: nobody gets at more than they may themselves by way of another account: its token, its password, its e-mail
 * address, its groups (docs/decisions/0019). What contains harm (revoking, killing, locking) does not ask here.
 * @throws FORBIDDEN_ACCESS with what is exceeded
 */
export function withinReach(context: RequestContext, account: Pick<User, 'id' | 'capabilities'>): void {
  const held = account.id === BUILT_IN_ADMIN_ID ? ['BYPASS'] : capabilityNames(account)
  const exceeds = held.filter((capability) => !can(context, capability))
  if (exceeds.length > 0)
    throw forbiddenAccess(`This account may do more than you may here: ${exceeds.join(', ')}`, { exceeds })
}

/** Who does what the request asks for. */
export function deedOf(actor: User, context: RequestContext): Deed {
  return { actor, at: context.now, source: context.source }
}
