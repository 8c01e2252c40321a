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

const STEPS: Record<string, () => Promise<unknown>> = {
  status: () => store.status(),
  keep: () => new TokenVault(store).keep(profile.id, profile.url, new Secret(TOKEN), true),
  token: async () => (await new TokenVault(store).token(profile)).expose() === TOKEN,
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
