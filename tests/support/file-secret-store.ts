import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type MemorySecretStore, memorySecretStore } from './memory-secret-store.ts'

/**
 * A keychain for a console that is killed and starts again: its items outlive the process, in a file of the test's folder.
 * @param asked is told each account that is read, before it is
 */
export function fileSecretStore(
  folder: string,
  asked: (account: string) => void = () => {},
): MemorySecretStore {
  const path = join(folder, 'keychain.json')
  const store = memorySecretStore()
  if (existsSync(path))
    for (const [account, value] of JSON.parse(readFileSync(path, 'utf8'))) store.items.set(account, value)
  const keep = (): void => writeFileSync(path, JSON.stringify([...store.items]))
  return {
    ...store,
    get(account) {
      asked(account)
      return store.get(account)
    },
    async set(account, secret) {
      await store.set(account, secret)
      keep()
    },
    async delete(account) {
      await store.delete(account)
      keep()
    },
  }
}
