import type { Secret } from '#base/secret.ts'
import type { DesiredList, PlatformKind, ReportedStatus } from '../engine/model.ts'
import type { ManagerKey } from '../secrets/private-key.ts'

export interface ManagerIdentity {
  readonly id: string
  readonly name: string
  readonly key: ManagerKey
}

export interface HealthReport {
  readonly restartCount: number
  /** ms since the epoch */
  readonly startedAt: number
  readonly inRebootLoop: boolean
}

/** The side that says what should run. Every method rejects with a `PlatformError`. */
export interface Platform {
  readonly kind: PlatformKind
  /** The platform's version; the first proof that it can be reached. */
  version(signal: AbortSignal): Promise<string>
  /** Makes this composer known. Answers the version that the platform notes for it. */
  register(manager: ManagerIdentity, signal: AbortSignal): Promise<string>
  ping(managerId: string, signal: AbortSignal): Promise<string>
  connectors(signal: AbortSignal): Promise<DesiredList>
  reportStatus(connectorId: string, status: ReportedStatus, signal: AbortSignal): Promise<void>
  reportLogs(connectorId: string, lines: readonly string[], signal: AbortSignal): Promise<void>
  reportHealth(connectorId: string, health: HealthReport, signal: AbortSignal): Promise<void>
}

/** How to reach a platform. */
export interface PlatformAccess {
  readonly url: string
  readonly token: Secret
  readonly managerId: string
}

/**
 * refused      it answered and said no: wrong token, missing right, another manager
 * unreachable  no usable answer: connection, TLS, timeout, 5xx, 429, no JSON
 */
export type PlatformFault = 'refused' | 'unreachable'

/** What went wrong with a call, in words for an admin; never holds headers. */
export class PlatformError extends Error {
  readonly fault: PlatformFault
  /** what the platform asked to wait, ms */
  readonly retryAfterMs: number | null

  constructor(message: string, fault: PlatformFault, retryAfterMs: number | null = null) {
    super(message)
    this.name = 'PlatformError'
    this.fault = fault
    this.retryAfterMs = retryAfterMs
  }
}
