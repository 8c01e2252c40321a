import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { REASON_MAX } from '#shared/domain/token.ts'
import {
  QUIET_MAX_MS,
  QUIET_MIN_MS,
  REMIND_DAYS,
  REMINDER_STATES,
  REVOKE_IN_MAX_MS,
  REVOKE_IN_MIN_MS,
  ROTATION_PHASES,
  TIMER_STATES,
} from '#shared/domain/upkeep.ts'
import { ConnectionId, Instant } from './connections.ts'
import { Problem, procedure } from './problem.ts'
import { Token } from './tokens.ts'

/** What the console does about a token later: revoke it at a time, rotate it, remind of its end (T-16, T-17). */

const Id = z.string().min(1).max(64)
const Owner = z.object({ id: z.string(), name: z.string(), email: z.string() })

/** Whose token; `owner` and `token` as they were when it was set up. */
const OfToken = z.object({
  id: Id,
  connectionId: ConnectionId,
  owner: Owner,
  token: Token,
  createdAt: Instant,
})

/** T-17. It is this console that revokes, so it must run at that time; what it missed it does as soon as it can. */
export const RevokeTimer = OfToken.extend({
  /** by the platform's clock */
  at: Instant,
  reason: z.string(),
  /** gone: somebody else was earlier, or the platform ended it and it was removed */
  state: z.enum(TIMER_STATES),
  /** waiting: why it could not be done yet, and will be tried again · failed: why it never will */
  problem: Problem.nullable(),
  /** our clock, when it ended */
  endedAt: Instant.nullable(),
  /** ms after its time that it was done; null: not late, or not done */
  lateMs: z.number().int().nullable(),
})
export type RevokeTimer = z.infer<typeof RevokeTimer>

/** T-16 */
export const Rotation = OfToken.extend({
  phase: z.enum(ROTATION_PHASES),
  replacement: Token,
  quietMs: z.number().int(),
  /** revokes the old one when it is silent, without asking */
  finish: z.enum(['ask', 'revoke']),
  /** last use of the replacement as the platform tells it, by its clock, as the next two */
  newUsedAt: Instant.nullable(),
  /** when the console first saw it used */
  newSeenUsedAt: Instant.nullable(),
  oldUsedAt: Instant.nullable(),
  /** our clock at the last look; null: not looked yet */
  checkedAt: Instant.nullable(),
  problem: Problem.nullable(),
  endedAt: Instant.nullable(),
})
export type Rotation = z.infer<typeof Rotation>

/** T-17 */
export const Reminder = OfToken.extend({
  days: z.union(REMIND_DAYS.map((days) => z.literal(days))),
  /** due: told, until somebody dismisses it */
  state: z.enum(REMINDER_STATES),
  /** the console set it up by itself, for the tokens of the connection's own account */
  own: z.boolean(),
  /** it is the token that this connection itself uses */
  connectionToken: z.boolean(),
})
export type Reminder = z.infer<typeof Reminder>

/** Everything of all connections, open ones first; it is short. */
export const Upkeep = z.object({
  timers: z.array(RevokeTimer),
  rotations: z.array(Rotation),
  reminders: z.array(Reminder),
})
export type Upkeep = z.infer<typeof Upkeep>

const TokenRef = z.object({
  connectionId: ConnectionId,
  userId: z.string().min(1).max(256),
  tokenId: z.string().min(1).max(256),
})
const OfEntry = z.object({ id: Id })

export const upkeep = {
  watch: procedure.output(eventIterator(Upkeep)),

  /** In so many ms from now, counted by the platform's clock. An earlier timer of the same token is replaced. */
  revokeIn: procedure
    .input(
      TokenRef.extend({
        ms: z.number().int().min(REVOKE_IN_MIN_MS).max(REVOKE_IN_MAX_MS),
        reason: z.string().trim().max(REASON_MAX),
      }),
    )
    .output(RevokeTimer),
  cancelTimer: procedure.input(OfEntry).output(z.void()),

  /** Watches a token and the one that is to take its place, which `tokens.generate` made for the same owner. */
  rotate: procedure
    .input(
      TokenRef.extend({
        replacementId: TokenRef.shape.tokenId,
        quietMs: z.number().int().min(QUIET_MIN_MS).max(QUIET_MAX_MS),
        finish: z.enum(['ask', 'revoke']),
      }),
    )
    .output(Rotation),
  /** Looks at both tokens now. */
  checkRotation: procedure.input(OfEntry).output(Rotation),
  /** Revokes the old token, silent or not. */
  finishRotation: procedure.input(OfEntry).output(Rotation),
  /** Stops watching; both tokens stay. */
  stopRotation: procedure.input(OfEntry).output(Rotation),

  remind: procedure.input(TokenRef.extend({ days: Reminder.shape.days })).output(Reminder),
  /** A reminder, or what came of a plan that has ended. */
  dismiss: procedure.input(OfEntry).output(z.void()),
}
