import { isExpired } from './token.ts'

/** The access review (T-18): who holds which token, against what was reviewed last. */

/** keep: stays · revoke: its tokens go · ask: the owner is asked first */
export const REVIEW_DECISIONS = ['keep', 'revoke', 'ask'] as const
export type ReviewDecision = (typeof REVIEW_DECISIONS)[number]

/** The longest note to a decision, in UTF-16 units. */
export const REVIEW_NOTE_MAX = 500

/** What became of a listed token since the last review. */
export const TOKEN_MARKS = ['appeared', 'used', 'expired'] as const
export type TokenMark = (typeof TOKEN_MARKS)[number]

interface ReviewedToken {
  readonly id: string
  readonly expiresAt: number | null
  readonly lastUsedAt: number | null
}

/** What an owner held at one review. */
export interface ReviewedHolding<Token extends ReviewedToken = ReviewedToken> {
  readonly accountStatus: string
  readonly capabilities: readonly string[]
  readonly tokens: readonly Token[]
}

export interface OwnerChanges<Token extends ReviewedToken = ReviewedToken> {
  /** of each listed token, by its id; those without any are missing */
  readonly marks: ReadonlyMap<string, readonly TokenMark[]>
  readonly vanished: readonly Token[]
  /** capabilities that the owner has now and had not, and the other way round */
  readonly gained: readonly string[]
  readonly lost: readonly string[]
  /** null: as it was */
  readonly statusBefore: string | null
  /** held nothing at the last review */
  readonly isNew: boolean
  /** holds nothing any more */
  readonly isGone: boolean
}

/**
 * What changed of one owner from one review to the next.
 * @param before null: held no token then
 * @param now null: not listed any more
 * @param times the platform's clock at both readings, ms
 */
export function ownerChanges<Token extends ReviewedToken>(
  before: ReviewedHolding<Token> | null,
  now: ReviewedHolding<Token> | null,
  times: { readonly before: number; readonly now: number },
): OwnerChanges<Token> {
  const known = new Map(before?.tokens.map((token) => [token.id, token]))
  const marks = new Map<string, readonly TokenMark[]>()
  for (const token of now?.tokens ?? []) {
    const found = marksOf(known.get(token.id) ?? null, token, times)
    if (found.length > 0) marks.set(token.id, found)
    known.delete(token.id)
  }
  // Of somebody who is not listed, nothing is known but that.
  const isComparable = before !== null && now !== null
  return {
    marks,
    vanished: [...known.values()],
    gained: isComparable ? without(now.capabilities, before.capabilities) : [],
    lost: isComparable ? without(before.capabilities, now.capabilities) : [],
    statusBefore: isComparable && before.accountStatus !== now.accountStatus ? before.accountStatus : null,
    isNew: before === null,
    isGone: (now?.tokens.length ?? 0) === 0,
  }
}

/** Whether somebody should look at it. That tokens are used is what they are for. */
export function isChanged({
  marks,
  vanished,
  gained,
  lost,
  statusBefore,
  isNew,
}: OwnerChanges<ReviewedToken>): boolean {
  if (isNew || vanished.length > 0 || gained.length > 0 || lost.length > 0 || statusBefore !== null)
    return true
  return [...marks.values()].some((all) => all.some((mark) => mark !== 'used'))
}

function marksOf(
  before: ReviewedToken | null,
  token: ReviewedToken,
  times: { readonly before: number; readonly now: number },
): TokenMark[] {
  if (before === null) return ['appeared']
  const marks: TokenMark[] = []
  if (token.lastUsedAt !== null && token.lastUsedAt > (before.lastUsedAt ?? 0)) marks.push('used')
  if (isExpired(token.expiresAt, times.now) && !isExpired(before.expiresAt, times.before))
    marks.push('expired')
  return marks
}

function without(all: readonly string[], those: readonly string[]): string[] {
  const excluded = new Set(those)
  return [...new Set(all)].filter((one) => !excluded.has(one)).sort()
}
