import { ProblemError } from '#base/problem-error.ts'
import type { Identity } from '#shared/contract/connections.ts'
import type { InventoryScope } from '#shared/contract/inventory.ts'
import type { UserAccess } from '#shared/contract/tokens.ts'
import { isCapable, tokenRights } from '#shared/domain/capability.ts'
import type { OpenCtiClient } from '../clients/opencti/opencti-client.ts'
import type { OwnerFacts } from './token-table.ts'

/** A platform that let us in, as the connections hand it over. */
export interface PlatformSession {
  readonly client: OpenCtiClient
  readonly identity: Identity
}

export interface Platforms {
  use<Result>(connectionId: string, work: (session: PlatformSession) => Promise<Result>): Promise<Result>
}

/** How much of the platform's tokens a connection sees, and why not more (opencti-api.md §2.2). */
export interface Sight {
  /** who looks */
  readonly userId: string
  readonly scope: InventoryScope
  readonly limit: ProblemError | null
}

export function sightOf({ userId, capabilities, features, version }: Identity): Sight {
  if (!features.apiTokens)
    return { userId, scope: 'nobody', limit: new ProblemError('old-platform', version) }
  const rights = tokenRights({ id: userId, capabilities })
  if (rights.manageOthers) return { userId, scope: 'everyone', limit: null }
  const limit = new ProblemError('missing-capability', 'SETTINGS_SETACCESSES')
  return { userId, scope: rights.listOthers ? 'organization' : 'self', limit }
}

/** What the inventory keeps of a user who was read with all there is. */
export const ownerOf = (user: Omit<UserAccess['user'], 'isMe' | 'tokenCount'>): OwnerFacts =>
  ownerFacts({ ...user, canUseTokens: isCapable(user, 'APIACCESS_USETOKEN') })

/** Nothing but these, whatever else came with them. */
export function ownerFacts(owner: OwnerFacts): OwnerFacts {
  const { id, name, email, accountStatus, accountLockAfter, serviceAccount, canUseTokens } = owner
  return { id, name, email, accountStatus, accountLockAfter, serviceAccount, canUseTokens }
}
