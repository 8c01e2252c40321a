import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { ProblemError } from '#base/problem-error.ts'
import { type LedgerRigOptions, ledgerRig } from '../../../tests/support/ledger-rig.ts'
import { memorySecretStore } from '../../../tests/support/memory-secret-store.ts'
import { recorded } from '../ports/action-ledger.ts'
import { LedgerHeads } from './ledger-heads.ts'
import { ledgerKeys } from './ledger-keys.ts'

const opened: { close: () => void }[] = []
afterEach(() => {
  for (const rig of opened.splice(0)) rig.close()
})

function rigOf(options?: LedgerRigOptions) {
  const rig = ledgerRig(options)
  opened.push(rig)
  return rig
}

/** A ledger of three records, closed. */
async function threeRecords() {
  const rig = rigOf()
  for (const tokenId of ['t-1', 't-2', 't-3']) await rig.ledger.begin('token.revoke', { tokenId })
  return rig
}

it('writes the intent before the deed and the outcome after it', async () => {
  const { ledger, bodies } = rigOf()
  let seenByDeed: unknown[] = []
  const result = await recorded(
    ledger,
    'token.revoke',
    { tokenId: 't-1' },
    () => {
      seenByDeed = bodies()
      return 'gone'
    },
    () => ({ seenGone: true }),
  )
  expect(result).toBe('gone')
  expect(seenByDeed).toMatchObject([{ phase: 'intent', action: 'token.revoke', tokenId: 't-1' }])
  await ledger.verify()
  expect(bodies()[1]).toMatchObject({ phase: 'outcome', of: 1, result: 'done', seenGone: true })
  expect(ledger.status.value).toEqual({ state: 'ready', records: 2, keyPlace: 'keychain' })
})

it('records a failed deed as failed', async () => {
  const { ledger, bodies } = rigOf()
  const deed = () => Promise.reject(new ProblemError('wrong-token'))
  await expect(recorded(ledger, 'token.generate', {}, deed)).rejects.toThrow('wrong-token')
  await ledger.verify()
  expect(bodies()[1]).toMatchObject({ phase: 'outcome', result: 'failed', problem: 'wrong-token' })
})

it('records several deeds in one go, or none of them', async () => {
  const { ledger, database, bodies } = rigOf()
  const deeds = ['t-1', 't-2', 't-3'].map(
    (tokenId) => ({ action: 'token.revoke', facts: { tokenId } }) as const,
  )
  const intents = await ledger.beginAll(deeds)
  expect(intents.map(({ sequence }) => sequence)).toEqual([1, 2, 3])
  ledger.endAll(intents.map((intent) => ({ intent, result: 'done', facts: { seenGone: true } })))
  expect(await ledger.verify()).toMatchObject({ state: 'whole', records: 6 })
  expect(bodies().slice(3)).toMatchObject([{ of: 1 }, { of: 2 }, { of: 3 }])
  database.exec(
    `CREATE TRIGGER full BEFORE INSERT ON record WHEN new.sequence = 8 BEGIN SELECT RAISE(ABORT, 'full'); END`,
  )
  await expect(ledger.beginAll(deeds)).rejects.toMatchObject({ code: 'ledger-failed' })
  expect(bodies()).toHaveLength(6)
})

it('a full disk lets nothing happen unrecorded', async () => {
  const { ledger, database } = rigOf()
  await ledger.begin('token.revoke', {})
  const { page_count } = database.prepare('PRAGMA page_count').get() as { page_count: number }
  database.exec(`PRAGMA max_page_count = ${page_count}`)
  let done = 0
  let refused: unknown
  for (let tries = 0; tries < 200 && !refused; tries += 1) {
    const deed = () => {
      done += 1
    }
    const before = done
    await recorded(ledger, 'token.revoke', { reason: 'x'.repeat(400) }, deed).catch((error) => {
      refused = error
      expect(done).toBe(before)
    })
  }
  expect(refused).toMatchObject({ code: 'ledger-failed', detail: 'database or disk is full' })
  expect(ledger.status.value).toMatchObject({ state: 'failed', problem: { code: 'ledger-failed' } })
  database.exec('PRAGMA max_page_count = 1000000')
  await ledger.begin('token.revoke', {})
  expect(ledger.status.value).toMatchObject({ state: 'ready' })
})

