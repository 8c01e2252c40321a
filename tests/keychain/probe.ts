import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '../../electron/base/clock.ts'
import { asProblem } from '../../electron/base/problem-error.ts'
import { Secret } from '../../electron/base/secret.ts'
import type { Profile } from '../../electron/core/connections/profile-store.ts'
import { TokenVault } from '../../electron/core/connections/token-vault.ts'
import { keytarStore } from '../../electron/core/ports/keytar-store.ts'
import { localKey } from '../../electron/core/ports/local-key.ts'

/**
 * Runs inside a keychain session that session.ts makes: does the steps of its arguments, each in this same process, and
 * prints what came of each as one line of JSON. `node probe.ts FOLDER STEP…`
 */
const [folder = '', ...steps] = process.argv.slice(2)
const store = keytarStore({ service: 'gatehouse-keychain-test', os: 'linux', clock: systemClock })
const profile: Profile = {
  id: 'connection-1',
  kind: 'opencti',
  name: 'Test',
  url: 'https://platform.example',
  caPem: null,
  proxy: null,
  tokenPlace: 'keychain',
  createdAt: 0,
}
/** Obviously no token; the test looks for it in what was written. */
const TOKEN = `flgrn_octi_tkn_${'Keychain'.repeat(8)}`

/** The one of this process, which holds what it was given as the console does. */
const vault = new TokenVault(store)

/** What a person, or the system, does to the keychain under a running console. @returns what the program printed */
const system = (program: string, args: readonly string[], input = ''): string =>
  spawnSync(program, args, { encoding: 'utf8', input }).stdout
const dbus = (destination: string, ...words: string[]): string =>
  system('dbus-send', ['--session', '--print-reply', `--dest=${destination}`, ...words])

const STEPS: Record<string, () => Promise<unknown>> = {
  status: () => store.status(),
  keep: () => vault.keep(profile.id, profile.url, new Secret(TOKEN), true),
  token: async () => (await new TokenVault(store).token(profile)).expose() === TOKEN,
  held: async () => (await vault.token(profile)).expose() === TOKEN,
  'lock-meanwhile': async () => {
    const [service, path] = ['org.freedesktop.secrets', '/org/freedesktop/secrets']
    dbus(service, path, 'org.freedesktop.Secret.Service.Lock', `array:objpath:${path}/collection/login`)
    return 'locked'
  },
  'kill-daemon': async () => {
    const word = 'org.freedesktop.DBus.GetConnectionUnixProcessID'
    const bus = 'org.freedesktop.DBus'
    const [, pid] = /uint32 (\d+)/.exec(dbus(bus, '/', word, 'string:org.freedesktop.secrets')) ?? []
    if (!pid) throw new Error('There is no keychain to kill')
    process.kill(Number(pid), 'SIGKILL')
    return 'killed'
  },
  'start-daemon': async () => {
    system('gnome-keyring-daemon', ['--unlock', '--replace', '--components=secrets'], 'test\n')
    return 'started'
  },
  'spoil-key': async () => {
    const { account } = JSON.parse(readFileSync(join(folder, 'platform.keychain.json'), 'utf8'))
    await store.set(account, new Secret('not what was kept'))
    return 'spoiled'
  },
  forget: async () => {
    await new TokenVault(store).forget(profile)
    return 'forgotten'
  },
  key: async () => {
    const { key, place } = await localKey(store, folder, 'platform')
    return { place, key: key.toString('base64') }
  },
  absent: async () => (await store.get('never-written')) === null,
}

for (const step of steps) {
  const outcome = await (STEPS[step]?.() ?? Promise.reject(new Error(`Unknown step ${step}`))).catch(
    (error: unknown) => ({ problem: asProblem(error).code, text: String(error) }),
  )
  process.stdout.write(`${JSON.stringify(outcome)}\n`)
}
