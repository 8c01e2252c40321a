import type { Review, ReviewedOwner } from '#shared/contract/review.ts'
import type { Person } from './people.ts'

const DAY = 86_400_000

/** Reviews as the double knows them: the open one's owners, and what stands in the list. */
export interface ReviewWorld {
  /** the newest first */
  reviews: Review[]
  /** of the first one */
  owners: ReviewedOwner[]
}

export const noReview = (): ReviewWorld => ({ reviews: [], owners: [] })

/** Everybody who holds tokens, with what changed of the first four. */
export function reviewedOwners(people: readonly Person[], now: number, isFirst = false): ReviewedOwner[] {
  return people
    .filter(({ tokens }) => tokens.length > 0)
    .map(({ user, tokens }, place) => ({
      place,
      id: user.id,
      name: user.name,
      email: user.email,
      accountStatus: user.accountStatus,
      serviceAccount: user.serviceAccount,
      capabilities: ['KNOWLEDGE', 'APIACCESS_USETOKEN'],
      tokens: tokens.map((token) => ({ ...token, marks: [] })),
      vanished: [],
      gained: [],
      lost: [],
      statusBefore: null,
      isNew: false,
      isGone: false,
      changed: false,
      decision: null,
      note: '',
      ...(isFirst ? {} : (CHANGES[place]?.(tokens, now) ?? {})),
    }))
}

type Change = (tokens: Person['tokens'], now: number) => Partial<ReviewedOwner>

const CHANGES: readonly Change[] = [
  (tokens) => ({
    changed: true,
    tokens: tokens.map((token, index) => ({ ...token, marks: index === 0 ? ['appeared'] : ['used'] })),
    gained: ['BYPASS', 'SETTINGS_SETACCESSES'],
    capabilities: ['BYPASS'],
  }),
  (tokens, now) => ({
    changed: true,
    tokens: tokens.map((token) => ({ ...token, marks: token.expiresAt === null ? [] : ['expired'] })),
    vanished: [
      {
        id: 'gone-1',
        name: 'Old laptop',
        maskedToken: '****w2Lr',
        createdAt: now - 400 * DAY,
        expiresAt: null,
        lastUsedAt: now - 90 * DAY,
        fate: 'revoked',
      },
      {
        id: 'gone-2',
        name: '',
        maskedToken: '****0000',
        createdAt: null,
        expiresAt: null,
        lastUsedAt: null,
        fate: null,
      },
    ],
  }),
  () => ({ changed: true, isNew: true }),
  () => ({ changed: true, isGone: true, tokens: [], lost: ['KNOWLEDGE_KNUPDATE'], statusBefore: 'Active' }),
]

/** A review with the counts of its owners. */
export function reviewOf(
  owners: readonly ReviewedOwner[],
  now: number,
  change: Partial<Review> = {},
): Review {
  const held = owners.filter(({ tokens }) => tokens.length > 0)
  const open = held.filter(({ decision }) => decision === null)
  const count = (decision: ReviewedOwner['decision']): number =>
    held.filter((owner) => owner.decision === decision).length
  return {
    id: 'review-2',
    connectionId: 'cert',
    connectionName: 'Example CERT',
    url: 'https://opencti.example.org',
    actor: 'bob.keller@example.org',
    readAt: now - 20 * 60_000,
    scope: 'everyone',
    clockSkewMs: 0,
    finishedAt: null,
    digest: null,
    previous: { id: 'review-1', finishedAt: now - 92 * DAY, digest: 'ab'.repeat(32) },
    comparable: true,
    owners: held.length,
    tokens: held.reduce((sum, { tokens }) => sum + tokens.length, 0),
    changed: owners.filter(({ changed }) => changed).length,
    decided: { keep: count('keep'), revoke: count('revoke'), ask: count('ask') },
    open: open.length,
    openUnchanged: open.filter(({ changed }) => !changed).length,
    ...change,
  }
}

/** One that was signed a quarter ago. */
export function finishedReview(now: number, change: Partial<Review> = {}): Review {
  return reviewOf([], now, {
    id: 'review-1',
    readAt: now - 93 * DAY,
    finishedAt: now - 92 * DAY,
    digest: 'ab'.repeat(32),
    previous: null,
    owners: 118,
    tokens: 231,
    decided: { keep: 112, revoke: 4, ask: 2 },
    ...change,
  })
}
