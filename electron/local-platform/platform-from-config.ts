import { systemRandom } from '#base/crypto.ts'
import type { Logger } from '#base/logger.ts'
import type { StandaloneConfig } from './config.ts'
import { customCatalog } from './connectors/catalog/custom.ts'
import { keyFromFile } from './key-file.ts'
import { createPlatform, type Platform } from './platform.ts'

/** Starts the platform as a configuration for the shell wants it. Throws what createPlatform throws. */
export function platformFromConfig(config: StandaloneConfig, logger: Logger): Promise<Platform> {
  logger.level = config.logLevel
  if (config.ignored.length > 0)
    logger.warn(
      { event: 'config.ignored', settings: config.ignored },
      'Settings that this platform does not know',
    )
  return createPlatform({
    dataFolder: config.dataFolder,
    port: config.port,
    host: config.host,
    seed: config.seed,
    seedSize: config.seedSize,
    catalogs: config.customCatalogs.map(customCatalog),
    as: config.as,
    enterprise: config.enterprise,
    key: config.encryptionKey ?? keyFromFile(config.dataFolder, systemRandom),
    admin: { email: config.adminEmail, token: config.adminToken, password: config.adminPassword },
    healthAccessKey: config.healthAccessKey,
    licencePem: config.licencePem,
    xtmOne: { configuration: config.xtmOne },
    trustedProxies: config.trustedProxies,
    shutdownDelayMs: config.shutdownDelayMs,
    logger,
  })
}

/** Resolves at the first SIGTERM or SIGINT, now or later. */
export function stopSignal(): Promise<void> {
  return new Promise((resolve) => {
    // `on`, not `once`: a terminal and npm may both pass a signal on, and the second must not cut the stop short.
    process.on('SIGTERM', resolve)
    process.on('SIGINT', resolve)
  })
}
