import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { COMPOSER_LIMITS, ORCHESTRATORS } from '#shared/domain/composer.ts'
import { ConnectionId, Instant } from './connections.ts'
import { Problem, procedure } from './problem.ts'

const { text, address, pem, secret } = COMPOSER_LIMITS
const Text = z.string().trim().min(1).max(text)
const TextOrNull = Text.nullable()
const Address = z.string().trim().min(1).max(address)

/** How the console runs a composer of its own (C-04); everything but secrets, which are named apart. */
export const ComposerSettings = z.object({
  enabled: z.boolean(),
  /** whose connectors are run */
  connectionId: ConnectionId,
  /** one a platform; the platform remembers it */
  managerId: Text,
  managerName: Text,
  orchestrator: z.enum(ORCHESTRATORS),
  /** address of the Docker Engine, for Docker and Swarm; null: the one that is found here */
  dockerHost: Address.nullable(),
  /** of Docker and Portainer; null: the engine's default network */
  networkMode: TextOrNull,
  /** of Swarm */
  network: TextOrNull,
  portainer: z.object({
    url: Address.nullable(),
    environmentId: TextOrNull,
    caPem: z.string().max(pem).nullable(),
  }),
  kubernetes: z.object({ context: TextOrNull, namespace: TextOrNull }),
  /** where images come from, and who logs in there; null: as the images say */
  registry: z.object({ server: TextOrNull, username: TextOrNull }),
  /** the platform's address as connectors reach it; null: the connection's */
  connectorUrl: Address.nullable(),
  executeSeconds: z.number().int().min(1).max(3_600),
  logsSeconds: z.number().int().min(1).max(3_600),
  /** a connector that restarted so often in a loop is stopped; 0 = never */
  crashLoopRestarts: z.number().int().min(0).max(1_000),
})
export type ComposerSettings = z.infer<typeof ComposerSettings>

/** `session`: in memory until the console ends, because no keychain takes it */
const SecretPlace = z.enum(['keychain', 'session', 'none'])

/** Typed by a person; crosses once from the page. `undefined` leaves what is kept, null forgets it. */
const TypedSecret = z.string().trim().min(1).max(secret).nullable().optional()

export const ComposerRun = z.discriminatedUnion('state', [
  z.object({ state: z.literal('off') }),
  /** its connection is not there, or not let in */
  z.object({ state: z.literal('waiting'), problem: Problem }),
  z.object({ state: z.literal('starting'), since: Instant }),
  z.object({
    state: z.literal('ready'),
    since: Instant,
    /** when it was last heard, while it does not answer; null: it does */
    silentSince: Instant.nullable(),
    keyBits: z.number().int(),
    keyFingerprint: z.string(),
    warnings: z.array(z.string()),
  }),
  z.object({ state: z.literal('stopping'), since: Instant }),
  z.object({ state: z.literal('restarting'), since: Instant, nextAt: Instant }),
  z.object({ state: z.literal('failed'), since: Instant }),
])
export type ComposerRun = z.infer<typeof ComposerRun>

/** How the loop stands; null until the first report of a run. */
const Progress = z.object({
  registered: z.boolean(),
  registrationProblem: z.string().nullable(),
  lastContactAt: Instant.nullable(),
  cycles: z.number().int(),
  failedCycles: z.number().int(),
  lastHealthyCycleAt: Instant.nullable(),
  cycleProblem: z.string().nullable(),
  wanted: z.number().int(),
  stepsUnderWay: z.number().int(),
  waitingForRetry: z.number().int(),
  removalsHeld: z.number().int(),
})

/** A Docker Engine of this machine. `denied`: there, but not for this user. */
export const DockerPlace = z.object({ host: z.string(), state: z.enum(['ready', 'denied', 'silent']) })
export type DockerPlace = z.infer<typeof DockerPlace>

export const ComposerView = z.object({
  settings: ComposerSettings,
  secrets: z.object({ token: SecretPlace, portainerKey: SecretPlace, registryPassword: SecretPlace }),
  run: ComposerRun,
  progress: Progress.nullable(),
  /** what it wrote last, redacted */
  lastLines: z.array(z.string()),
  docker: z.array(DockerPlace),
})
export type ComposerView = z.infer<typeof ComposerView>

export const composer = {
  watch: procedure.output(eventIterator(ComposerView)),
  /** Keeps settings and secrets after a ledger record, then starts, restarts or ends the composer. */
  save: procedure
    .input(
      z.object({
        settings: ComposerSettings,
        secrets: z.object({
          /** of an account of its own on the platform; without one the connection's token is used */
          token: TypedSecret,
          portainerKey: TypedSecret,
          registryPassword: TypedSecret,
        }),
      }),
    )
    .output(ComposerView),
  restart: procedure.output(z.void()),
  /** The removals that the guard holds are meant. */
  confirmRemovals: procedure.output(z.void()),
  /** Looks for Docker Engines again. */
  lookForDocker: procedure.output(z.void()),
}
