import type { Clock } from '#base/clock.ts'
import type { Logger } from '#base/logger.ts'
import type { SystemInfo } from '#shared/contract/system.ts'
import type { PowerPort } from './heartbeat/monitor.ts'
import type { SpawnChild } from './ports/child-process.ts'
import type { Clipboard } from './ports/clipboard.ts'
import type { Notifier } from './ports/notifier.ts'
import type { SecretStore } from './ports/secret-store.ts'
import type { ReleaseSource } from './updates/release-source.ts'

/** What a host brings: what it is, where the profile lies, and what differs by machine. */
export interface ConsolePorts {
  readonly host: SystemInfo['host']
  readonly version: string
  /** languages of the user's system, best first, BCP 47 */
  readonly languages: string[]
  /** folder of this user's data, which the host holds for this process alone (`lockFolder`) */
  readonly profileFolder: string
  readonly logger: Logger
  /** folder of the built parts, with the list of what ships in each; left out where nothing was built */
  readonly builtFolder?: string
  /** null: the host has no desktop, so the page writes the clipboard itself */
  readonly clipboard: Clipboard | null
  /** the system's notifications; null: the host has no desktop */
  readonly notifier?: Notifier | null
  /** whether the system can be asked to start the host at login; false unless said otherwise */
  readonly canStartAtLogin?: boolean
  /** starts the embedded platform's entry */
  readonly spawnPlatform: SpawnChild
  /** starts the composer's entry as a child */
  readonly spawnComposer: SpawnChild
  /** what an empty embedded platform is filled with; demo users unless said otherwise */
  readonly platformSeed?: 'none' | 'demo'
  /** sleep and network of this machine; left out where the host does not know them */
  readonly power?: PowerPort
  readonly clock?: Clock
  /** a number in [0, 1) */
  readonly random?: () => number
  /** who announces releases; what was built in unless said otherwise */
  readonly releases?: ReleaseSource
  /** the system's keychain unless said otherwise */
  readonly secretStore?: SecretStore
}
