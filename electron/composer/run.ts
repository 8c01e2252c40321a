import { parseArgs } from 'node:util'
import { systemClock } from '#base/clock.ts'
import { createLogger, type Logger, type LogSink } from '#base/logger.ts'
import { type Composer, startComposer } from './composer.ts'
import { type ComposerConfig, loadConfig } from './config/load.ts'
import type { Problem } from './config/sources.ts'
import { messageOf } from './engine/events.ts'
import { eventLog } from './status/event-log.ts'
import { bothSinks, fileSink, forgivingSink, prettySink } from './status/log-sink.ts'
import { Metrics } from './status/metrics.ts'
import { type StatusServer, startStatusServer } from './status/server.ts'

/** 0 ended as asked or nothing to complain of, 1 a fault, 2 the configuration or the command line is wrong. */
export const EXIT = { fine: 0, fault: 1, usage: 2 } as const

const USAGE = `Usage: composer [--config FILE] [--check]

  --config FILE  settings in YAML or JSON; without it config/default.yaml and config/$COMPOSER_ENV.yaml are read
  --check        names every problem of the configuration and ends
`

export interface Surroundings {
  readonly argv: readonly string[]
  readonly env: Readonly<Record<string, string | undefined>>
  readonly folder: string
  readonly out: LogSink
  /** Resolves when the process is asked to end. */
  readonly ended: Promise<string>
}

/** The whole life of a headless composer. Answers the exit code. */
export async function run({ argv, env, folder, out, ended }: Surroundings): Promise<number> {
  let options: { config?: string | undefined; check?: boolean | undefined; help?: boolean | undefined }
  try {
    options = parseArgs({
      args: [...argv],
      options: {
        config: { type: 'string' },
        check: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    }).values
  } catch (error) {
    out.write(`${messageOf(error)}\n\n${USAGE}`)
    return EXIT.usage
  }
  if (options.help) {
    out.write(USAGE)
    return EXIT.fine
  }
  const { config, problems } = loadConfig({ folder, env, file: options.config })
  if (options.check) {
    for (const problem of problems) out.write(`${sentence(problem)}\n`)
    if (config) out.write(`The configuration is usable.${keyLine(config)}\n`)
    return config ? EXIT.fine : EXIT.usage
  }
  if (!config) {
    for (const problem of problems) out.write(`${sentence(problem)}\n`)
    return EXIT.usage
  }
  let log: Logger
  try {
    log = logger(config, out)
  } catch (error) {
    out.write(`error: manager.logger.path cannot be used: ${messageOf(error)}\n`)
    return EXIT.usage
  }
  for (const problem of problems) log.warn({ setting: problem.where }, sentence(problem))
  return serve(config, log, env, ended)
}

async function serve(
  config: ComposerConfig,
  log: Logger,
  env: Surroundings['env'],
  ended: Surroundings['ended'],
): Promise<number> {
  const { manager, key } = config
  const metrics = new Metrics()
  const toLog = eventLog(log)
  let composer: Composer | null = null
  let server: StatusServer | null = null
  try {
    if (manager.http.enable) {
      const at = { host: manager.http.host ?? '127.0.0.1', port: manager.http.port }
      server = await startStatusServer(at, () => composer?.status() ?? [], metrics)
    }
    composer = await startComposer(config, {
      clock: systemClock,
      random: Math.random,
      env,
      emit(event) {
        metrics.note(event)
        toLog(event)
      },
    })
  } catch (error) {
    log.fatal(`cannot start: ${messageOf(error)}`)
    await server?.close()
    return EXIT.fault
  }
  log.info(
    {
      manager: manager.id,
      platforms: config.platforms.map(({ kind, settings }) => `${kind} on ${settings.daemon.selector}`),
      key: { bits: key.bits, fingerprint: key.fingerprint },
      port: server?.port ?? null,
    },
    'composer started',
  )
  const reason = await ended
  log.info({ reason }, 'stopping')
  const inTime = await composer.stop()
  await server?.close()
  if (inTime) log.info('stopped')
  else log.error('stopped with steps unfinished')
  return inTime ? EXIT.fine : EXIT.fault
}

function logger({ manager }: ComposerConfig, out: LogSink): Logger {
  const { level, format, console: toConsole, directory: toFile, path } = manager.logger
  const sinks: LogSink[] = []
  if (toConsole) sinks.push(format === 'pretty' ? prettySink(out) : out)
  if (toFile && path) {
    const file = fileSink(path, systemClock.now)
    // A full disk costs the log file, not the connectors.
    const say = createLogger('composer', format === 'pretty' ? prettySink(out) : out, level)
    sinks.push(forgivingSink(file, (message) => say.error({ message }, 'the log file is not written')))
  }
  return createLogger('composer', bothSinks(sinks), level)
}

function sentence({ where, what, grade }: Problem): string {
  return `${grade}: ${where} ${what}`
}

function keyLine({ key, platforms }: ComposerConfig): string {
  const served = platforms.map(
    ({ kind, url, settings }) => `${kind} at ${url} on ${settings.daemon.selector}`,
  )
  return ` ${served.join(', ')}; key of ${key.bits} bits, SHA-256 ${key.fingerprint}`
}
