import { ProblemError } from '#base/problem-error.ts'
import { tokenRights } from '#shared/domain/capability.ts'
import type { PlatformFeatures, TokenOwner } from './opencti-client.ts'

const SET_ACCESSES = 'SETTINGS_SETACCESSES'

/** Who a connection's token is, as far as its reach depends on it. */
export interface Holder {
  readonly userId: string
  readonly capabilities: string[]
  readonly version: string | null
  readonly features: PlatformFeatures
}

/** Through which operations this connection reaches a user, `me` standing for the holder of its token. */
export interface Reach {
  readonly userId: string
  /** for reading; an admin reads even themselves as a user, which shows sessions too */
  readonly read: TokenOwner
  /** for generating and revoking */
  readonly manage: () => TokenOwner
}

/**
 * Decided from what the token's holder may do (opencti-api.md §2.2), so that a missing right is named before a request.
 * @throws ProblemError `missing-capability`, `old-platform`
 */
export function reach(identity: Holder, userRef: string): Reach {
  if (!identity.features.apiTokens) throw new ProblemError('old-platform', identity.version)
  return accountReach(identity, userRef)
}

/**
 * The same for an account and its sessions, which can be reached where users have no tokens of their own, too (T-20); only
 * `manage` throws `old-platform` there. An empty list of tokens is no proof of anything then.
 * @throws ProblemError `missing-capability`
 */
export function accountReach(identity: Holder, userRef: string): Reach {
  const rights = tokenRights({ id: identity.userId, capabilities: identity.capabilities })
  const userId = userRef === 'me' ? identity.userId : userRef
  const isMe = userId === identity.userId
  if (!isMe && !rights.listOthers) throw new ProblemError('missing-capability', SET_ACCESSES)
  const other: TokenOwner = { own: false, userId }
  return {
    userId,
    read: isMe && !rights.manageOthers ? { own: true } : other,
    manage() {
      if (!identity.features.apiTokens) throw new ProblemError('old-platform', identity.version)
      if (isMe && rights.own) return { own: true }
      if (rights.manageOthers) return other
      throw new ProblemError('missing-capability', isMe ? 'APIACCESS_USETOKEN' : SET_ACCESSES)
    },
  }
}

/** @throws ProblemError `missing-capability` */
export function requireSetAccesses(identity: Holder): void {
  const rights = tokenRights({ id: identity.userId, capabilities: identity.capabilities })
  if (!rights.manageOthers) throw new ProblemError('missing-capability', SET_ACCESSES)
}

/** @throws ProblemError `missing-capability` */
export function requireListing(identity: Holder): void {
  const rights = tokenRights({ id: identity.userId, capabilities: identity.capabilities })
  if (!rights.listOthers) throw new ProblemError('missing-capability', SET_ACCESSES)
}
