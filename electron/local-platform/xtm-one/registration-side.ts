import type { Clock } from '#base/clock.ts'
import type { RandomSource } from '#base/crypto.ts'
import type { Logger } from '#base/logger.ts'
import type { Secret } from '#base/secret.ts'
import type { Database } from '#base/sqlite.ts'
import { readConfiguration } from '../../xtm-one/configuration.ts'
import { readLicence } from '../../xtm-one/licence.ts'
import type { PlatformValues } from '../database/platform-values.ts'
import type { Peer } from '../peers/peer.ts'
import type { PlatformKeys } from '../platform-keys.ts'
import type { TokenStore } from '../tokens/token-store.ts'
import type { User } from '../users/user.ts'
import type { UserStore } from '../users/user-store.ts'
import { chatTokenStore } from './chat-token.ts'
import { type EnterpriseEdition, enterpriseEdition } from './enterprise-edition.ts'
import {
  type PlatformRegistration,
  platformRegistration,
  type XtmOneOptions,
} from './platform-registration.ts'
import { provisioningPort } from './provisioning-port.ts'

const NO_XTM_ONE: XtmOneOptions = { configuration: readConfiguration({}) }

export interface RegistrationSideParts {
  readonly dataFolder: string
  readonly options: XtmOneOptions | undefined
  readonly database: Database
  readonly values: PlatformValues
  readonly keys: PlatformKeys
  readonly users: UserStore
  readonly tokens: TokenStore
  readonly admin: Pick<User, 'id' | 'user_email'>
  readonly adminToken: Secret | null
  readonly peer: Peer
  /** this platform stands for an OpenCTI with an Enterprise Edition */
  readonly enterprise: boolean
  readonly licencePem: string | null
  readonly facts: { readonly id: string; readonly title: string; readonly createdAt: number; url(): string }
  readonly clock: Clock
  readonly random: RandomSource
  readonly logger: Logger
}

/** The registration with XTM One on this platform's stores, and the Enterprise Edition that may hang on it. */
export function registrationSide(parts: RegistrationSideParts): {
  readonly registration: PlatformRegistration
  readonly edition: (now: number) => EnterpriseEdition
} {
  const { facts, peer, clock, licencePem } = parts
  const now = (): number => clock.now()
  const { database, users, tokens, admin, adminToken, keys } = parts
  // OpenCTI 6.9 has no such manager.
  const options = (peer.apiTokens ? parts.options : null) ?? NO_XTM_ONE
  const registration = platformRegistration({
    dataFolder: parts.dataFolder,
    options,
    platform: {
      facts: async () => ({
        id: facts.id,
        url: facts.url(),
        title: facts.title,
        version: peer.version,
        licencePem,
        supportsApprovalPrompts: edition(now()).validated,
      }),
    },
    chatTokens: chatTokenStore(parts.values, keys.chatToken),
    provisioning: provisioningPort({
      database,
      users,
      tokens,
      admin,
      adminToken,
      key: keys.provisioning,
      now,
    }),
    clock,
    random: parts.random,
    logger: parts.logger,
  })
  const authorities = options.licenceAuthorities ?? []
  const edition = (at: number): EnterpriseEdition =>
    enterpriseEdition(
      {
        given: parts.enterprise,
        own:
          licencePem === null
            ? null
            : readLicence(licencePem, { platformId: facts.id, now: at, authorities }),
        answer: registration.record.lastAnswer(),
        createdAt: facts.createdAt,
      },
      at,
    )
  return { registration, edition }
}
