import { Live } from '#base/live.ts'
import type {
  ClipboardStatus,
  KeychainStatus,
  LedgerStatus,
  LocalPlatformStatus,
  Mishap,
  SystemInfo,
  SystemStatus,
} from '#shared/contract/system.ts'
import { keychainProblem, type SecretStore } from '../ports/secret-store.ts'

/** What the status bar is made of, each part kept by its own service. */
export interface StatusParts {
  readonly localPlatform: Live<LocalPlatformStatus>
  readonly clipboard: Live<ClipboardStatus>
  readonly ledger: Live<LedgerStatus>
  readonly mishaps: Live<readonly Mishap[]>
}

/** What this machine and this start of the console are, and how the parts below are doing. */
export class SystemService {
  readonly info: SystemInfo
  readonly #secretStore: SecretStore
  readonly #keychain: Live<KeychainStatus>
  readonly #status: Live<SystemStatus>
  readonly #unsubscribe: (() => void)[]
  #asking: Promise<KeychainStatus> | null = null

  constructor(info: SystemInfo, secretStore: SecretStore, parts: StatusParts) {
    this.info = info
    this.#secretStore = secretStore
    this.#keychain = new Live<KeychainStatus>({ state: 'checking', backend: '', detail: null })
    const now = (): SystemStatus => ({
      keychain: this.#keychain.value,
      localPlatform: parts.localPlatform.value,
      clipboard: parts.clipboard.value,
      ledger: parts.ledger.value,
      mishaps: parts.mishaps.value,
    })
    this.#status = new Live(now())
    const refresh = (): void => this.#status.set(now())
    const lives = [this.#keychain, parts.localPlatform, parts.clipboard, parts.ledger, parts.mishaps]
    this.#unsubscribe = lives.map((live) => live.subscribe(refresh))
  }

  get current(): SystemStatus {
    return this.#status.value
  }

  watch(signal?: AbortSignal): AsyncIteratorObject<SystemStatus, undefined, void> {
    return this.#status.watch(signal)
  }

  /** Asks the keychain how far it can be used; calls made meanwhile share the question. */
  checkKeychain(): Promise<KeychainStatus> {
    this.#asking ??= this.#askKeychain().finally(() => {
      this.#asking = null
    })
    return this.#asking
  }

  dispose(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    this.#status.end()
  }

  async #askKeychain(): Promise<KeychainStatus> {
    const { state, backend, detail } = await this.#secretStore.status()
    const problem = keychainProblem({ state, detail })
    this.#keychain.set({ state, backend, detail: problem?.detail ?? null })
    return this.#keychain.value
  }
}
