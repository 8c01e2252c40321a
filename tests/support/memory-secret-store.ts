import { Secret } from '../../electron/base/secret.ts'
import {
  type SecretStore,
  SecretStoreError,
  type SecretStoreState,
} from '../../electron/core/ports/secret-store.ts'

export interface MemorySecretStore extends SecretStore {
  state: SecretStoreState
  readonly items: Map<string, string>
}

/** A keychain whose state a test sets; it behaves as the real ones do, a locked one reading as empty too. */
export function memorySecretStore(state: SecretStoreState = 'ready'): MemorySecretStore {
  const items = new Map<string, string>()
  const refuse = (self: MemorySecretStore): void => {
    if (self.state !== 'ready') throw new SecretStoreError(self.state, `The keychain is ${self.state}`)
  }
  return {
    state,
    items,
    async status() {
      const detail = this.state === 'ready' ? null : `The keychain is ${this.state}`
      return { state: this.state, backend: 'Secret Service', detail }
    },
    async get(account) {
      if (this.state === 'locked') return null
      refuse(this)
      const value = items.get(account)
      return value === undefined ? null : new Secret(value)
    },
    async set(account, secret) {
      refuse(this)
      items.set(account, secret.expose())
    },
    async delete(account) {
      refuse(this)
      items.delete(account)
    },
  }
}
