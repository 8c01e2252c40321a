import { z } from 'zod'
import { LEAK_VERDICTS, LEAKS_MAX, leakShape } from '#shared/domain/leak.ts'
import { REASON_MAX } from '#shared/domain/token.ts'
import { ConnectionId, Instant } from './connections.ts'
import { HoldingsOfOwner, Incident, Preview } from './incidents.ts'
import { Tombstone } from './inventory.ts'
import { Problem, procedure } from './problem.ts'

/** Leak triage (T-19): somebody found what looks like a token. Whose is it, does it still open anything, and shut it. */

/** One leaked token as it may be shown: never its value. */
export const Leaked = z.object({
  /** its last four characters */
  ending: z.string(),
  shape: z.enum(['token', 'legacy']),
  verdict: z.enum(LEAK_VERDICTS),
  /** whom the platform took it for, or who holds or held one that ends alike; null: nobody known */
  owner: z.object({ id: z.string(), name: z.string(), email: z.string() }).nullable(),
  /**
   * The owner with those of their tokens that end alike, and what would stop (T-13). `lastUsedAt` is from before it was
   * presented, which counts as a use. null: not known, see `problem`
   */
  holdings: HoldingsOfOwner.nullable(),
  /** what the console remembers of one that ends alike and is gone */
  gone: Tombstone.nullable(),
  /** `revoke` would do something */
  mayRevoke: z.boolean(),
  /** why it could not be asked, or why its owner's tokens are not known or not to be revoked from here */
  problem: Problem.nullable(),
})
export type Leaked = z.infer<typeof Leaked>

const TriageId = z.string().min(1).max(64)

export const Triage = z.object({
  /** a handle for `revoke`; no secret */
  id: TriageId,
  /** our clock; until then the core still has the values, to prove a revocation with */
  until: Instant,
  /** in the order of the question */
  leaks: z.array(Leaked),
  unknowns: Preview.shape.unknowns,
  /** our clock when everybody's tokens were last read; null: never, so that only live ones can be told */
  listedAt: Instant.nullable(),
  clockSkewMs: z.number().int(),
})
export type Triage = z.infer<typeof Triage>

/** SECURITY: only what looks like a token is presented to a platform. */
const Value = z.string().refine((value) => leakShape(value) !== null, 'no token')

export const triage = {
  /**
   * Reads everybody's tokens when that is some minutes old, then presents each value once to the platform of the connection, and
   * to nobody else. Recorded, as presenting a token is using it.
   */
  identify: procedure
    .input(z.object({ connectionId: ConnectionId, values: z.array(Value).min(1).max(LEAKS_MAX) }))
    .output(Triage),

  /**
   * Revokes all that end like the leaks at `places`, as a bulk revocation (T-10), and presents the values once more when
   * they are gone: the last rung of the proof. Fails with `triage-gone` when the values were forgotten.
   */
  revoke: procedure
    .input(
      z.object({
        id: TriageId,
        places: z.array(z.number().int().min(0)).min(1).max(LEAKS_MAX),
        reason: z.string().trim().max(REASON_MAX),
      }),
    )
    .output(Incident),

  /** The dialog closed: the values are dropped now. Safe to repeat. */
  forget: procedure.input(z.object({ id: TriageId })).output(z.void()),
}
