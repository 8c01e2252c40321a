import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import {
  AUDIT_STANDINGS,
  BULK_MAX,
  INCIDENT_KINDS,
  INCIDENT_PHASES,
  STEP_KINDS,
  STEP_STATES,
} from '#shared/domain/incident.ts'
import { REASON_MAX } from '#shared/domain/token.ts'
import { ConnectionId, Instant } from './connections.ts'
import { Problem, procedure } from './problem.ts'
import { Token, UserAccess } from './tokens.ts'

/**
 * Bulk revocation (T-10), lost device (T-11) and their proof (T-12). An incident is a plan of steps that the core carries out,
 * survives its own death with, and proves; the page starts it, follows it and may stop it.
 */

const Id = z.string().min(1).max(256)
const IncidentId = z.string().min(1).max(64)
const Reason = z.string().trim().max(REASON_MAX)

const Targets = z
  .array(z.object({ userId: Id, tokenIds: z.array(Id).min(1).max(BULK_MAX) }))
  .min(1)
  .max(BULK_MAX)

/** Who it concerns, as known when it was planned. */
const Owner = z.object({ id: Id, name: z.string(), email: z.string() })

const Connector = z.object({ id: z.string(), name: z.string(), active: z.boolean().nullable() })

/** A token before it is revoked; `own`: this connection may be using it, so it goes last. */
const PlannedToken = Token.extend({ own: z.boolean() })

export const HoldingsOfOwner = z.object({
  user: UserAccess.shape.user,
  tokens: z.array(PlannedToken),
  /** ids that were chosen and are not listed any more */
  missing: z.array(Id),
  /** null: cannot be known, see `unknowns` */
  sessions: z.number().int().nullable(),
  /** connectors that act as this user and stop with the account, or with the token they use; null: cannot be known */
  connectors: z.array(Connector).nullable(),
})
export type HoldingsOfOwner = z.infer<typeof HoldingsOfOwner>

/** What dies with it (T-13), read just now. */
export const Preview = z.object({
  owners: z.array(HoldingsOfOwner),
  /** chosen users that the platform does not list any more */
  missingUsers: z.array(Id),
  /** the account of this connection may change these users' access at all */
  mayAct: z.boolean(),
  /** what the platform does not tell this account, and why */
  unknowns: z.array(z.object({ what: z.enum(['sessions', 'connectors']), problem: Problem })),
  /** the status that locks an account here; null: the platform names none */
  lockStatus: z.string().nullable(),
  readAt: Instant,
  clockSkewMs: z.number().int(),
})
export type Preview = z.infer<typeof Preview>

export const IncidentStep = z.object({
  /** its place in the plan, from 0 */
  position: z.number().int(),
  kind: z.enum(STEP_KINDS),
  owner: Owner,
  /** of a token step */
  token: PlannedToken.nullable(),
  /** of the sessions step: how many there were */
  sessions: z.number().int().nullable(),
  state: z.enum(STEP_STATES),
  /** requests that may have reached the platform */
  attempts: z.number().int(),
  /** why it failed, or what the answer was when it was lost */
  problem: Problem.nullable(),
  acknowledgedAt: Instant.nullable(),
  goneAt: Instant.nullable(),
  goneAgainAt: Instant.nullable(),
  rescannedAt: Instant.nullable(),
  backAt: Instant.nullable(),
  audit: z.object({ at: Instant, by: z.enum(['id', 'name']), entry: z.string() }).nullable(),
  probe: z.object({ at: Instant, refused: z.boolean() }).nullable(),
})
export type IncidentStep = z.infer<typeof IncidentStep>

const Counts = z.object({
  total: z.number().int(),
  done: z.number().int(),
  failed: z.number().int(),
  /** the platform may have done them: they are looked up before anything is repeated */
  open: z.number().int(),
  /** of the open ones, those that the platform said were done and no list has shown yet */
  acknowledged: z.number().int(),
})

