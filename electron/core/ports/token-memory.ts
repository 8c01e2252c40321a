import type { Tombstone } from '#shared/contract/inventory.ts'
import type { Token } from '#shared/contract/tokens.ts'

/** What stays of a token when its platform forgets it: never its value. */
export interface RememberedToken {
  readonly owner: { readonly id: string; readonly name: string; readonly email: string }
  readonly token: Token
  /** '' when none was given */
  readonly reason: string
  /** who revokes: the email of the connection's token */
  readonly by: string
}

/** A user's list as the platform gave it. */
export interface SeenUser {
  readonly user: {
    readonly id: string
    readonly name: string
    readonly email: string
    readonly accountStatus: string
    readonly accountLockAfter: number | null
    readonly serviceAccount: boolean
  }
  readonly tokens: readonly Token[]
  /** our clock when the answer came */
  readonly readAt: number
}

/**
 * OpenCTI keeps nothing of a revoked token, so the console does (T-14). Nothing here throws: what is remembered is a help,
 * not a condition. Whatever comes in one call is one write.
 */
export interface TokenMemory {
  /** Right before the mutations that revoke: what is about to be gone. */
  keep(connectionId: string, tokens: readonly RememberedToken[]): void
  /** Mutations that were refused for certain or never sent, so nothing is gone. Not for a lost answer: the next list tells. */
  drop(connectionId: string, tokenIds: readonly string[]): void
  /** What users hold just now: what their lists lack is gone, and the inventory is brought up to date. */
  seen(connectionId: string, users: readonly SeenUser[]): void
}

export interface AlikeTokens {
  readonly listed: readonly { readonly ownerId: string; readonly token: Token }[]
  /** the newest first */
  readonly gone: readonly Tombstone[]
  /** our clock when everything was last read; null: never */
  readonly readAt: number | null
  readonly clockSkewMs: number
}

/** What is known of everybody's tokens, by how they end: more of a token no list tells (PRD FR-101). */
export interface TokenLists {
  /** Reads everything anew when what is known is older than `maxAgeMs`; a failure of that makes it no more than old. */
  alike(connectionId: string, endings: readonly string[], maxAgeMs: number): Promise<AlikeTokens>
}
