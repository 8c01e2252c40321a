import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { REVIEW_DECISIONS, REVIEW_NOTE_MAX, TOKEN_MARKS } from '#shared/domain/review.ts'
import { ConnectionId, Instant } from './connections.ts'
import { InventoryScope, Tombstone } from './inventory.ts'
import { procedure } from './problem.ts'
import { Token } from './tokens.ts'

/** Access reviews (T-18): who holds which token and why, against the last review; decided by owner, signed, and kept. */

const ReviewId = z.string().min(1).max(64)
const Decision = z.enum(REVIEW_DECISIONS)

export const Review = z.object({
  id: ReviewId,
  connectionId: ConnectionId,
  connectionName: z.string(),
  url: z.string(),
  /** who the connection's token was when it began */
  actor: z.string(),
  /** our clock, when everything had been read */
  readAt: Instant,
  scope: InventoryScope,
  /** platform's clock minus ours, ms */
  clockSkewMs: z.number().int(),
  /** null: it is open */
  finishedAt: Instant.nullable(),
  /** SHA-256 of the signed file, hex; null while it is open */
  digest: z.string().nullable(),
  /** the review it is compared with; null: it is the first */
  previous: z.object({ id: ReviewId, finishedAt: Instant, digest: z.string() }).nullable(),
  /** false: another account or scope made the last one, so what changed may only have come into or out of sight */
  comparable: z.boolean(),
  /** owners who hold tokens: each is to be decided */
  owners: z.number().int(),
  tokens: z.number().int(),
  /** owners of whom something changed besides that their tokens are used; those who hold nothing any more too */
  changed: z.number().int(),
  /** owners by decision */
  decided: z.record(Decision, z.number().int()),
  /** owners who are not decided yet, and those of them of whom nothing changed */
  open: z.number().int(),
  openUnchanged: z.number().int(),
})
export type Review = z.infer<typeof Review>

export const ReviewedOwner = z.object({
  /** its place in the review */
  place: z.number().int(),
  id: z.string(),
  name: z.string(),
  email: z.string(),
  accountStatus: z.string(),
  serviceAccount: z.boolean(),
  capabilities: z.array(z.string()),
  tokens: z.array(Token.extend({ marks: z.array(z.enum(TOKEN_MARKS)) })),
  vanished: z.array(Token.extend({ fate: Tombstone.shape.fate.nullable() })),
  gained: z.array(z.string()),
  lost: z.array(z.string()),
  statusBefore: z.string().nullable(),
  isNew: z.boolean(),
  isGone: z.boolean(),
  /** something besides use */
  changed: z.boolean(),
  decision: Decision.nullable(),
  note: z.string(),
})
export type ReviewedOwner = z.infer<typeof ReviewedOwner>

const OfReview = z.object({ id: ReviewId })
const OfConnection = z.object({ connectionId: ConnectionId })

export const review = {
  /** The newest first; an open one is the first. */
  list: procedure.input(OfConnection).output(z.array(Review)),

  /** Reads everybody anew and compares; nothing is begun when somebody could not be read. The open one where there is one. */
  begin: procedure.input(OfConnection).output(Review),

  /** Owners by name, after the place `after`. changed: of whom something changed · open: not decided yet */
  owners: procedure
    .input(
      OfReview.extend({
        show: z.enum(['changed', 'open', 'all']),
        search: z.string().max(256),
        after: z.number().int().nullable(),
        first: z.number().int().min(1).max(200),
      }),
    )
    .output(z.object({ owners: z.array(ReviewedOwner), total: z.number().int(), more: z.boolean() })),

  /** Decides owners, again if need be. `unchanged`: all that are open and of whom nothing changed. */
  decide: procedure
    .input(
      OfReview.extend({
        who: z.union([z.literal('unchanged'), z.array(z.number().int().min(0)).min(1).max(200)]),
        decision: Decision.nullable(),
        note: z.string().trim().max(REVIEW_NOTE_MAX),
      }),
    )
    .output(Review),

  /** Signs it; from then on it stays as it is. Fails with `review-undecided` while an owner is open. */
  finish: procedure.input(OfReview).output(Review),

  /** Throws away one that is not finished. */
  discard: procedure.input(OfReview).output(z.void()),

  /** All tokens of the owners that are to be revoked, for a bulk revocation (T-10). */
  toRevoke: procedure
    .input(OfReview)
    .output(z.array(z.object({ userId: z.string(), tokenIds: z.array(z.string()) }))),

  /** The text of a finished review's file, in pieces: the signed JSON, or a page to read. */
  report: procedure
    .input(OfReview.extend({ format: z.enum(['json', 'html']) }))
    .output(eventIterator(z.string())),
}
