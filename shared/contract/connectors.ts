import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { ConnectionId, Instant } from './connections.ts'
import { Problem, procedure } from './problem.ts'

const Id = z.string().min(1).max(256)
const Health = z.object({
  restarts: z.number().int(),
  startedAt: Instant.nullable(),
  inLoop: z.boolean(),
  at: Instant.nullable(),
  exitCode: z.number().int().nullable(),
})

/** What OpenAEV calls its connectors. */
export const OpenAevKind = z.enum(['collector', 'injector', 'executor'])

/** A connector as `standingOf` judges it (shared/domain/connector.ts); all times by our clock. */
export const Connector = z.object({
  id: Id,
  name: z.string(),
  type: z.string(),
  owner: z.object({ id: Id, name: z.string() }).nullable(),
  managed: z.boolean(),
  builtIn: z.boolean(),
  requested: z.enum(['starting', 'stopping']).nullable(),
  reported: z.enum(['started', 'stopped']).nullable(),
  image: z.string().nullable(),
  /** of the configuration; changes with it, tells nothing else */
  hash: z.string().nullable(),
  dated: z.boolean(),
  health: Health.nullable(),
  observed: z
    .object({
      state: z.enum(['running', 'restarting', 'pending', 'stopped', 'absent']),
      reason: z.string().nullable(),
      seenAt: Instant,
      health: Health.nullable(),
      givenUp: z.boolean(),
      notice: z.string().nullable(),
    })
    .nullable(),
  requestedAt: Instant.nullable(),
  loopedAt: Instant.nullable(),
  active: z.boolean(),
  lastSeenAt: Instant.nullable(),
})
export type Connector = z.infer<typeof Connector>

export const ConnectorManager = z.object({
  id: Id,
  name: z.string(),
  version: z.string().nullable(),
  lastPingAt: Instant.nullable(),
  /** pinged within five minutes, as the platform says */
  active: z.boolean(),
  /** null: what is registered is no key that can be read */
  key: z.object({ bits: z.number().int(), fingerprint: z.string() }).nullable(),
})
export type ConnectorManager = z.infer<typeof ConnectorManager>

/** A token of a connector's owner: still listed, or seen to be gone (C-07). */
export const OwnerToken = z.object({
  id: Id,
  name: z.string(),
  lastFour: z.string(),
  createdAt: Instant.nullable(),
  expiresAt: Instant.nullable(),
  lastUsedAt: Instant.nullable(),
  /** null: it is listed. `revoked`: the platform says when; `gone`: it vanished from the list between the two moments */
  ended: z
    .discriminatedUnion('how', [
      z.object({ how: z.literal('revoked'), at: Instant }),
      z.object({ how: z.literal('gone'), after: Instant, at: Instant }),
    ])
    .nullable(),
})
export type OwnerToken = z.infer<typeof OwnerToken>

export const Owner = z.object({
  id: Id,
  accountStatus: z.string(),
  lockedAfter: Instant.nullable(),
  tokens: z.array(OwnerToken),
  readAt: Instant,
})
export type Owner = z.infer<typeof Owner>

/**
 * How a connection's connectors stand. The first value of a stream is everything, each further one what changed since the
 * one before, however many changes there were in between.
 */
export const ConnectorsDelta = z.object({
  /** true: `changed` is everything there is */
  whole: z.boolean(),
  changed: z.array(Connector),
  gone: z.array(Id),
  phase: z.enum(['reading', 'ready', 'failed']),
  /** why the last reading failed; what is shown stays, and ages */
  problem: Problem.nullable(),
  readAt: Instant.nullable(),
  /** kinds that this token may not see, or that this OpenAEV does not have; empty on OpenCTI */
  unseen: z.array(OpenAevKind),
  /** connectors that were answered in a form that cannot be read */
  unreadable: z.number().int(),
  /** false: this platform knows no managed connectors; null: not known yet */
  knowsManaged: z.boolean().nullable(),
  /** null: this platform does not tell them, or `managersProblem` */
  managers: z.array(ConnectorManager).nullable(),
  managersProblem: Problem.nullable(),
  /** all that OpenAEV tells of its composer: registered, and heard of within two hours; null: not told */
  composerReachable: z.boolean().nullable(),
  /** those that connectors act as, as far as they could be read; null: this token may not see them; absent: as before */
  owners: z.array(Owner).nullable().optional(),
  /** platform's clock minus ours, ms */
  clockSkewMs: z.number().int(),
  /** a composer in the app serves this connection */
  composerHere: z.boolean(),
})
export type ConnectorsDelta = z.infer<typeof ConnectorsDelta>

/** What happened to a connector, as the console saw it: between `after` and `at`. Newest last. */
export const ConnectorEvent = z.object({
  id: z.number().int(),
  at: Instant,
  /** the last reading before; null: the first that the console saw of it */
  after: Instant.nullable(),
  what: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('first-seen') }),
    z.object({ kind: z.literal('gone') }),
    z.object({
      kind: z.literal('requested'),
      from: z.string().nullable(),
      to: z.string().nullable(),
    }),
    z.object({ kind: z.literal('reported'), from: z.string().nullable(), to: z.string().nullable() }),
    z.object({ kind: z.literal('image'), from: z.string().nullable(), to: z.string().nullable() }),
    z.object({ kind: z.literal('configuration') }),
    z.object({ kind: z.literal('restarts'), from: z.number().int(), to: z.number().int() }),
    z.object({ kind: z.literal('loop'), on: z.boolean() }),
    /** health stopped or began to be reported */
    z.object({ kind: z.literal('health'), on: z.boolean() }),
  ]),
})
export type ConnectorEvent = z.infer<typeof ConnectorEvent>

/** A line of a connector's log: without terminal escapes, steering characters and what looks like a secret. */
export const LogLine = z.object({
  /** grows by one a line */
  id: z.number().int(),
  /** when it was written, as far as it says; else when the console first saw it */
  at: Instant,
  /** it says itself when it was written */
  dated: z.boolean(),
  /** start of the run that it was seen in; null: not known */
  run: Instant.nullable(),
  text: z.string(),
  /** lines may be missing before this one */
  gap: z.boolean(),
})
export type LogLine = z.infer<typeof LogLine>

export const LogDelta = z.object({
  /** true: `lines` is everything that is kept */
  whole: z.boolean(),
  lines: z.array(LogLine),
  readAt: Instant.nullable(),
  problem: Problem.nullable(),
})
export type LogDelta = z.infer<typeof LogDelta>

const OfConnector = z.object({ connectionId: ConnectionId, connectorId: Id })

export const connectors = {
  watch: procedure.input(z.object({ connectionId: ConnectionId })).output(eventIterator(ConnectorsDelta)),
  /** Reads the platform now. */
  refresh: procedure.input(z.object({ connectionId: ConnectionId })).output(z.void()),
  timeline: procedure.input(OfConnector).output(eventIterator(z.array(ConnectorEvent))),
  logs: procedure.input(OfConnector).output(eventIterator(LogDelta)),
  /** Says what is wanted, after a ledger record, and reads back whether the platform took it. */
  start: procedure.input(OfConnector).output(z.void()),
  stop: procedure.input(OfConnector).output(z.void()),
}
