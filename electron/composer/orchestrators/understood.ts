import { type Orchestrator, OrchestratorError } from './orchestrator.ts'

const ODD = 'the engine answered in another form than expected'

/**
 * The same orchestrator, where an answer that cannot be read is told as what it is. What stands between us and an engine
 * (a proxy's page, another product on the port) answers anything, and its form is not checked value by value.
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
  const { kind, list, prepare, deploy, replace, start, stop, remove, rename, evidence, logs } = orchestrator
  return {
    kind,
    list: told(list),
    prepare: told(prepare),
    deploy: told(deploy),
    replace: told(replace),
    start: told(start),
    stop: told(stop),
    remove: told(remove),
    ...(rename ? { rename: told(rename) } : {}),
    evidence: told(evidence),
    logs: told(logs),
  }
}
