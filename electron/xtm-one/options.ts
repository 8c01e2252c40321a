import type { Clock } from '#base/clock.ts'
import type { RandomSource } from '#base/crypto.ts'
import type { Logger } from '#base/logger.ts'
import type { ActiveConfiguration } from './configuration.ts'
import type { HttpPost } from './http.ts'
import type { PayloadHead, UserEntry } from './payload.ts'
import type { ChatTokenStore, PlatformPort, ProvisioningPort } from './ports.ts'
import type { RegistrationStorage } from './storage.ts'

export interface RegistrationManagerOptions {
  readonly configuration: ActiveConfiguration
  readonly platform: PlatformPort
  readonly storage: RegistrationStorage
  readonly chatTokens: ChatTokenStore
  /** needed by the `poc` profile, unused by `current` */
  readonly provisioning?: ProvisioningPort
  /** PEM of the authorities whose licences are believed; none: no licence type is passed on */
  readonly licenceAuthorities?: readonly string[]
  readonly http: HttpPost
  readonly clock: Clock
  /** a number in [0, 1), for the back-off */
  readonly random: () => number
  readonly randomBytes?: RandomSource
  readonly log: Logger
}

/** What a beat would carry now, for a person to see: secrets are dots, users counted. */
export interface PayloadPreview {
  readonly head: PayloadHead
  readonly credentials: {
    readonly adminKey: 'sent' | 'already sent'
    readonly users: readonly UserEntry[]
  } | null
}
