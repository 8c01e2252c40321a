import { ProblemError } from '#base/problem-error.ts'
import { hasLocalKey, localKey } from '../ports/local-key.ts'
import type { SecretStore } from '../ports/secret-store.ts'
import type { ChainName } from './ledger-database.ts'
import type { LedgerHeads } from './ledger-heads.ts'

/**
 * The key that a chain is made with. `fallback`: the profile's own ledger key is damaged, or in a keychain that does not give
 * it now; the console goes on with a chain of its own, so that nobody is locked out and nothing happens unrecorded.
 */
export interface LedgerKey {
  readonly chain: ChainName
  readonly key: Uint8Array
  readonly place: 'keychain' | 'file'
  /** the file of the profile's own key, where that is damaged */
  readonly damaged?: string | undefined
}

export interface LedgerKeys {
  /** The key to write with now. @throws ProblemError */
  current(): Promise<LedgerKey>
  /** The key of a chain for reading; null when there is none, or none within reach. Makes none. */
  existing(chain: ChainName): Promise<Uint8Array | null>
}

const PURPOSES = { main: 'ledger', fallback: 'ledger-fallback' } as const

/** The profile's ledger key; where it cannot be had, one of its own in a file, so that work can go on. */
export function ledgerKeys(secretStore: SecretStore, keyFolder: string, heads: LedgerHeads): LedgerKeys {
  const fetched = (chain: ChainName) =>
    localKey(chain === 'main' ? secretStore : null, keyFolder, PURPOSES[chain], (key) =>
      heads.birth(chain, key),
    )
  return {
    async current() {
      try {
        return { chain: 'main', ...(await fetched('main')) }
      } catch (error) {
        if (!(error instanceof ProblemError) || !/^key(chain)?-/.test(error.code)) throw error
        const damaged = error.code === 'key-damaged' ? (error.detail ?? '') : undefined
        return { chain: 'fallback', ...(await fetched('fallback')), damaged }
      }
    },
    async existing(chain) {
      if (!hasLocalKey(keyFolder, PURPOSES[chain])) return null
      return fetched(chain).then(
        ({ key }) => key,
        () => null,
      )
    },
  }
}
