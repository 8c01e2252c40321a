import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { REASON_MAX, TOKEN_DURATIONS, TOKEN_NAME_MAX } from '#shared/domain/token.ts'
import { ConnectionId, Instant } from './connections.ts'
import { procedure } from './problem.ts'

const Id = z.string().min(1).max(256)

/** A token as it may be shown: never its value. */
export const Token = z.object({
  id: Id,
  name: z.string(),
  /** `****a1b2` */
  maskedToken: z.string(),
  createdAt: Instant.nullable(),
  /** null = never expires */
  expiresAt: Instant.nullable(),
  /** approximate, see opencti-api.md §2.5; null = never used */
  lastUsedAt: Instant.nullable(),
})
export type Token = z.infer<typeof Token>

export const RevokedToken = Token.extend({
  revokedAt: Instant,
  revokedBy: z.string().nullable(),
  reason: z.string().nullable(),
})
export type RevokedToken = z.infer<typeof RevokedToken>

export const Session = z.object({
  id: z.string().min(1).max(512),
  createdAt: Instant.nullable(),
  /** seconds left */
  ttlSeconds: z.number().int().nullable(),
})
export type Session = z.infer<typeof Session>

export const UserSummary = z.object({
  id: Id,
  name: z.string(),
  email: z.string(),
  accountStatus: z.string(),
  serviceAccount: z.boolean(),
  /** null when the platform does not tell */
  tokenCount: z.number().int().nullable(),
})
export type UserSummary = z.infer<typeof UserSummary>

/** One user with everything that lets them in (T-01, T-02). */
export const UserAccess = z.object({
  user: UserSummary.extend({
    accountLockAfter: Instant.nullable(),
    capabilities: z.array(z.string()),
    isMe: z.boolean(),
  }),
  tokens: z.array(Token),
  /** null: the platform forgets revoked tokens */
  revoked: z.array(RevokedToken).nullable(),
  /** null: the connection may not see sessions */
  sessions: z.array(Session).nullable(),
  /** our clock when the answer came */
  readAt: Instant,
  /** platform's clock minus ours, ms: status is judged by the platform's time */
  clockSkewMs: z.number().int(),
})
export type UserAccess = z.infer<typeof UserAccess>

/** `me` stands for the holder of the connection's token. */
const UserRef = z.union([z.literal('me'), Id])

/** Page and reveal box share this handle; it is no secret and opens once. */
const RevealId = z.string().min(1).max(64)

/** Defined in the domain, so that the page can tell them without loading the schemas. */
export { REASON_MAX, TOKEN_NAME_MAX }

export const Generated = z.object({
  userId: Id,
  token: Token,
  revealId: RevealId,
  /** our clock; after that the value is gone, shown or not */
  revealUntil: Instant,
})
export type Generated = z.infer<typeof Generated>

/** Whether the platform has seen a new token used (T-08); what it says of that is right to two minutes. */
export const FirstUse = z.object({
  connectionId: ConnectionId,
  userId: Id,
  tokenId: Id,
  owner: z.string(),
  name: z.string(),
  lastFour: z.string(),
  /** our clock, when it was made */
  since: Instant,
  /** our clock, when the platform last answered; null = not yet */
  checkedAt: Instant.nullable(),
  /** the platform's clock; null = not used yet */
  usedAt: Instant.nullable(),
})
export type FirstUse = z.infer<typeof FirstUse>

/** Ways to put a token on the clipboard; the only one today is the bare value. */
export const CopyFormat = z.enum(['token'])

export const tokens = {
  /** Users to pick from; searched and paged by the platform. */
  users: procedure
    .input(
      z.object({
        connectionId: ConnectionId,
        search: z.string().max(256),
        after: z.string().max(2048).nullable(),
        first: z.number().int().min(1).max(200),
      }),
    )
    .output(
      z.object({
        users: z.array(UserSummary),
        nextCursor: z.string().nullable(),
        total: z.number().int(),
        readAt: Instant,
      }),
    ),

  ofUser: procedure.input(z.object({ connectionId: ConnectionId, userId: UserRef })).output(UserAccess),

  /**
   * Ledger record, mutation, read-back of `expires_at`, value into the reveal box (architecture.md, first walk).
   * ANSWER_LOST: the request left and no answer came; `orphans` are tokens of that name that appeared meanwhile, `known`
   * the ids of those that were there before, so that a later look tells an orphan too.
   * EXPIRY_DIFFERS: the platform made a token that does not end when asked; its value is thrown away.
   */
  generate: procedure
    .input(
      z.object({
        connectionId: ConnectionId,
        userId: UserRef,
        name: z.string().trim().min(1).max(TOKEN_NAME_MAX),
        duration: z.enum(TOKEN_DURATIONS),
      }),
    )
    .output(Generated)
    .errors({
      ANSWER_LOST: {
        status: 504,
        data: z.object({ userId: Id, orphans: z.array(Token), checked: z.boolean(), known: z.array(Id) }),
      },
      EXPIRY_DIFFERS: { status: 502, data: z.object({ userId: Id, token: Token }) },
    }),

  /** The value, once, for the dialog that shows it. */
  reveal: procedure.input(z.object({ revealId: RevealId })).output(z.object({ value: z.string() })),

  /** Writes the clipboard from main; the value does not cross to the page. `clearsAt` null: the user chose never. */
  copy: procedure
    .input(z.object({ revealId: RevealId, format: CopyFormat }))
    .output(z.object({ clearsAt: Instant.nullable() })),

  /**
   * The value in a file that only the recipient's private key opens: age's format, armored. `recipient`: `age1…`, which
   * goes into the ledger.
   */
  seal: procedure
    .input(z.object({ revealId: RevealId, recipient: z.string().trim().min(1).max(4_096) }))
    .output(z.object({ fileName: z.string(), text: z.string() })),

  /** Tokens made here whose first use is waited for, or was seen; the whole list at once and at each change. */
  firstUses: procedure.output(eventIterator(z.array(FirstUse))),

  /** The dialog closed: the value is dropped now. Safe to repeat. */
  forget: procedure.input(z.object({ revealId: RevealId })).output(z.void()),

  /** Revokes, then reads the list again: success means it is gone from there. */
  revoke: procedure
    .input(
      z.object({
        connectionId: ConnectionId,
        userId: UserRef,
        tokenId: Id,
        reason: z.string().trim().max(REASON_MAX),
      }),
    )
    .output(UserAccess),

  killSession: procedure
    .input(z.object({ connectionId: ConnectionId, userId: UserRef, sessionId: Session.shape.id }))
    .output(UserAccess),

  killSessions: procedure.input(z.object({ connectionId: ConnectionId, userId: UserRef })).output(UserAccess),
}
