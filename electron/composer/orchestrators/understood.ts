import { z } from 'zod'
import { type Orchestrator, OrchestratorError } from './orchestrator.ts'

const ODD = 'the engine answered in another form than expected'

/** What the engine's words became is of the types of `ActualConnector` and `Evidence`, on which everything else relies. */
const Connectors = z.array(
  z.object({
    ref: z.string(),
    name: z.string(),
    connectorId: z.string().nullable(),
    platform: z.string().nullable(),
    hash: z.string().nullable(),
    state: z.enum(['running', 'restarting', 'pending', 'stopped']),
    createdAt: z.number(),
    reason: z.string().nullable(),
  }),
)
const EvidenceOfRun = z.object({
  restartCount: z.number(),
  startedAt: z.number().nullable(),
  exitCode: z.number().nullable(),
  looping: z.boolean(),
})

/**
 * The same orchestrator, where an answer that cannot be read is told as what it is. What stands between us and an engine
 * (a proxy's page, another product on the port) answers anything; its form is checked here, in what it became, and not value by
 * value where it is read.
 */
export function understood(orchestrator: Orchestrator): Orchestrator {
  const told =
    <Words extends unknown[], Result>(call: (...words: Words) => Promise<Result>) =>
    async (...words: Words): Promise<Result> => {
      try {
        return await call(...words)
      } catch (error) {
        if (error instanceof TypeError || error instanceof RangeError) throw new OrchestratorError(ODD, null)
        throw error
      }
    }
  const sound =
    <Words extends unknown[], Result>(call: (...words: Words) => Promise<Result>, schema: z.ZodType) =>
    async (...words: Words): Promise<Result> => {
      const result = await call(...words)
      if (!schema.safeParse(result).success) throw new OrchestratorError(ODD, null)
      return result
    }
  const { kind, list, prepare, deploy, replace, start, stop, remove, rename, evidence, logs } = orchestrator
  return {
    kind,
    list: told(sound(list, Connectors)),
    prepare: told(prepare),
    deploy: told(deploy),
    replace: told(replace),
    start: told(start),
    stop: told(stop),
    remove: told(remove),
    ...(rename ? { rename: told(rename) } : {}),
    evidence: told(sound(evidence, EvidenceOfRun)),
    logs: told(logs),
  }
}
