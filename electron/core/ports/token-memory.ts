import type { Token, UserAccess } from '#shared/contract/tokens.ts'

/** What stays of a token when its platform forgets it: never its value. */
export interface RememberedToken {
  readonly connectionId: string
  readonly owner: { readonly id: string; readonly name: string; readonly email: string }
  readonly token: Token
  /** '' when none was given */
  readonly reason: string
  /** who revokes: the email of the connection's token */
  readonly by: string
}

/** OpenCTI keeps nothing of a revoked token, so the console does (T-14). Nothing here throws: what is remembered is a help, not a condition. */
export interface TokenMemory {
  /** Right before each mutation that revokes: what is about to be gone. */
  keep(token: RememberedToken): void
  /** The mutation was refused for certain, so nothing is gone. Not for a lost answer: the next list tells. */
  drop(connectionId: string, tokenId: string): void
  /** A user's list as the platform gave it just now: what it lacks is gone, and the inventory is brought up to date. */
  seen(connectionId: string, access: UserAccess): void
}