export const Incident = z.object({
  id: IncidentId,
  kind: z.enum(INCIDENT_KINDS),
  connectionId: ConnectionId,
  connectionName: z.string(),
  url: z.string(),
  /** on the embedded platform nothing real is at stake */
  rehearsal: z.boolean(),
  /** who the connection's token was */
  actor: z.string(),
  /** of a lost device */
  subject: Owner.nullable(),
  owners: z.number().int(),
  reason: z.string(),
  phase: z.enum(INCIDENT_PHASES),
  problem: Problem.nullable(),
  /** the next attempt of a waiting incident */
  nextAt: Instant.nullable(),
  startedAt: Instant,
  /** when every step was settled */
  endedAt: Instant.nullable(),
  steps: Counts,
  tokens: Counts,
  proof: z.object({
    secondLookAt: Instant.nullable(),
    secondLookDone: z.boolean(),
    audit: z.enum(AUDIT_STANDINGS),
    rescanAt: Instant.nullable(),
    rescanDone: z.boolean(),
    /** why the last look could not be taken */
    problem: Problem.nullable(),
  }),
  /** tokens of the subject that nobody planned and that appeared since: a thief may have made them */
  appeared: z.array(Token),
  /** sessions of the subject that began after the old ones were ended, at the last look */
  newSessions: z.number().int(),
})
export type Incident = z.infer<typeof Incident>

/** The whole at first, then what changed. */
export const IncidentDelta = z.object({ incident: Incident, steps: z.array(IncidentStep) })
export type IncidentDelta = z.infer<typeof IncidentDelta>

const File = z.object({ name: z.string(), mediaType: z.string(), text: z.string() })

const OfIncident = z.object({ id: IncidentId })

export const incidents = {
  /** What the targets hold now and what would stop; `tokenIds` that are not listed come back as missing. */
  preview: procedure.input(z.object({ connectionId: ConnectionId, targets: Targets })).output(Preview),

  /** Everything one user holds, for a lost device. */
  previewUser: procedure.input(z.object({ connectionId: ConnectionId, userId: Id })).output(Preview),

  /** Records the plan, then begins; returns at once. */
  revoke: procedure
    .input(z.object({ connectionId: ConnectionId, targets: Targets, reason: Reason }))
    .output(Incident),

  /** Lost device: at least one of the three. */
  contain: procedure
    .input(
      z
        .object({
          connectionId: ConnectionId,
          userId: Id,
          sessions: z.boolean(),
          lock: z.boolean(),
          tokens: z.boolean(),
          reason: Reason,
        })
        .refine(({ sessions, lock, tokens }) => sessions || lock || tokens, 'nothing to do'),
    )
    .output(Incident),

  /** The newest incidents of all connections, at once and after each change. */
  watch: procedure.output(eventIterator(z.array(Incident))),
  follow: procedure.input(OfIncident).output(eventIterator(IncidentDelta)),

  /** Nothing more is sent; what was sent is still looked up. */
  stop: procedure.input(OfIncident).output(Incident),
  /** Goes on with what is left: after a stop, a pause or an interruption. */
  resume: procedure.input(OfIncident).output(Incident),
  /** Tries the failed steps again, with those that appeared meanwhile when `appeared` says so. */
  retry: procedure.input(OfIncident.extend({ appeared: z.boolean() })).output(Incident),
  /** Looks at everything once more now instead of when it is due. */
  rescan: procedure.input(OfIncident).output(Incident),

  /** Presents a token that is in hand to the platform, which must refuse it. It is used once and kept nowhere. */
  probe: procedure
    .input(OfIncident.extend({ token: z.string().trim().min(1).max(4_096) }))
    .output(z.object({ refused: z.boolean(), position: z.number().int().nullable() })),

  /** The signed report (T-12). */
  report: procedure.input(OfIncident.extend({ format: z.enum(['json', 'html']) })).output(File),
  /** Result of each step as a table (T-10). */
  results: procedure.input(OfIncident.extend({ format: z.enum(['csv', 'json']) })).output(File),
  /** The public half of the key that signs reports: whoever verifies one must have it from elsewhere than the report. */
  reportKey: procedure.output(File.extend({ fingerprint: z.string() })),
}
