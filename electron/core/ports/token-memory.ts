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
