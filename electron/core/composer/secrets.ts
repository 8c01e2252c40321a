import type { Secret } from '#base/secret.ts'
import { keychainProblem, type SecretStore, SecretStoreError } from '../ports/secret-store.ts'

export const COMPOSER_SECRETS = ['token', 'portainerKey', 'registryPassword'] as const
export type ComposerSecret = (typeof COMPOSER_SECRETS)[number]
export type SecretPlace = 'keychain' | 'session' | 'none'

export interface PlaceStore {
  /** whether the keychain was given this secret */
  isKept(name: ComposerSecret): boolean
  setKept(name: ComposerSecret, kept: boolean): void
}

/** The composer's secrets: in the keychain, or in memory until the console ends. Never on disk (S-04). */
export class ComposerSecrets {
  readonly #secretStore: SecretStore
  readonly #places: PlaceStore
  readonly #inMemory = new Map<ComposerSecret, Secret>()

  constructor(secretStore: SecretStore, places: PlaceStore) {
    this.#secretStore = secretStore
    this.#places = places
  }

  placeOf(name: ComposerSecret): SecretPlace {
    if (this.#places.isKept(name)) return 'keychain'
    return this.#inMemory.has(name) ? 'session' : 'none'
  }

  /** Null when there is none. @throws ProblemError `keychain-*` when the keychain does not give it now */
  async get(name: ComposerSecret): Promise<Secret | null> {
    const known = this.#inMemory.get(name)
    if (known) return known
    if (!this.#places.isKept(name)) return null
    const found = await this.#secretStore.get(accountOf(name)).catch((error: unknown) => {
      throw error instanceof SecretStoreError
        ? (keychainProblem({ state: error.state, detail: error.message }) ?? error)
        : error
    })
    if (found !== null) {
      this.#inMemory.set(name, found)
      return found
    }
    // A locked keychain answers "nothing" too.
    const problem = keychainProblem(await this.#secretStore.status())
    if (problem) throw problem
    this.#places.setKept(name, false)
    return null
  }

  /** Keeps a new one in the keychain, or in memory where that does not take it; null forgets it. */
  async set(name: ComposerSecret, secret: Secret | null): Promise<void> {
    if (secret === null) {
      if (this.#places.isKept(name)) await this.#secretStore.delete(accountOf(name))
      this.#places.setKept(name, false)
      this.#inMemory.delete(name)
      return
    }
    let kept = true
    await this.#secretStore.set(accountOf(name), secret).catch((error: unknown) => {
      if (!(error instanceof SecretStoreError)) throw error
      kept = false
    })
    this.#places.setKept(name, kept)
    this.#inMemory.set(name, secret)
  }
}

function accountOf(name: ComposerSecret): string {
  return `composer/${name}`
}
