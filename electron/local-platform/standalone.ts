import { parseArgs } from 'node:util'
import type { Logger } from '#base/logger.ts'
import { runVerify } from './audit/verify-command.ts'
import { standaloneConfig } from './config.ts'
import { runMigrate } from './migration/command.ts'
import { platformFromConfig, stopSignal } from './platform-from-config.ts'
import { BadConfigError, startFailure } from './start-failure.ts'

const USAGE = `Usage: npm run platform -- --data DIR [--port 4000] [--seed demo] [--host 127.0.0.1] [--as PLATFORM] [--config FILE] [--check]
       npm run platform -- migrate --data DIR …   legacy plaintext tokens; see migrate --help
       npm run platform -- verify --data DIR      the audit: whole, or its first broken record; see verify --help

  --seed large    an organisation of 10 000 people and 50 000 tokens, or of --users N, --tokens N, --tokens-of-one N
  --as PLATFORM   stands for another platform on the wire: opencti-7, without any extension, or opencti-6.9, with one
                  plaintext token a user; gatehouse unless told otherwise
  --enterprise    with --as: the platform has an Enterprise Edition, and so an audit
  --config FILE   settings as JSON in OpenCTI's layout, {"app": {"admin": {"email": …}}}; the environment wins over it
  --check         only says whether the configuration is valid

Environment (OpenCTI's names):
  APP__ADMIN__EMAIL        e-mail address of the administrator
  APP__ADMIN__TOKEN        UUID, the administrator's token ("Base token")
  APP__ADMIN__PASSWORD     opens cookie sessions for the administrator
  APP__ENCRYPTION_KEY      base64 of at least 32 bytes; without it a key file is made in DIR
  APP__HEALTH_ACCESS_KEY   opens /health; "public" asks for none
  APP__PORT                the port, when --port does not say
  APP__APP_LOGS__LOGS_LEVEL  error, warn, info or debug
  APP__TRUSTED_PROXIES     addresses of reverse proxies whose X-Forwarded-For and -Proto count, parted by commas
  APP__CUSTOM_CATALOGS     files with catalogues of connectors, parted by commas
  APP__ENTERPRISE_EDITION_LICENSE  PEM of the licence
  XTM__XTM_ONE_URL         address of XTM One; with the token it switches the registration on
  XTM__XTM_ONE_TOKEN       XTM One's platform registration token
  XTM__XTM_ONE_PROFILE     "current", or "poc": the administrator's token and one of every user leave this machine too
  APP__SHUTDOWN_DELAY      seconds to serve on, no longer ready, once asked to stop
`

/**
 * Runs the platform from a shell until SIGTERM or SIGINT. One line on `out` says where it listens; never a token.
 * @returns the exit code, once it ended
 */
export async function runStandalone(
  argv: readonly string[],
  logger: Logger,
  out: (line: string) => void,
): Promise<number> {
  if (argv[0] === 'migrate') return runMigrate(argv.slice(1), logger, out)
  if (argv[0] === 'verify') return runVerify(argv.slice(1), out)
  try {
    const flags = readFlags(argv)
    if (flags.help) {
      out(USAGE)
      return 0
    }
    const config = standaloneConfig(flags, process.env)
    if (flags.check) {
      if (config.xtmOne.state === 'invalid')
        throw new BadConfigError(config.xtmOne.problems.map(({ message }) => message).join('\n'))
      out('The configuration is valid.')
      return 0
    }
    const platform = await platformFromConfig(config, logger)
    out(`Local platform ready at ${platform.url}`)
    if (!config.adminToken && !config.adminPassword)
      logger.warn('Nobody can log in yet: set APP__ADMIN__TOKEN (a UUID) or APP__ADMIN__PASSWORD')
    await stopSignal()
    await platform.stop()
    return 0
  } catch (error) {
    const { message } = startFailure(error)
    out(`The platform did not start.\n${message}`)
    return 1
  }
}

function readFlags(argv: readonly string[]): Record<string, string | boolean | undefined> {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        data: { type: 'string' },
        port: { type: 'string' },
        host: { type: 'string' },
        seed: { type: 'string' },
        users: { type: 'string' },
        tokens: { type: 'string' },
        'tokens-of-one': { type: 'string' },
        as: { type: 'string' },
        enterprise: { type: 'boolean' },
        config: { type: 'string' },
        check: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    })
    return values
  } catch (error) {
    throw new BadConfigError(`${error instanceof Error ? error.message : error}\n\n${USAGE}`)
  }
}
