import type { Secret } from '#base/secret.ts'

/** The platforms that a composer serves; the words of the label `opencti-platform`. */
export const PLATFORM_KINDS = ['opencti', 'openaev'] as const
export type PlatformKind = (typeof PLATFORM_KINDS)[number]

/** What a platform knows of a connector's state. */
export type ReportedStatus = 'started' | 'stopped'

/** One line of a connector's configuration, as the platform sends it. */
export interface ConfigurationEntry {
  readonly key: string
  /** ciphertext when `encrypted`; null is no value */
  readonly value: string | null
  readonly encrypted: boolean
}

/** A connector, collector or injector as its platform wants it. */
export interface DesiredConnector {
  readonly id: string
  readonly name: string
  readonly image: string
  readonly hash: string
  /** anything but the word `starting` counts as `stopping` */
  readonly requested: 'starting' | 'stopping'
  /** null: nothing was ever reported */
  readonly reported: ReportedStatus | null
  readonly configuration: readonly ConfigurationEntry[]
}

/** A connector that cannot be deployed as it stands. It still exists: nothing of it is removed. */
export interface UnusableConnector {
  readonly id: string
  readonly name: string
  readonly reason: string
}

/** One answer of a platform to "which connectors". */
export interface DesiredList {
  readonly connectors: readonly DesiredConnector[]
  readonly unusable: readonly UnusableConnector[]
}

/**
 * running     its process runs
 * restarting  it ended and the orchestrator is about to start it again
 * pending     told to run, but cannot yet (image missing, not placed)
 * stopped     not running and not told to
 */
export type RunState = 'running' | 'restarting' | 'pending' | 'stopped'

/** An object of the orchestrator that carries our manager's label. */
export interface ActualConnector {
  /** the orchestrator's own id or name of the object, to act on it */
  readonly ref: string
  readonly name: string
  /** null: a foreign object that only shares the manager label */
  readonly connectorId: string | null
  /** null: made before that label existed; counts as ours */
  readonly platform: string | null
  readonly hash: string | null
  readonly state: RunState
  /** ms since the epoch */
  readonly createdAt: number
  /** the orchestrator's own word for the state, for a person: `CrashLoopBackOff`, `exited` */
  readonly reason: string | null
}

/** What the orchestrator can prove about one run of a connector. */
export interface Evidence {
  readonly restartCount: number
  /** ms since the epoch of the start of the last run; null when it never ran */
  readonly startedAt: number | null
  readonly exitCode: number | null
  /** the orchestrator itself says that it is restarting in a loop */
  readonly looping: boolean
}

export interface EnvironmentEntry {
  readonly name: string
  /** a `Secret` for what the platform sent encrypted and for proxies, which carry passwords */
  readonly value: string | Secret
}

/** Everything an orchestrator needs to run one connector. */
export interface ConnectorSpec {
  readonly platform: PlatformKind
  readonly connectorId: string
  /** valid container name, see names.ts */
  readonly name: string
  readonly image: string
  readonly hash: string
  readonly environment: readonly EnvironmentEntry[]
  readonly labels: Readonly<Record<string, string>>
  readonly running: boolean
  /** PEM bundle to stand at `PROXY_CA_PATH` in the container */
  readonly proxyCa: string | null
}

/** The wire has two words: what restarts is meant to run, what waits for its image does not run. */
export function reportedStatus(state: RunState): ReportedStatus {
  return state === 'running' || state === 'restarting' ? 'started' : 'stopped'
}
