import { randomBytes } from 'node:crypto'
import type { Clock } from '#base/clock.ts'
import { messageOf } from '#base/problem-error.ts'
import { Secret } from '#base/secret.ts'
import {
  type SecretStore,
  SecretStoreError,
  type SecretStoreState,
  type SecretStoreStatus,
} from './secret-store.ts'

/** Under this name the system's keychain files what is ours. */
export const KEYCHAIN_SERVICE = 'org.gatehouse.console'

/** The three calls of keytar's API that the console uses; `findCredentials` hands out everything and stays out. */
export interface Keytar {
  getPassword(service: string, account: string): Promise<string | null>
  setPassword(service: string, account: string, password: string): Promise<void>
  deletePassword(service: string, account: string): Promise<boolean>
}

/** How long a keychain may take; a person who is asked for a password needs time. */
const PATIENCE_MS = 60_000
const PROBE_ACCOUNT = 'keychain-check'

/**
 * What keytar's backends say (measured on gnome-keyring; the macOS and Windows texts are the systems' documented ones).
 * First match wins: a locked collection is also "cannot create".
 */
const SPELLINGS: readonly (readonly [RegExp, Exclude<SecretStoreState, 'ready'>])[] = [
  [/locked collection|is locked|Object does not exist at path/i, 'locked'],
  [/interaction is not allowed/i, 'locked'],
  [/Cannot autolaunch D-Bus|unsupported transport|org\.freedesktop\.secrets was not provided/i, 'missing'],
  [/dbus-launch|Cannot spawn a message bus/i, 'missing'],
  // libsecret keeps its session with the service for the life of this process: one that came after it is never reached.
  [/session wrapping the secret does not exist|The name :[\d.]+ was not provided/i, 'restarted'],
  // It ended while it was asked (measured by killing gnome-keyring); the bus may start another, which is locked.
  [/disconnected from message bus|Did not receive a reply|process.*exited/i, 'missing'],
  [/Could not connect|Failed to connect|connection is closed|No such interface/i, 'missing'],
  [/cannot open shared object|Cannot find (module|package)|was compiled against|no native build/i, 'missing'],
]

/** What a keychain error means; an unknown text counts as a refusal, with the text for the details. */
export function stateOfKeychainError(text: string): Exclude<SecretStoreState, 'ready'> {
  return SPELLINGS.find(([spelling]) => spelling.test(text))?.[1] ?? 'denied'
}

export interface KeytarStoreOptions {
  /** the name under which the keychain files our items */
  readonly service: string
  readonly os: 'linux' | 'darwin' | 'win32'
  readonly clock: Clock
  /** loaded at first use: the native module links libsecret, which may be missing */
  readonly load?: () => Promise<Keytar>
}

export function keytarStore({ service, os, clock, load = loadKeytar }: KeytarStoreOptions): SecretStore {
  const backend = { linux: 'Secret Service', darwin: 'Keychain', win32: 'Credential Manager' }[os]

  async function ask<Answer>(call: (keytar: Keytar) => Promise<Answer>): Promise<Answer> {
    let giveUp = (): void => {}
    const patience = new Promise<never>((_, reject) => {
      const silence = new SecretStoreError('locked', 'The keychain did not answer.')
      giveUp = clock.after(PATIENCE_MS, () => reject(silence))
    })
    try {
      return await Promise.race([load().then(call), patience])
    } catch (error) {
      if (error instanceof SecretStoreError) throw error
      const text = messageOf(error)
      throw new SecretStoreError(stateOfKeychainError(text), text)
    } finally {
      giveUp()
    }
  }

  async function probe(): Promise<SecretStoreStatus> {
    const value = randomBytes(16).toString('hex')
    try {
      const readBack = await ask(async (keytar) => {
        await keytar.setPassword(service, PROBE_ACCOUNT, value)
        const found = await keytar.getPassword(service, PROBE_ACCOUNT)
        await keytar.deletePassword(service, PROBE_ACCOUNT)
        return found
      })
      if (readBack === value) return { state: 'ready', backend, detail: null }
      return { state: 'denied', backend, detail: 'The keychain did not give back what was written.' }
    } catch (error) {
      if (!(error instanceof SecretStoreError)) throw error
      return { state: error.state, backend, detail: error.message }
    }
  }

  // Two probes at a time would find each other's item.
  let probing: Promise<SecretStoreStatus> | null = null

  return {
    status() {
      probing ??= probe().finally(() => {
        probing = null
      })
      return probing
    },
    async get(account) {
      const value = await ask((keytar) => keytar.getPassword(service, account))
      return value === null ? null : new Secret(value)
    },
    set: (account, secret) => ask((keytar) => keytar.setPassword(service, account, secret.expose())),
    async delete(account) {
      await ask((keytar) => keytar.deletePassword(service, account))
    },
  }
}

async function loadKeytar(): Promise<Keytar> {
  const module = await import('keytar')
  return 'default' in module ? (module.default as Keytar) : module
}
