import { z } from 'zod'

/**
 * What the console and a composer that it runs say to each other over the private channel between parent and child.
 * Secrets travel here and nowhere else: not in arguments, not in the environment.
 */

/** Parent → child, once, first. */
export const StartComposer = z.object({
  type: z.literal('start'),
  /** the configuration as the tree that a file of it would be (docs/composer.md), secrets included */
  settings: z.record(z.string(), z.unknown()),
  /** `DOCKER_HOST` of this composer; null leaves what the environment says */
  dockerHost: z.string().nullable(),
})
export type StartComposer = z.infer<typeof StartComposer>

export const ToComposer = z.discriminatedUnion('type', [
  StartComposer,
  z.object({ type: z.literal('stop') }),
  /** a person says that the removals held are meant */
  z.object({ type: z.literal('confirm-removals') }),
])
export type ToComposer = z.infer<typeof ToComposer>

const Instant = z.number()

/** One connector at first hand. Times are ms since the epoch by this machine's clock. */
export const ObservedConnector = z.object({
  id: z.string(),
  state: z.enum(['running', 'restarting', 'pending', 'stopped', 'absent']),
  reason: z.string().nullable(),
  seenAt: Instant,
  health: z
    .object({
      restarts: z.number().int(),
      startedAt: Instant.nullable(),
      exitCode: z.number().int().nullable(),
      inLoop: z.boolean(),
      at: Instant,
    })
    .nullable(),
  givenUp: z.boolean(),
  notice: z.string().nullable(),
})
export type ObservedConnector = z.infer<typeof ObservedConnector>

/** How the loop of the one platform stands that a composer in the app serves. */
export const ComposerProgress = z.object({
  orchestrator: z.string(),
  registered: z.boolean(),
  /** why it is not registered, or the last ping failed */
  registrationProblem: z.string().nullable(),
  lastContactAt: Instant.nullable(),
  cycles: z.number().int(),
  failedCycles: z.number().int(),
  lastHealthyCycleAt: Instant.nullable(),
  cycleProblem: z.string().nullable(),
  wanted: z.number().int(),
  stepsUnderWay: z.number().int(),
  waitingForRetry: z.number().int(),
  /** ids of connectors whose removal waits to be sure */
  removalsHeld: z.array(z.string()),
})
export type ComposerProgress = z.infer<typeof ComposerProgress>

export const FromComposer = z.discriminatedUnion('type', [
  /** SHA-256 of the public key in its SPKI form, base64 */
  z.object({
    type: z.literal('ready'),
    keyBits: z.number().int(),
    keyFingerprint: z.string(),
    warnings: z.array(z.string()),
  }),
  z.object({ type: z.literal('failed'), code: z.enum(['bad-config', 'internal']), message: z.string() }),
  /** what changed since the last one; a fresh child begins with everything */
  z.object({
    type: z.literal('report'),
    progress: ComposerProgress,
    changed: z.array(ObservedConnector),
    gone: z.array(z.string()),
  }),
])
export type FromComposer = z.infer<typeof FromComposer>
