import { ProblemError } from '#base/problem-error.ts'
import type { Secret } from '#base/secret.ts'

/**
 * missing: no keychain on this system · locked: there, but its owner must open it · denied: there, and it said no ·
 * restarted: there, but out of this process's reach until that starts anew.
 */
export type SecretStoreState = 'ready' | 'missing' | 'locked' | 'denied' | 'restarted'

export interface SecretStoreStatus {
  readonly state: SecretStoreState
  /** "Secret Service", "Keychain", "Credential Manager" */
  readonly backend: string
  /** the system's own words */
  readonly detail: string | null
}

/** The keychain of the operating system. Every call but `status` throws SecretStoreError. */
export interface SecretStore {
  /** Asks the keychain by really writing, since a locked one answers a read as if nothing were there. */
  status(): Promise<SecretStoreStatus>
  /** Null when there is nothing, which a locked keychain says too: no proof of absence. */
  get(account: string): Promise<Secret | null>
  set(account: string, secret: Secret): Promise<void>
  /** Safe when there is nothing. */
  delete(account: string): Promise<void>
}

export class SecretStoreError extends Error {
  readonly state: Exclude<SecretStoreState, 'ready'>

  constructor(state: Exclude<SecretStoreState, 'ready'>, detail: string) {
    super(detail)
    this.name = 'SecretStoreError'
    this.state = state
  }
}

/** The problem that a keychain in this state is; null when it is ready. */
export function keychainProblem(status: Pick<SecretStoreStatus, 'state' | 'detail'>): ProblemError | null {
  return status.state === 'ready' ? null : new ProblemError(`keychain-${status.state}`, status.detail)
}
