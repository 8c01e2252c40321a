import { eventIterator, type } from '@orpc/contract'
import { z } from 'zod'
import { FINDING_IDS } from '#shared/domain/findings.ts'
import type { JsonText } from '#shared/domain/json-text.ts'
import { ConnectionId, Instant } from './connections.ts'
import { Problem, procedure } from './problem.ts'
import { Token } from './tokens.ts'

/**
 * Every token of everybody a connection may see (T-03). The page keeps a copy: `watch` tells that something changed, `rows`
 * brings it in pieces that the page asks for, because the transports below have no back-pressure (decision 0080).
 */

/** How far this connection sees: everybody, an organisation's people, its own tokens alone, or no tokens at all. */
export const InventoryScope = z.enum(['everyone', 'organization', 'self', 'nobody'])
export type InventoryScope = z.infer<typeof InventoryScope>

/** Users that could not be read. What was known of them before stays shown. */
export const InventoryGap = z.object({
  /** users missing at this place; null: everything after it */
  users: z.number().int().nullable(),
  problem: Problem,
})
export type InventoryGap = z.infer<typeof InventoryGap>

export const InventoryStatus = z.object({
  /**
   * idle: nothing runs, what is shown is the last snapshot or nothing · loading · ready: all was read · partial: all but
   * `gaps` · failed: see `problem` · cancelled: what was read until then is shown
   */
  phase: z.enum(['idle', 'loading', 'ready', 'partial', 'failed', 'cancelled']),
  /** null until the platform was asked once */
  scope: InventoryScope.nullable(),
  /** why the scope is narrower than everyone: `missing-capability`, `old-platform` */
  limit: Problem.nullable(),
  /** of this load */
  startedAt: Instant.nullable(),
  usersRead: z.number().int(),
  /** null: the platform has not said yet */
  usersTotal: z.number().int().nullable(),
  /** rows there are to show now */
  tokens: z.number().int(),
  /** where the rows come from that this load has not read again yet */
  source: z.enum(['none', 'snapshot', 'live']),
  /** our clock at the last time everything shown was read; null: never. The age to show. */
  readAt: Instant.nullable(),
  gaps: z.array(InventoryGap),
  problem: Problem.nullable(),
  /** grows with each change of the rows; when it differs from what the page has applied, it asks `rows` */
  revision: z.number().int(),
  /** platform's clock minus ours, ms: statuses and findings are judged by the platform's time */
  clockSkewMs: z.number().int(),
  /** our clock when the platform's own record of revoked tokens was last read; null: it keeps none, or not read yet (T-14) */
  recordsReadAt: Instant.nullable(),
  /** why that record could not be read whole the last time */
  recordsProblem: Problem.nullable(),
  /** how many tokens each rule finds (T-15), judged at `judgedAt` by the platform's time; null: not judged yet */
  findings: z
    .object({ judgedAt: Instant, counts: z.record(z.enum(FINDING_IDS), z.number().int()) })
    .nullable(),
})
export type InventoryStatus = z.infer<typeof InventoryStatus>

/** Numbers stand for owners and tokens: short on the wire, an index in the page, stable until a `reset`. */
const RowNumber = z.number().int().min(0)

export const InventoryOwner = z.object({
  owner: RowNumber,
  id: z.string(),
  name: z.string(),
  email: z.string(),
  /** "Active", or a status of the platform's own */
  accountStatus: z.string(),
  accountLockAfter: Instant.nullable(),
  serviceAccount: z.boolean(),
  /** without that right a token of theirs opens nothing; null: the platform did not tell */
  canUseTokens: z.boolean().nullable(),
})
export type InventoryOwner = z.infer<typeof InventoryOwner>

export const InventoryToken = Token.extend({ row: RowNumber, owner: RowNumber })
export type InventoryToken = z.infer<typeof InventoryToken>

/** One piece of what changed. Owners come before the first of their tokens. */
export interface InventoryDelta {
  /** drop the copy before applying this piece */
  readonly reset: boolean
  readonly owners: readonly InventoryOwner[]
  readonly tokens: readonly InventoryToken[]
  /** `row` of tokens that are gone */
  readonly removed: readonly number[]
  /** for the next call */
  readonly cursor: string
  /** another call brings more at once */
  readonly more: boolean
  /** the copy is at this revision when `more` is false */
  readonly revision: number
}

