import type { ActualConnector, ConnectorSpec, Evidence } from '../engine/model.ts'

/**
 * Where connectors run. Every method rejects with an `OrchestratorError` (or an abort) and never ends the process; what is
 * already so counts as done (starting what runs, removing what is gone).
 */
export interface Orchestrator {
  readonly kind: 'docker' | 'swarm' | 'portainer' | 'kubernetes'
  /** Everything with our manager's label, in a number of calls that does not grow with the connectors. */
  list(signal: AbortSignal): Promise<readonly ActualConnector[]>
  /** Brings the image. Slow: runs off the reconcile loop, under a deadline that `signal` carries. */
  prepare(spec: ConnectorSpec, signal: AbortSignal): Promise<void>
  /**
   * Creates the connector, started when `spec.running`. When a foreign object has the name, the name gets the connector's
   * id; a foreign object is never changed. On failure nothing of it stays behind.
   */
  deploy(spec: ConnectorSpec): Promise<void>
  /** Puts the new configuration in the place of `actual`; when that fails, the old one still runs. */
  replace(actual: ActualConnector, spec: ConnectorSpec): Promise<void>
  start(actual: ActualConnector): Promise<void>
  stop(actual: ActualConnector): Promise<void>
  remove(actual: ActualConnector): Promise<void>
  /** Only where a replacement passes through a name of its own: ends a swap that was cut off. */
  rename?(actual: ActualConnector, name: string): Promise<void>
  evidence(actual: ActualConnector, signal: AbortSignal): Promise<Evidence>
  /** The newest lines, oldest first, at most `LOG_LINES`; of the run before when the present one has said nothing yet. */
  logs(actual: ActualConnector, signal: AbortSignal): Promise<readonly string[]>
}

export const LOG_LINES = 100
/** Where connectors find the roots to trust behind a proxy that breaks TLS open; the path of XTM Composer. */
export const PROXY_CA_PATH = '/etc/ssl/certs/xtm-proxy-ca.crt'

/** A refusal or fault of an orchestrator, in words for an admin, without any value of the environment. */
export class OrchestratorError extends Error {
  /** the status of the HTTP answer; null when there was none */
  readonly status: number | null

  constructor(message: string, status: number | null) {
    super(message)
    this.name = 'OrchestratorError'
    this.status = status
  }
}
