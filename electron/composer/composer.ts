import type { Clock } from '#base/clock.ts'
import type { ComposerConfig, PlatformConfig } from './config/load.ts'
import { type Engine, type EngineStatus, startEngine } from './engine/engine.ts'
import type { Emit } from './engine/events.ts'
import { createOrchestrator } from './orchestrators/create.ts'
import { httpClient } from './platforms/http.ts'
import { openAevPlatform } from './platforms/openaev.ts'
import { openCtiPlatform } from './platforms/opencti.ts'
import type { Platform } from './platforms/platform.ts'
import { specifier } from './specification.ts'

/** The platform forgets health after 300 s; nobody who looks at it should see any that is older than 35 s (PERF-4). */
const HEALTH_MS = 25_000

export interface ComposerPorts {
  readonly clock: Clock
  /** [0, 1) */
  readonly random: () => number
  readonly env: Readonly<Record<string, string | undefined>>
  readonly emit: Emit
}

export interface Composer {
  readonly engines: readonly Engine[]
  status(): readonly EngineStatus[]
  /** False when a step did not end within the grace. */
  stop(): Promise<boolean>
}

/** Starts an engine for each enabled platform. @throws Error with the setting at fault */
export async function startComposer(config: ComposerConfig, ports: ComposerPorts): Promise<Composer> {
  const { manager } = config
  const orchestrators = await Promise.all(
    config.platforms.map((platform) => createOrchestrator(config, platform)),
  )
  const engines = config.platforms.map((platform, index) =>
    startEngine({
      platform: platformClient(config, platform, ports.env),
      orchestrator: orchestrators[index] as (typeof orchestrators)[number],
      identity: { id: manager.id, name: manager.name, key: config.key },
      clock: ports.clock,
      random: ports.random,
      emit: ports.emit,
      concurrency: manager.concurrency,
      crashLoopRestarts: manager.crash_loop_restarts,
      specOf: specifier(config, platform, ports.env),
      schedule: {
        executeMs: manager.execute_schedule * 1000,
        pingMs: manager.ping_alive_schedule * 1000,
        logsMs: platform.settings.logs_schedule * 1000,
        healthMs: HEALTH_MS,
        pullDeadlineMs: manager.pull_deadline * 1000,
        graceMs: manager.shutdown_grace * 1000,
      },
    }),
  )
  return {
    engines,
    status: () => engines.map((engine) => engine.status()),
    async stop() {
      const ended = await Promise.all(engines.map((engine) => engine.stop()))
      return ended.every(Boolean)
    },
  }
}

function platformClient(
  config: ComposerConfig,
  platform: PlatformConfig,
  env: ComposerPorts['env'],
): Platform {
  const http = httpClient(platform, platform.settings, env)
  return platform.kind === 'opencti'
    ? openCtiPlatform(http)
    : openAevPlatform(http, config.manager.id, platform.settings.tenant)
}