it('a closed file refuses; a key that could not be had is asked for again', async () => {
  const { ledger, database } = rigOf()
  await ledger.begin('token.revoke', {})
  database.close()
  await expect(ledger.begin('token.revoke', {})).rejects.toMatchObject({ code: 'ledger-failed' })
  const keyless = rigOf()
  await keyless.ledger.begin('token.revoke', {})
  keyless.close()
  const marker = join(keyless.keyFolder, 'ledger.keychain.json')
  rmSync(marker)
  mkdirSync(marker)
  const later = rigOf({ folder: keyless.folder, keychain: keyless.keychain })
  await expect(later.ledger.begin('token.revoke', {})).rejects.toMatchObject({ code: 'ledger-failed' })
  rmSync(marker, { recursive: true })
  await later.ledger.begin('token.revoke', {})
  expect(later.ledger.status.value).toMatchObject({ state: 'ready' })
})

it('goes on in a chain of its own while its key file is damaged, says which, and comes back with a backup', async () => {
  const keychain = memorySecretStore('missing')
  const first = rigOf({ keychain })
  await first.ledger.begin('token.revoke', {})
  first.close()
  const file = join(first.keyFolder, 'ledger.key')
  const whole = readFileSync(file, 'utf8')
  writeFileSync(file, whole.slice(0, 10))
  const later = rigOf({ folder: first.folder, keychain })
  await later.ledger.begin('token.revoke', {})
  expect(later.ledger.status.value).toMatchObject({ state: 'ready', damagedKey: 'keys/ledger.key' })
  expect(await later.ledger.verify()).toMatchObject({ state: 'whole', unchecked: 1 })
  writeFileSync(file, whole)
  await later.ledger.reopen()
  expect(later.ledger.status.value).not.toHaveProperty('damagedKey')
  expect(await later.ledger.verify()).toMatchObject({ state: 'whole', unchecked: 0 })
})

it('is closed with the reason when the key of that chain is damaged too', async () => {
  const keychain = memorySecretStore('missing')
  const first = rigOf({ keychain })
  await first.ledger.begin('token.revoke', {})
  first.close()
  for (const name of ['ledger', 'ledger-fallback']) writeFileSync(join(first.keyFolder, `${name}.key`), '')
  const rig = rigOf({ folder: first.folder, keychain })
  const refusal = { code: 'key-damaged', detail: 'keys/ledger-fallback.key' }
  await expect(rig.ledger.begin('token.revoke', {})).rejects.toMatchObject(refusal)
  expect(rig.ledger.status.value).toMatchObject({ state: 'failed', problem: refusal })
})

it('goes on over restarts, and finds what was changed', async () => {
  const first = await threeRecords()
  first.close()
  const second = rigOf(first)
  await second.ledger.begin('token.revoke', { tokenId: 't-4' })
  // Those of the first run have no outcome, which is recorded as the key comes.
  expect(await second.ledger.verify()).toMatchObject({ state: 'whole', records: 7, unchecked: 0 })
  second.database.exec(`UPDATE record SET body = replace(body, 't-2', 't-9') WHERE place = 2`)
  expect(await second.ledger.verify()).toMatchObject({ state: 'broken', place: 2, why: 'changed' })
  expect(second.ledger.status.value).toMatchObject({ state: 'ready', brokenAt: 2 })
})

it('records at the next start that nobody knows what became of a deed', async () => {
  const first = rigOf()
  const known = await first.ledger.begin('token.revoke', { tokenId: 't-1' })
  await first.ledger.begin('session.kill', { userId: 'u-1' })
  first.ledger.end(known, 'done')
  await first.ledger.verify()
  first.close()
  for (let start = 0; start < 2; start += 1) {
    const again = rigOf(first)
    await again.ledger.verify()
    expect(again.bodies()).toHaveLength(4)
    expect(again.bodies()[3]).toMatchObject({
      phase: 'outcome',
      action: 'session.kill',
      of: 2,
      result: 'unknown',
      interrupted: true,
    })
    again.close()
  }
})

it('goes on with a chain of its own while its key is out of reach, tied to the one before', async () => {
  const first = rigOf()
  const intent = await first.ledger.begin('token.revoke', {})
  first.ledger.end(intent, 'done')
  await first.ledger.verify()
  first.close()
  const { keychain } = first
  keychain.state = 'locked'
  const later = rigOf({ folder: first.folder, keychain })
  const second = await later.ledger.begin('token.revoke', {})
  expect(later.ledger.status.value).toMatchObject({ state: 'ready', keyPlace: 'file', records: 3 })
  expect(later.bodies()[2].after).toMatch(/^main:2:[0-9a-f]{64}$/)
  expect(await later.ledger.verify()).toMatchObject({ state: 'whole', records: 3, unchecked: 2 })
  keychain.state = 'ready'
  await later.ledger.reopen()
  later.ledger.end(second, 'done')
  expect(await later.ledger.verify()).toMatchObject({ state: 'whole', records: 4, unchecked: 0 })
  expect(later.bodies()[3].after).toMatch(/^fallback:1:/)

  // Neither chain can be changed, or pass for one that was never there.
  later.database.exec('DELETE FROM record WHERE place = 3; UPDATE record SET place = 3 WHERE place = 4')
  expect(await later.ledger.verify()).toMatchObject({ state: 'broken', place: 3, why: 'missing' })
})

