import type { Secret } from '#base/secret.ts'
import { type SecretStore, SecretStoreError } from '../ports/secret-store.ts'

/** The access keys of platforms' `/health`, in the keychain. A platform works without: then its health is not watched. */
export class HealthKeys {
  readonly #secretStore: SecretStore
  /** what was read or typed since the start; null = looked for and not there */
  readonly #known = new Map<string, Secret | null>()

  constructor(secretStore: SecretStore) {
    this.#secretStore = secretStore
  }

  /** Null when there is none, or the keychain does not give it now. */
  async of(connectionId: string, url: string): Promise<Secret | null> {
    const account = accountOf(connectionId, url)
    const known = this.#known.get(account)
    if (known !== undefined) return known
    try {
      const found = await this.#secretStore.get(account)
      // A locked keychain says "nothing" too: only a key that is there is remembered.
      if (found !== null) this.#known.set(account, found)
      return found
    } catch (error) {
      if (error instanceof SecretStoreError) return null
      throw error
    }
  }

  /** Keeps a key, in memory alone where no keychain takes it; null forgets it. */
  async set(connectionId: string, url: string, key: Secret | null): Promise<void> {
    const account = accountOf(connectionId, url)
    try {
      if (key === null) await this.#secretStore.delete(account)
      else await this.#secretStore.set(account, key)
    } catch (error) {
      if (!(error instanceof SecretStoreError)) throw error
    }
    this.#known.set(account, key)
  }
}

/** By address and id, as tokens are: a re-made connection does not get another's key. */
function accountOf(connectionId: string, url: string): string {
  return `${new URL(url).origin}/${connectionId}/health`
}