/** A token that its platform does not list any more, as the console remembers it or the platform records it (T-14). */
export const Tombstone = Token.extend({
  owner: z.object({ id: z.string(), name: z.string(), email: z.string() }),
  /**
   * revoked: from this console, and seen gone · vanished: gone between two reads, not revoked from here · unsettled: revoked
   * from here, but no list has shown yet what became of it · elsewhere: revoked, as the platform's record says, not from here
   */
  fate: z.enum(['revoked', 'vanished', 'unsettled', 'elsewhere']),
  /** who knows of it: this console's memory, the platform's own record, or both */
  knownFrom: z.enum(['console', 'platform', 'both']),
  /** our clock when it was seen gone; while unsettled, when it was revoked; elsewhere: when, by the platform's record */
  goneAt: Instant,
  /** vanished: when it was listed last; it went between then and `goneAt` */
  lastListedAt: Instant.nullable(),
  /** who revoked it: from here their email, elsewhere as the platform names them */
  by: z.string().nullable(),
  reason: z.string().nullable(),
})
export type Tombstone = z.infer<typeof Tombstone>

/** What was read at one time, kept by the console. */
export const InventorySnapshot = z.object({
  id: z.number().int(),
  /** our clock */
  takenAt: Instant,
  tokens: z.number().int(),
  scope: InventoryScope,
  /** false: some users could not be read, and what was known of them before was kept */
  complete: z.boolean(),
})
export type InventorySnapshot = z.infer<typeof InventorySnapshot>

export const DiffToken = Token.extend({
  owner: z.object({ id: z.string(), name: z.string(), email: z.string() }),
  /** vanished ones: what the console knows of it, as in `Tombstone` */
  fate: Tombstone.shape.fate.nullable(),
})
export type DiffToken = z.infer<typeof DiffToken>

const DiffPart = z.object({ total: z.number().int(), first: z.array(DiffToken) })

/** What changed between two reads. Each part tells its total and lists at most 500. */
export const InventoryDiff = z.object({
  from: Instant,
  to: Instant,
  /** false: another user or scope read the other one, so what appeared or vanished may only have come into or out of sight */
  comparable: z.boolean(),
  appeared: DiffPart,
  vanished: DiffPart,
  /** in both, and used since */
  used: DiffPart,
  /** in both, and ended since, by the platform's clock */
  expired: DiffPart,
})
export type InventoryDiff = z.infer<typeof InventoryDiff>

const SnapshotId = z.number().int().min(1)

/** Rows that one export names. */
export const EXPORT_ROWS_MAX = 250_000

const OfConnection = z.object({ connectionId: ConnectionId })
const Cursor = z.string().max(64).nullable()

export const inventory = {
  /** State at once and at each change. Restores the last snapshot; asks the platform nothing: `refresh` does. */
  watch: procedure.input(OfConnection).output(eventIterator(InventoryStatus)),

  /**
   * What changed since `cursor` (null: everything), at most some hundred kilobytes a call, as JSON. It was checked where the
   * platform's answer came in; looking at each field again on its way would take longer than all the rest.
   */
  rows: procedure.input(OfConnection.extend({ cursor: Cursor })).output(type<JsonText<InventoryDelta>>()),

  /**
   * Reads everything again in the background; returns when it has begun. While one runs it does nothing.
   * A page that opens calls it when `readAt` is older than some minutes.
   */
  refresh: procedure.input(OfConnection).output(z.void()),

  /** Reads the gaps again, and nothing else. */
  retryFailed: procedure.input(OfConnection).output(z.void()),

  cancel: procedure.input(OfConnection).output(z.void()),

  /**
   * Tokens that are gone, newest first: those of the console's memory and, since `recordsReadAt`, those of the platform's
   * record, each once. Asks the console, not the platform.
   */
  tombstones: procedure
    .input(OfConnection.extend({ after: Cursor, first: z.number().int().min(1).max(500) }))
    .output(
      z.object({
        tombstones: z.array(Tombstone),
        nextCursor: z.string().nullable(),
        total: z.number().int(),
      }),
    ),

  /** The newest first. One is taken at the end of each load; what is denser than ten minutes is thinned out. */
  snapshots: procedure.input(OfConnection).output(z.array(InventorySnapshot)),

  /** @param to null: what is shown now. Fails with `snapshot-gone` when one of them is not kept any more. */
  diff: procedure
    .input(OfConnection.extend({ from: SnapshotId, to: SnapshotId.nullable() }))
    .output(InventoryDiff),

  /**
   * The text of a file, in pieces to be put together in order (T-18): never a token's value. `rows` in the page's order, as
   * the copy at `cursor` numbers them; null: all. Fails with `bad-input` when the numbers are of an earlier copy.
   */
  export: procedure
    .input(
      OfConnection.extend({
        format: z.enum(['csv', 'json']),
        cursor: Cursor,
        rows: z.array(RowNumber).max(EXPORT_ROWS_MAX).nullable(),
      }),
    )
    .output(eventIterator(z.string())),
}