it('a tail that was cut stays missing, whatever is recorded afterwards', async () => {
  const first = await threeRecords()
  first.database.exec(
    "DELETE FROM record WHERE place >= 2; UPDATE sqlite_sequence SET seq = 1 WHERE name = 'record'",
  )
  expect(await first.ledger.verify()).toMatchObject({ state: 'broken', place: 2, why: 'cut' })
  await first.ledger.begin('token.revoke', {})
  await first.ledger.begin('token.revoke', {})
  expect(await first.ledger.verify()).toMatchObject({ state: 'broken', place: 2, why: 'missing' })
})

it('a head that was taken away stays missed, also with all records', async () => {
  const first = await threeRecords()
  const head = join(first.keyFolder, 'ledger-head.main.json')
  rmSync(head)
  expect(await first.ledger.verify()).toMatchObject({ state: 'broken', place: 4, why: 'unanchored' })
  await first.ledger.begin('token.revoke', {})
  await first.ledger.begin('token.revoke', {})
  expect(await first.ledger.verify()).toMatchObject({ state: 'broken', place: 4, why: 'unanchored' })
  first.close()

  const emptied = await threeRecords()
  emptied.close()
  for (const name of readdirSync(emptied.folder))
    if (name.startsWith('ledger')) rmSync(join(emptied.folder, name))
  rmSync(join(emptied.keyFolder, 'ledger-head.main.json'))
  const later = rigOf(emptied)
  await later.ledger.begin('token.revoke', {})
  expect(await later.ledger.verify()).toMatchObject({ state: 'broken', place: 1, why: 'unanchored' })
})

it('a head that is set back or made up does not pass', async () => {
  const rig = await threeRecords()
  const row = rig.database.prepare('SELECT digest FROM record WHERE place = 2').get() as {
    digest: Uint8Array
  }
  const digest = Buffer.from(row.digest).toString('hex')
  rig.database.exec('DELETE FROM record WHERE place = 3')
  writeFileSync(
    join(rig.keyFolder, 'ledger-head.main.json'),
    JSON.stringify({ count: 2, digest, seal: '0'.repeat(64) }),
  )
  expect(await rig.ledger.verify()).toMatchObject({ state: 'broken', place: 3, why: 'unanchored' })
})

it('a crash between a record and its head breaks nothing', async () => {
  const rig = await threeRecords()
  const { heads, key } = await headsOf(rig)
  const before = heads.read('main', key)
  await rig.ledger.begin('token.revoke', {})
  if (before) heads.write('main', key, before)
  expect(await rig.ledger.verify()).toMatchObject({ state: 'whole', records: 4 })
  await rig.ledger.begin('token.revoke', {})
  expect(heads.read('main', key)).toMatchObject({ count: 5 })
})

it('a first start that is killed before the key is kept begins anew', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-ledger-'))
  const keychain = memorySecretStore()
  const kept = keychain.set
  keychain.set = () => Promise.reject(new Error('killed'))
  await expect(rigOf({ folder, keychain }).ledger.begin('token.revoke', {})).rejects.toThrow()
  keychain.set = kept
  const later = rigOf({ folder, keychain })
  await later.ledger.begin('token.revoke', {})
  expect(await later.ledger.verify()).toMatchObject({ state: 'whole', records: 1 })
})

it.each(['no database', ''])(
  'a file that is %j is set aside, and what is missing is missed',
  async (content) => {
    const first = await threeRecords()
    first.close()
    const file = join(first.folder, 'ledger.sqlite')
    for (const end of ['-wal', '-shm']) rmSync(file + end, { force: true })
    writeFileSync(file, content)
    const later = rigOf(first)
    expect(later.setAside === null).toBe(content === '')
    await later.ledger.begin('token.revoke', {})
    expect(await later.ledger.verify()).toMatchObject({ state: 'broken', place: 1, why: 'missing' })
  },
)

it('holds nothing that looks like a token', async () => {
  const { ledger, bodies } = rigOf()
  await ledger.begin('token.generate', { name: `flgrn_octi_tkn_${'Fake'.repeat(16)}` })
  expect(bodies()[0].name).toBe('flgrn_octi_tkn_[redacted]')
})

async function headsOf(rig: ReturnType<typeof ledgerRig>) {
  const key = await ledgerKeys(rig.keychain, rig.keyFolder, new LedgerHeads(rig.keyFolder)).existing('main')
  if (!key) throw new Error('There is no key')
  return { heads: new LedgerHeads(rig.keyFolder), key }
}
