import type { Clock } from '#base/clock.ts'
import type { Secret } from '#base/secret.ts'
import type { LedgerVerdict } from '#shared/contract/activity.ts'
import type { ComposerView } from '#shared/contract/composer.ts'
import type { Connection } from '#shared/contract/connections.ts'
import type { HeartbeatStatus } from '#shared/contract/heartbeat.ts'
import type { Settings } from '#shared/contract/settings.ts'
import type { SystemInfo, SystemStatus } from '#shared/contract/system.ts'
import { type Bundle, makeBundle } from './bundle.ts'
import { logTail } from './log-tail.ts'
import {
  composerPart,
  connectionPart,
  namesOf,
  namesOfComposer,
  settingsPart,
  versionsPart,
} from './parts.ts'

export interface DiagnosticsParts {
  readonly info: SystemInfo
  readonly settings: () => Settings
  readonly connections: () => readonly Connection[]
  readonly status: () => SystemStatus
  readonly monitors: () => HeartbeatStatus
  readonly verifyLedger: () => Promise<LedgerVerdict>
  readonly composer: () => ComposerView
  /** values that this process holds; none of them may be in the bundle */
  readonly secrets: () => readonly Secret[]
  /** folder of the host's log */
  readonly logFolder: string
  readonly home: string
  readonly login: string
  readonly clock: Clock
}

/** What a user can send to somebody who helps (S-10): how the console stands, from all who know, without secrets. */
export class DiagnosticsService {
  readonly #parts: DiagnosticsParts

  constructor(parts: DiagnosticsParts) {
    this.#parts = parts
  }

  /** Gathers the bundle anew; nothing is written or sent. */
  make(): Promise<Bundle> {
    const { info, settings, connections, status, monitors, composer, logFolder, home, login } = this.#parts
    const names = [...namesOf(connections()), ...namesOfComposer(composer().settings)]
    const known = { secrets: this.#parts.secrets(), names, home, login }
    return makeBundle(
      {
        versions: () => ({ ...versionsPart(info.version, info.host), languages: info.languages }),
        settings: () => settingsPart(settings()),
        connections: () => connections().map(connectionPart),
        system: () => status(),
        monitors: () => monitors(),
        ledger: () => this.#parts.verifyLedger(),
        composer: () => ({ ...composer(), settings: composerPart(composer().settings) }),
        logs: () => logTail(logFolder),
      },
      known,
      this.#parts.clock.now(),
    )
  }
}
