import type { EmbeddedXtmOne } from '#base/platform-channel.ts'
import { ProblemError } from '#base/problem-error.ts'
import type { Secret } from '#base/secret.ts'
import type { Database } from '#base/sqlite.ts'
import type { LocalXtmOne } from '#shared/contract/registration.ts'
import { isPlainText, platformUrl } from '#shared/domain/platform-url.ts'
import { type ActionLedger, recorded } from '../ports/action-ledger.ts'
import { type SecretStore, SecretStoreError } from '../ports/secret-store.ts'

type Chosen = Omit<LocalXtmOne, 'hasToken'>

const DEFAULTS: Chosen = { mode: 'stand-in', url: '', profile: 'current' }

export interface LocalXtmOneParts {
  readonly database: Database
  readonly secretStore: SecretStore
  readonly ledger: ActionLedger
  /** starts the embedded platform anew, if it should run at all */
  readonly restart: () => Promise<void>
}

/** What the embedded platform registers with. The token is in the keychain, or in memory where there is none. */
export class LocalXtmOneService {
  readonly #parts: LocalXtmOneParts
  /** typed or read since the start, by address */
  readonly #tokens = new Map<string, Secret>()

  constructor(parts: LocalXtmOneParts) {
    this.#parts = parts
  }

  async current(): Promise<LocalXtmOne> {
    const chosen = this.#read()
    return { ...chosen, hasToken: (await this.#token(chosen.url)) !== null }
  }

  /**
   * @param token null keeps the one of this address
   * @throws ProblemError `bad-address`, `plain-http`, or `token-missing` when an own XTM One has none
   */
  async change({ mode, url: typed, profile }: Chosen, token: Secret | null): Promise<LocalXtmOne> {
    const url = mode === 'own' ? checkedUrl(typed) : typed
    if (mode === 'own' && token === null && (await this.#token(url)) === null)
      throw new ProblemError('token-missing')
    const { database, ledger, restart } = this.#parts
    const facts = { mode, url, profile, newToken: token !== null }
    await recorded(ledger, 'registration.configure', facts, async () => {
      if (token !== null) await this.#keepToken(url, token)
      database
        .prepare('INSERT OR REPLACE INTO local_xtm_one (only, mode, url, profile) VALUES (1, ?, ?, ?)')
        .run(mode, url, profile)
    })
    await restart()
    return this.current()
  }

  /** For the start of the platform: the one place where the token is read out. */
  async forPlatform(): Promise<EmbeddedXtmOne> {
    const { mode, url, profile } = this.#read()
    if (mode !== 'own') return { mode }
    // Without its token the registration is off, and the platform's configuration check says which key is missing.
    return { mode, url, profile, token: (await this.#token(url))?.expose() ?? '' }
  }

  #read(): Chosen {
    const row = this.#parts.database.prepare('SELECT mode, url, profile FROM local_xtm_one').get()
    return row ? (row as unknown as Chosen) : DEFAULTS
  }

  /** Null when there is none, or the keychain does not give it now. */
  async #token(url: string): Promise<Secret | null> {
    if (url === '') return null
    const known = this.#tokens.get(url)
    if (known) return known
    try {
      const found = await this.#parts.secretStore.get(accountOf(url))
      if (found !== null) this.#tokens.set(url, found)
      return found
    } catch (error) {
      if (error instanceof SecretStoreError) return null
      throw error
    }
  }

  async #keepToken(url: string, token: Secret): Promise<void> {
    this.#tokens.set(url, token)
    try {
      await this.#parts.secretStore.set(accountOf(url), token)
    } catch (error) {
      if (!(error instanceof SecretStoreError)) throw error
    }
  }
}

/** SECURITY: by the address it was typed for, so that another address never gets it. */
function accountOf(url: string): string {
  return `${url}/xtm-one-registration`
}

/** @throws ProblemError `bad-address`, `plain-http` */
function checkedUrl(typed: string): string {
  const url = platformUrl(typed)
  if (url === null) throw new ProblemError('bad-address')
  // SECURITY: the registration token, and in the poc profile tokens of users, would be readable on the way.
  if (isPlainText(url)) throw new ProblemError('plain-http')
  return url
}
