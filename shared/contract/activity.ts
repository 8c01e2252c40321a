import { z } from 'zod'
import { ACTIVITY_KINDS, type ActivityKind } from '#shared/domain/ledger.ts'
import { ConnectionId, Instant } from './connections.ts'
import { procedure } from './problem.ts'

/** A search is words, all of which must be there. */
const Search = z.string().max(256)
const Kind = z.enum(ACTIVITY_KINDS as [ActivityKind, ...ActivityKind[]])
const PersonId = z.string().min(1).max(256)
const PageSize = z.number().int().min(1).max(200)

/** `name` is what they are known by: an e-mail address or a name. */
export const Person = z.object({ id: z.string().nullable(), name: z.string() })
export type Person = z.infer<typeof Person>

/**
 * An action of the console with what became of it (L-01). unknown: no answer came, or the console ended meanwhile ·
 * running: it is being done now
 */
export const ConsoleEntry = z.object({
  source: z.literal('console'),
  /** number of the record that announced it; 1, 2, 3 … over the whole ledger */
  place: z.number().int(),
  /** null when the record can be read no more */
  at: Instant.nullable(),
  /** null when the record can be read no more */
  action: z.string().nullable(),
  /** who the connection's token was */
  actor: Person.nullable(),
  /** whom it was done to */
  subject: Person.nullable(),
  /** name of the token or connection, end of the session */
  object: z.string().nullable(),
  /** last four characters of the token's value */
  lastFour: z.string().nullable(),
  /** the platform's address */
  url: z.string().nullable(),
  result: z.enum(['done', 'failed', 'unknown', 'running']),
  /** code of the problem that it failed with */
  problem: z.string().nullable(),
  endedAt: Instant.nullable(),
  /** the console ended before the outcome was known */
  interrupted: z.boolean(),
  /** the records as they were written, the one that announced it first; JSON */
  records: z.array(z.string()),
})
export type ConsoleEntry = z.infer<typeof ConsoleEntry>

/** A record of the platform's own audit (L-03). */
export const PlatformEntry = z.object({
  source: z.literal('platform'),
  id: z.string(),
  /** by the platform's clock */
  at: Instant,
  actor: Person.nullable(),
  subject: Person.nullable(),
  /** in the platform's words, to be read after the actor's name */
  message: z.string(),
  /** mutation, authentication, … */
  type: z.string(),
  /** create, update, login, … */
  scope: z.string(),
  succeeded: z.boolean(),
  /** where the request came from, as far as the platform says */
  ip: z.string().nullable(),
  userAgent: z.string().nullable(),
})
export type PlatformEntry = z.infer<typeof PlatformEntry>

/**
 * Whether the ledger is what was written (L-02). `place` is the number of the first record that is not: changed · missing:
 * one or more before it are · cut: it and all after it are gone · unanchored: the head that is kept beside the keys was gone
 * there, so that nobody can tell whether something is missing before it.
 */
export const LedgerVerdict = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('whole'),
    records: z.number().int(),
    /** records whose key is damaged, or in a keychain that does not give it now; their order was checked, not their content */
    unchecked: z.number().int(),
    checkedAt: Instant,
  }),
  z.object({
    state: z.literal('broken'),
    place: z.number().int(),
    why: z.enum(['changed', 'missing', 'cut', 'unanchored']),
    checkedAt: Instant,
  }),
])
export type LedgerVerdict = z.infer<typeof LedgerVerdict>

export const activity = {
  /** What the console did, newest first; `before` is the place of the last entry that is known. */
  ledger: procedure
    .input(
      z.object({
        before: z.number().int().nullable(),
        first: PageSize,
        search: Search,
        kind: Kind.nullable(),
        personId: PersonId.nullable(),
      }),
    )
    .output(z.object({ entries: z.array(ConsoleEntry), more: z.boolean(), readAt: Instant })),

  /** What the platform recorded itself, newest first. Needs SETTINGS_SECURITYACTIVITY there. */
  platform: procedure
    .input(
      z.object({
        connectionId: ConnectionId,
        after: z.string().max(4_096).nullable(),
        first: PageSize,
        search: Search,
        kind: Kind.nullable(),
        personId: PersonId.nullable(),
      }),
    )
    .output(
      z.object({
        entries: z.array(PlatformEntry),
        nextCursor: z.string().nullable(),
        /** false: without the Enterprise Edition the platform records nothing, so an empty list says nothing */
        recording: z.boolean(),
        readAt: Instant,
        /** platform's clock minus ours, ms */
        clockSkewMs: z.number().int(),
      }),
    ),

  /** Walks the whole ledger; a break is an answer, not an error. */
  verify: procedure.output(LedgerVerdict),

  /** The whole ledger as a signed file (`npm run verify-ledger`), and the name it may have. */
  exportLedger: procedure.output(
    z.object({ fileName: z.string(), text: z.string(), records: z.number().int() }),
  ),

  /** The public key that verifies what this profile signed, to be handed over apart from the files. */
  publicKey: procedure.output(
    z.object({ fileName: z.string(), publicKey: z.string(), fingerprint: z.string() }),
  ),
}
