import { join } from 'node:path'
import type { Clock } from '#base/clock.ts'
import type { RandomSource } from '#base/crypto.ts'
import type { Logger } from '#base/logger.ts'
import { openDatabase } from '#base/sqlite.ts'
import type { Configuration } from '../../xtm-one/configuration.ts'
import { createHttpPost } from '../../xtm-one/http.ts'
import { createRegistrationManager, type RegistrationManager } from '../../xtm-one/manager.ts'
import type { PayloadPreview } from '../../xtm-one/options.ts'
import type { ChatTokenStore, PlatformPort, ProvisioningPort } from '../../xtm-one/ports.ts'
import {
  createRegistrationStorage,
  REGISTRATION_MIGRATIONS,
  type RegistrationStorage,
} from '../../xtm-one/storage.ts'
import type { PlatformModule } from '../graphql/platform-resolvers.ts'
import type { ChatbotFacts } from '../http/chatbot.ts'
import { loggableError } from '../http/loggable-error.ts'

/** Its name in the data folder. It holds seeds, never a token; the key that they need lies elsewhere. */
const DATABASE_FILE = 'xtm-one.sqlite'

/** How the platform registers with XTM One, as its configuration wants it. */
export interface XtmOneOptions {
  readonly configuration: Configuration
  /** the receiving end is the stand-in that came with this platform */
  readonly standIn?: boolean
  /** PEM of authorities whose licences are believed */
  readonly licenceAuthorities?: readonly string[]
}

export interface RegistrationParts {
  readonly dataFolder: string
  readonly options: XtmOneOptions
  readonly platform: PlatformPort
  readonly chatTokens: ChatTokenStore
  readonly provisioning: ProvisioningPort & { userCount(): number }
  readonly clock: Clock
  readonly random: RandomSource
  readonly logger: Logger
}

/** The registration of this platform: its manager when it is configured, and the record of it in any case. */
export interface PlatformRegistration {
  readonly configuration: Configuration
  readonly isStandIn: boolean
  readonly record: Pick<RegistrationStorage, 'attempts' | 'lastAnswer' | 'lastSuccessAt'>
  /** As OpenCTI lists its managers. */
  module(): PlatformModule
  chatbot(isEnabled: boolean): ChatbotFacts
  /** null while the manager is off */
  status(): ReturnType<RegistrationManager['status']> | null
  /** null while the manager is off, or when the payload cannot be made now */
  preview(): Promise<(PayloadPreview & { readonly userCount: number }) | null>
  /** Starts a beat unless one is under way; false while the manager is off. */
  registerNow(): boolean
  start(): void
  /** Ends a beat under way and closes its database. */
  stop(): Promise<void>
}

/** @throws NewerDatabaseError, or SQLite's own error when the file is damaged */
export function platformRegistration(parts: RegistrationParts): PlatformRegistration {
  const { options, clock, logger } = parts
  const { configuration } = options
  const database = openDatabase(join(parts.dataFolder, DATABASE_FILE), REGISTRATION_MIGRATIONS)
  const storage = createRegistrationStorage(database)
  // The folder is locked, so whoever holds the lease was killed: nothing is to be waited for.
  storage.freeLease()
  const manager =
    configuration.state === 'active'
      ? createRegistrationManager({
          configuration: configuration.configuration,
          platform: parts.platform,
          storage,
          chatTokens: parts.chatTokens,
          provisioning: parts.provisioning,
          licenceAuthorities: options.licenceAuthorities ?? [],
          http: createHttpPost(),
          clock,
          random: () => Buffer.from(parts.random(4)).readUInt32BE() / 2 ** 32,
          randomBytes: parts.random,
          log: logger,
        })
      : null

  return {
    configuration,
    isStandIn: options.standIn ?? false,
    record: storage,
    module: () => ({
      id: 'XTM_ONE_REGISTRATION_MANAGER',
      enable: manager !== null,
      running: manager?.status().running ?? false,
      warning: configuration.state === 'invalid',
    }),
    chatbot: (isEnabled) => ({
      isEnabled,
      xtmOneUrl: configuration.state === 'active' ? configuration.configuration.url : null,
      isConfigured: configuration.state === 'active',
    }),
    status: () => manager?.status() ?? null,
    async preview() {
      if (manager === null) return null
      try {
        return { ...(await manager.preview()), userCount: parts.provisioning.userCount() }
      } catch (error) {
        logger.warn({ error: loggableError(error) }, '[XTM One] The payload cannot be shown')
        return null
      }
    },
    registerNow() {
      manager?.registerNow().catch((error: unknown) => {
        logger.error({ error: loggableError(error) }, '[XTM One] The registration could not be recorded')
      })
      return manager !== null
    },
    start() {
      if (configuration.state === 'off') logger.info(`[XTM One] ${configuration.message}`)
      if (configuration.state === 'invalid')
        logger.error(
          { problems: configuration.problems.map(({ message }) => message) },
          '[XTM One] Registration is off: its configuration is not valid',
        )
      manager?.start()
    },
    async stop() {
      await manager?.stop()
      database.close()
    },
  }
}
