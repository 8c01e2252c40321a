import { ProblemError } from '#base/problem-error.ts'
import type { Secret } from '#base/secret.ts'
import { keychainProblem, type SecretStore, SecretStoreError } from '../ports/secret-store.ts'
import type { Profile } from './profile-store.ts'

/** The connections' tokens: in the keychain, or in this process's memory for one session. Never on disk (S-04). */
export class TokenVault {
  readonly #secretStore: SecretStore
  /** what was read or typed since the start */
  readonly #inMemory = new Map<string, Secret>()

  constructor(secretStore: SecretStore) {
    this.#secretStore = secretStore
  }

  holds(id: string): boolean {
    return this.#inMemory.has(id)
  }

  /** What this process holds, to keep it out of what is sent elsewhere. */
  get held(): Secret[] {
    return [...this.#inMemory.values()]
  }

  /** @throws ProblemError `token-missing`, `keychain-*` */
  async token({ id, url, tokenPlace }: Profile): Promise<Secret> {
    const known = this.#inMemory.get(id)
    if (known) return known
    if (tokenPlace === 'session') throw new ProblemError('token-missing')
    const secret = await this.#secretStore.get(accountOf(id, url)).catch((error: unknown) => {
      throw error instanceof SecretStoreError
        ? (keychainProblem({ state: error.state, detail: error.message }) ?? error)
        : error
    })
    if (secret === null) {
      // A locked keychain answers "nothing" too: ask how it is before the token is called lost.
      throw keychainProblem(await this.#secretStore.status()) ?? new ProblemError('token-missing')
    }
    this.#inMemory.set(id, secret)
    return secret
  }

  /**
   * Keeps a token that was tested. A keychain that does not take it leaves it in memory: the place that is returned says so.
   */
  async keep(id: string, url: string, token: Secret, remember: boolean): Promise<Profile['tokenPlace']> {
    let place: Profile['tokenPlace'] = 'session'
    if (remember) place = await this.#intoKeychain(accountOf(id, url), token)
    else await this.#secretStore.delete(accountOf(id, url)).catch(() => {})
    this.#inMemory.set(id, token)
    return place
  }

  /** @throws ProblemError `keychain-locked`, `keychain-denied`: the token would stay there unseen */
  async forget({ id, url, tokenPlace }: Profile): Promise<void> {
    if (tokenPlace === 'keychain') {
      await this.#secretStore.delete(accountOf(id, url)).catch((error: unknown) => {
        // Where the keychain itself is gone there is nothing to forget.
        if (!(error instanceof SecretStoreError)) throw error
        if (error.state !== 'missing') throw new ProblemError(`keychain-${error.state}`, error.message)
      })
    }
    this.#inMemory.delete(id)
  }

  async #intoKeychain(account: string, token: Secret): Promise<Profile['tokenPlace']> {
    try {
      await this.#secretStore.set(account, token)
      return 'keychain'
    } catch (error) {
      if (error instanceof SecretStoreError) return 'session'
      throw error
    }
  }
}

/** By address and id, never by the name alone: a renamed or re-made profile must not get another's token. */
function accountOf(id: string, url: string): string {
  return `${new URL(url).origin}/${id}`
}
