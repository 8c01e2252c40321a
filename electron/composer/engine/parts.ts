import type { Clock } from '#base/clock.ts'
import type { Orchestrator } from '../orchestrators/orchestrator.ts'
import type { ManagerIdentity, Platform } from '../platforms/platform.ts'
import type { Emit } from './events.ts'
import type { ConnectorSpec, DesiredConnector } from './model.ts'

export interface EngineSchedule {
  readonly executeMs: number
  readonly pingMs: number
  readonly logsMs: number
  readonly healthMs: number
  readonly pullDeadlineMs: number
  /** how long a stop waits for steps under way */
  readonly graceMs: number
}

/** What one platform's engine is made of. */
export interface EngineParts {
  readonly platform: Platform
  readonly orchestrator: Orchestrator
  readonly identity: ManagerIdentity
  readonly clock: Clock
  /** [0, 1) */
  readonly random: () => number
  readonly schedule: EngineSchedule
  /** steps at the same time; pulls have as many places of their own */
  readonly concurrency: number
  /** a connector in a reboot loop is stopped after so many restarts; 0 = never */
  readonly crashLoopRestarts: number
  /**
   * The specification of a connector under a container name.
   * @throws RefusedConfiguration when its secrets cannot be opened
   */
  readonly specOf: (connector: DesiredConnector, name: string) => ConnectorSpec
  readonly emit: Emit
}
