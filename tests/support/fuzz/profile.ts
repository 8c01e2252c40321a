import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { NewerDatabaseError, storageFault } from '../../../electron/base/sqlite.ts'
import { consoleRig, problemOf } from '../console-rig.ts'
import { DrivenClock } from '../driven-clock.ts'
import { fakeOpenCti } from '../fake-opencti.ts'
import { memorySecretStore } from '../memory-secret-store.ts'
import { type Campaign, campaign } from './campaign.ts'

type Rig = ReturnType<typeof consoleRig>

type Spoil = (bytes: Buffer) => Buffer
const place = fc.nat(1_000_000)
const SPOILS: fc.Arbitrary<Spoil> = fc.oneof(
  // Cut off.
  place.map(
    (at): Spoil =>
      (bytes) =>
        bytes.subarray(0, at % bytes.length),
  ),
  // Some bits turned.
  fc.array(fc.tuple(place, fc.nat(7)), { minLength: 1, maxLength: 12 }).map(
    (bits): Spoil =>
      (bytes) => {
        for (const [at, bit] of bits) bytes[at % bytes.length] = (bytes[at % bytes.length] ?? 0) ^ (1 << bit)
        return bytes
      },
  ),
  // A piece overwritten.
  fc.tuple(place, fc.nat(5_000), fc.nat(255)).map(
    ([at, length, by]): Spoil =>
      (bytes) => {
        const from = at % bytes.length
        return bytes.fill(by, from, Math.min(bytes.length, from + length))
      },
  ),
  // Another `user_version` in SQLite's header.
  fc.integer().map(
    (version): Spoil =>
      (bytes) => {
        bytes.writeInt32BE(version, 60)
        return bytes
      },
  ),
  fc.uint8Array({ maxLength: 300 }).map(
    (other): Spoil =>
      () =>
        Buffer.from(other),
  ),
)

/** What a page asks first. */
const LOOKS: readonly ((rig: Rig, connectionId: string) => Promise<unknown>)[] = [
  ({ client }) => client.settings.change({ scheme: 'dark' }),
  ({ client }) => client.activity.ledger({ before: null, first: 50, search: '', kind: null, personId: null }),
  ({ client }) => client.activity.verify(),
  ({ client }, connectionId) => client.inventory.snapshots({ connectionId }),
  ({ client }, connectionId) => client.inventory.tombstones({ connectionId, after: null, first: 50 }),
  ({ client }) => client.heartbeat.incidents({ before: null, limit: 50, connectionId: null }),
  ({ client }) => client.registration.local(),
]

/**
 * A profile with one of its files cut, bent or replaced opens, or says what is wrong in a way that is told in words; then
 * everything that is asked is answered or explained.
 */
export const profileCampaign: Campaign = async (order) => {
  const base = mkdtempSync(join(existsSync('/dev/shm') ? '/dev/shm' : tmpdir(), 'gatehouse-fuzz-'))
  const keychain = memorySecretStore()
  const platform = await fakeOpenCti()
  const whole = join(base, 'whole')
  mkdirSync(whole)
  const made = consoleRig({ folder: whole, keychain, clock: new DrivenClock() })
  const connectionId = await made.connect(platform.url)
  await made.client.tokens.generate({ connectionId, userId: 'me', name: 'ci', duration: 'DAYS_30' })
  await made.console.dispose()
  const files = readdirSync(whole).filter((name) => name.endsWith('.sqlite'))

  let number = 0
  const property = fc.asyncProperty(fc.constantFrom(...files), SPOILS, async (file, spoil) => {
    const folder = join(base, String(number++))
    mkdirSync(folder)
    try {
      for (const name of files) copyFileSync(join(whole, name), join(folder, name))
      writeFileSync(join(folder, file), spoil(readFileSync(join(whole, file))))
      const rig = opened(folder, keychain)
      if (rig !== null) await answers(rig, connectionId)
    } catch (error) {
      throw new Error(`${file}: ${error instanceof Error ? error.stack : error}`)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
  try {
    return await campaign('files of a profile', property)(order)
  } finally {
    await platform.close()
    rmSync(base, { recursive: true, force: true })
  }
}

/** null: it did not open, and why not has words (`whyNot`). */
function opened(folder: string, keychain: ReturnType<typeof memorySecretStore>): Rig | null {
  try {
    return consoleRig({ folder, keychain, clock: new DrivenClock() })
  } catch (error) {
    if (error instanceof NewerDatabaseError || storageFault(error) !== null) return null
    throw error
  }
}

async function answers(rig: Rig, connectionId: string): Promise<void> {
  try {
    for (const look of LOOKS) {
      const answered = Symbol('answered')
      const problem = await problemOf(look(rig, connectionId).then(() => Promise.reject(answered))).catch(
        (error: unknown) => {
          if (error === answered) return null
          throw error
        },
      )
      if (problem?.code === 'internal') throw new Error(`${look}: ${rig.lines.slice(-3).join(' ')}`)
    }
  } finally {
    await rig.console.dispose()
  }
}
