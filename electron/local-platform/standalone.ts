import { parseArgs } from 'node:util'
import { systemRandom } from '#base/crypto.ts'
import type { Logger } from '#base/logger.ts'
import { standaloneConfig } from './config.ts'
import { keyFromFile } from './key-file.ts'
import { createPlatform } from './platform.ts'
import { BadConfigError, startFailure } from './start-failure.ts'

export const USAGE = `Usage: npm run platform -- --data DIR [--port 4000] [--seed demo] [--host 127.0.0.1]

Environment (OpenCTI's names):
  APP__ADMIN__EMAIL        e-mail address of the administrator
  APP__ADMIN__TOKEN        UUID, the administrator's token ("Base token")
  APP__ADMIN__PASSWORD     opens cookie sessions for the administrator
  APP__ENCRYPTION_KEY      base64 of at least 32 bytes; without it a key file is made in DIR
  APP__HEALTH_ACCESS_KEY   opens /health; "public" asks for none
  APP__PORT                the port, when --port does not say
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
  try {
    const flags = readFlags(argv)
    if (flags.help) {
      out(USAGE)
      return 0
    }
    const config = standaloneConfig(flags, process.env)
    const platform = await createPlatform({
      dataFolder: config.dataFolder,
      port: config.port,
      host: config.host,
      seed: config.seed,
      key: config.encryptionKey ?? keyFromFile(config.dataFolder, systemRandom),
      admin: { email: config.adminEmail, token: config.adminToken, password: config.adminPassword },
      healthAccessKey: config.healthAccessKey,
      logger,
    })
    out(`Local platform ready at ${platform.url}`)
    if (!config.adminToken && !config.adminPassword)
      logger.warn('Nobody can log in yet: set APP__ADMIN__TOKEN (a UUID) or APP__ADMIN__PASSWORD')
    // `on`, not `once`: a terminal and npm may both pass a signal on, and the second must not cut the stop short.
    await new Promise<void>((resolve) => {
      process.on('SIGTERM', resolve)
      process.on('SIGINT', resolve)
    })
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
        help: { type: 'boolean' },
      },
    })
    return values
  } catch (error) {
    throw new BadConfigError(`${error instanceof Error ? error.message : error}\n\n${USAGE}`)
  }
}
