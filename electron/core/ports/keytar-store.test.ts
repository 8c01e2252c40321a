import { describe, expect, it } from 'vitest'
import { Secret } from '#base/secret.ts'
import { DrivenClock } from '../../../tests/support/driven-clock.ts'
import { type Keytar, keytarStore, stateOfKeychainError } from './keytar-store.ts'

describe('what a keychain error means', () => {
  it.each([
    ['Cannot autolaunch D-Bus without X11 $DISPLAY', 'missing'],
    ['Failed to execute child process “dbus-launch” (No such file or directory)', 'missing'],
    [
      'Error spawning command line “dbus-launch --autolaunch=0 --binary-syntax”: exited with code 1',
      'missing',
    ],
    ['Cannot spawn a message bus without a machine-id: Unable to load /etc/machine-id', 'missing'],
    ['Unknown or unsupported transport “disabled” for address “disabled:”', 'missing'],
    ['The name org.freedesktop.secrets was not provided by any .service files', 'missing'],
    ['Message recipient disconnected from message bus without replying', 'missing'],
    ['The session wrapping the secret does not exist', 'restarted'],
    ['The name :1.0 was not provided by any .service files', 'restarted'],
    ['libsecret-1.so.0: cannot open shared object file: No such file or directory', 'missing'],
    ['Cannot create an item in a locked collection', 'locked'],
    ['Object does not exist at path "/org/freedesktop/secrets/collection/login"', 'locked'],
    ['User interaction is not allowed.', 'locked'],
    ['The user name or passphrase you entered is not correct.', 'denied'],
  ])('%s → %s', (text, state) => {
    expect(stateOfKeychainError(text)).toBe(state)
  })
})

function memoryKeytar(): Keytar & { items: Map<string, string> } {
  const items = new Map<string, string>()
  return {
    items,
    getPassword: async (service, account) => items.get(`${service} ${account}`) ?? null,
    setPassword: async (service, account, password) => void items.set(`${service} ${account}`, password),
    deletePassword: async (service, account) => items.delete(`${service} ${account}`),
  }
}

const options = { service: 'gatehouse-test', os: 'linux', clock: new DrivenClock() } as const

describe('the keychain through keytar', () => {
  it('is ready when it gives back what was written, and keeps nothing of the probe', async () => {
    const keytar = memoryKeytar()
    const store = keytarStore({ ...options, load: async () => keytar })
    const [one, two] = await Promise.all([store.status(), store.status()])
    expect(one).toEqual({ state: 'ready', backend: 'Secret Service', detail: null })
    expect(two.state).toBe('ready')
    expect(keytar.items.size).toBe(0)
  })

  it('is locked when it reads as empty but takes nothing', async () => {
    const keytar = memoryKeytar()
    keytar.setPassword = async () => {
      throw new Error('Cannot create an item in a locked collection')
    }
    const store = keytarStore({ ...options, load: async () => keytar })
    expect(await store.get('anything')).toBeNull()
    expect((await store.status()).state).toBe('locked')
    await expect(store.set('a', new Secret('not-a-real-token'))).rejects.toMatchObject({ state: 'locked' })
  })

  it('is missing when the native module cannot be loaded', async () => {
    const load = () => Promise.reject(new Error('libsecret-1.so.0: cannot open shared object file'))
    expect((await keytarStore({ ...options, load }).status()).state).toBe('missing')
  })

  it('does not wait for ever for a keychain that does not answer', async () => {
    const clock = new DrivenClock()
    const keytar = { ...memoryKeytar(), getPassword: () => new Promise<never>(() => {}) }
    const asked = keytarStore({ ...options, clock, load: async () => keytar }).get('a')
    const refused = expect(asked).rejects.toMatchObject({ state: 'locked' })
    await clock.pass(60_000)
    await refused
    expect(clock.pending).toBe(0)
  })
})
