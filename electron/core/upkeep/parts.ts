import type { Clock } from '#base/clock.ts'
import type { Logger } from '#base/logger.ts'
import { asProblem, ProblemError } from '#base/problem-error.ts'
import type { Token, UserAccess } from '#shared/contract/tokens.ts'
import type { ProblemCode } from '#shared/domain/problem.ts'
import type { TokenNews } from '#shared/domain/token-news.ts'
import type { ActionLedger } from '../ports/action-ledger.ts'
import type { UpkeepStore } from './upkeep-store.ts'

/** What the tokens' capability does for this one. */
export interface Tokens {
  ofUser(of: { connectionId: string; userId: string }): Promise<UserAccess>
  /** @throws ProblemError `missing-capability`, `old-platform` where this connection may not revoke this user's tokens */
  requireManage(of: { connectionId: string; userId: string }): Promise<void>
  revoke(of: { connectionId: string; userId: string; tokenId: string; reason: string }): Promise<UserAccess>
}

export interface UpkeepParts {
  readonly tokens: Tokens
  readonly store: UpkeepStore
  readonly ledger: ActionLedger
  readonly clock: Clock
  readonly logger: Logger
  /** a number in [0, 1) */
  readonly random: () => number
  /** a text that no earlier call gave */
  readonly unique: () => string
  readonly tell: (news: TokenNews) => void
  readonly changed: () => void
}

export interface TokenRef {
  readonly connectionId: string
  readonly userId: string
  readonly tokenId: string
}

/** A token of a user's list. @throws ProblemError `token-not-found` */
export function tokenIn(access: UserAccess, tokenId: string): Token {
  const token = access.tokens.find(({ id }) => id === tokenId)
  if (!token) throw new ProblemError('token-not-found')
  return token
}

export const ownerIn = ({ user: { id, name, email } }: UserAccess) => ({ id, name, email })

/** Failures that no further try will change: a person has to. */
const FINAL: ReadonlySet<ProblemCode> = new Set([
  'missing-capability',
  'forbidden',
  'old-platform',
  'user-not-found',
  'no-connection',
])

export function isFinal(error: unknown): boolean {
  return FINAL.has(asProblem(error).code)
}
