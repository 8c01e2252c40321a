import type { Clock } from '#base/clock.ts'
import { type FromComposer, type StartComposer, ToComposer } from '#base/composer-channel.ts'
import { createLogger, type LogSink } from '#base/logger.ts'
import type { ParentChannel } from '#base/parent-channel.ts'
import { type Composer, startComposer } from './composer.ts'
import { configOf } from './config/load.ts'
import { withBuiltIn } from './config/sources.ts'
import { messageOf } from './engine/events.ts'
import { reporter } from './reporter.ts'
import { eventLog } from './status/event-log.ts'
import { prettySink } from './status/log-sink.ts'

const HEARD_WITHIN_MS = 1_000

export interface ChildSurroundings {
  readonly channel: ParentChannel
  readonly out: LogSink
  readonly clock: Clock
  /** [0, 1) */
  readonly random: () => number
  /** of this process alone; `DOCKER_HOST` is written into it */
  readonly env: NodeJS.ProcessEnv
  readonly exit: (code: number) => void
}

/**
 * The composer as a child of the console: waits for `start`, answers `ready` or `failed`, then reports. It ends with `stop`,
 * with a signal or when the parent is gone, and lets what is under way end first. Connectors go on running.
 */
export function runAsChild({ channel, out, clock, random, env, exit }: ChildSurroundings): {
  /** Asked to end, in whatever way; safe to repeat. */
  end(): void
} {
  const logger = createLogger('composer', prettySink(out))
  const toLog = eventLog(logger)
  const post = (message: FromComposer): void => channel.post(message)
  let composer: Composer | null = null
  let begun = false
  let failed = false
  let ending = false
  const reports = reporter(() => composer?.engines[0] ?? null, clock, post)

  const fail = (code: 'bad-config' | 'internal', message: string): void => {
    failed = true
    post({ type: 'failed', code, message })
    // The console ends us when it has heard; without it we end by ourselves.
    clock.after(HEARD_WITHIN_MS, end)
  }

  const start = async ({ settings, dockerHost }: StartComposer): Promise<void> => {
    // The transport to Docker reads it from the environment itself.
    if (dockerHost !== null) env.DOCKER_HOST = dockerHost
    const { config, problems } = configOf(withBuiltIn(settings), [])
    const sentences = problems.map(({ where, what }) => `${where} ${what}`)
    if (!config) return fail('bad-config', sentences.join('; '))
    try {
      composer = await startComposer(config, {
        clock,
        random,
        env,
        emit(event) {
          toLog(event)
          reports.touch()
        },
      })
    } catch (error) {
      return fail('internal', messageOf(error))
    }
    const { bits, fingerprint } = config.key
    post({ type: 'ready', keyBits: bits, keyFingerprint: fingerprint, warnings: sentences })
    reports.touch()
  }

  const end = (): void => {
    if (ending) return
    ending = true
    reports.stop()
    const stopped = composer?.stop() ?? Promise.resolve(true)
    stopped.then(
      (inTime) => exit(inTime && !failed ? 0 : 1),
      () => exit(1),
    )
  }

  channel.listen((raw) => {
    const message = ToComposer.safeParse(raw)
    if (!message.success) logger.warn('unknown message from the console')
    else if (message.data.type === 'stop') end()
    else if (message.data.type === 'confirm-removals') {
      for (const engine of composer?.engines ?? []) engine.confirmRemovals()
    } else if (!begun) {
      begun = true
      void start(message.data)
    }
  })
  channel.onOrphaned(end)
  return { end }
}
