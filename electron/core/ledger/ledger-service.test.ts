import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { ProblemError } from '#base/problem-error.ts'
import { type Database, openDatabase } from '#base/sqlite.ts'
import { DrivenClock } from '../../../tests/support/driven-clock.ts'
import { quietLogger } from '../../../tests/support/quiet-logger.ts'
import { recorded } from '../ports/action-ledger.ts'
import { LEDGER_MIGRATIONS, type LedgerKey, LedgerService } from './ledger-service.ts'

const opened: Database[] = []
afterEach(() => {
  for (const database of opened.splice(0)) if (database.isOpen) database.close()
})

const KEY: LedgerKey = { chain: 'main', key: Buffer.alloc(32, 1), place: 'keychain' }

function ledgerIn(
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-ledger-')),
  fetchKey: () => Promise<LedgerKey> = async () => KEY,
) {
  const database = openDatabase(join(folder, 'ledger.sqlite'), LEDGER_MIGRATIONS)
  opened.push(database)
  const { logger } = quietLogger()
  const ledger = new LedgerService({ database, clock: new DrivenClock(), logger, fetchKey })
  const bodies = () =>
    (database.prepare('SELECT body FROM record ORDER BY place').all() as { body: string }[]).map(({ body }) =>
      JSON.parse(body),
    )
  return { ledger, database, folder, bodies }
}

it('writes the intent before the deed and the outcome after it', async () => {
  const { ledger, bodies } = ledgerIn()
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
  const { ledger, bodies } = ledgerIn()
  const deed = () => Promise.reject(new ProblemError('wrong-token'))
  await expect(recorded(ledger, 'token.generate', {}, deed)).rejects.toThrow('wrong-token')
  await ledger.verify()
  expect(bodies()[1]).toMatchObject({ phase: 'outcome', result: 'failed', problem: 'wrong-token' })
})

it('records several deeds in one go, or none of them', async () => {
  const { ledger, database, bodies } = ledgerIn()
  const deeds = ['t-1', 't-2', 't-3'].map(
    (tokenId) => ({ action: 'token.revoke', facts: { tokenId } }) as const,
  )
  const intents = await ledger.beginAll(deeds)
  expect(intents.map(({ sequence }) => sequence)).toEqual([1, 2, 3])
  ledger.endAll(intents.map((intent) => ({ intent, result: 'done', facts: { seenGone: true } })))
  expect(await ledger.verify()).toMatchObject({ ok: true, head: { count: 6 } })
  expect(bodies().slice(3)).toMatchObject([{ of: 1 }, { of: 2 }, { of: 3 }])
  database.exec(
    `CREATE TRIGGER full BEFORE INSERT ON record WHEN new.sequence = 8 BEGIN SELECT RAISE(ABORT, 'full'); END`,
  )
  await expect(ledger.beginAll(deeds)).rejects.toMatchObject({ code: 'ledger-failed' })
  expect(bodies()).toHaveLength(6)
})

it('a full disk lets nothing happen unrecorded', async () => {
  const { ledger, database } = ledgerIn()
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

it('a closed file and a missing key refuse too', async () => {
  const { ledger, database } = ledgerIn()
  await ledger.begin('token.revoke', {})
  database.close()
  await expect(ledger.begin('token.revoke', {})).rejects.toMatchObject({ code: 'ledger-failed' })
  const keyless = ledgerIn(undefined, () => Promise.reject(new Error('no key')))
  await expect(keyless.ledger.begin('token.revoke', {})).rejects.toMatchObject({ code: 'ledger-failed' })
})

it('goes on over restarts, and finds what was changed', async () => {
  const first = ledgerIn()
  for (const tokenId of ['t-1', 't-2', 't-3']) await first.ledger.begin('token.revoke', { tokenId })
  first.database.close()
  const second = ledgerIn(first.folder)
  await second.ledger.begin('token.revoke', { tokenId: 't-4' })
  expect(await second.ledger.verify()).toMatchObject({ ok: true, head: { count: 4 } })
  second.database.exec(`UPDATE record SET body = replace(body, 't-2', 't-9')`)
  expect(await second.ledger.verify()).toEqual({ ok: false, sequence: 2, why: 'changed' })
})

it('goes on with a chain of its own while its key is out of reach, tied to the one before', async () => {
  const { ledger, folder, database } = ledgerIn()
  await ledger.begin('token.revoke', {})
  database.close()
  let current: LedgerKey = { chain: 'fallback', key: Buffer.alloc(32, 2), place: 'file' }
  const later = ledgerIn(folder, async () => current)
  await later.ledger.begin('token.revoke', {})
  expect(later.ledger.status.value).toMatchObject({ state: 'ready', keyPlace: 'file', records: 2 })
  expect(later.bodies()[1].after).toMatch(/^main:1:[0-9a-f]{64}$/)
  current = KEY
  await later.ledger.reopen()
  await later.ledger.begin('token.revoke', {})
  expect(later.bodies()[2].after).toMatch(/^fallback:1:/)
  expect(await later.ledger.verify()).toMatchObject({ ok: true, head: { count: 2 } })
})

it('holds nothing that looks like a token', async () => {
  const { ledger, bodies } = ledgerIn()
  await ledger.begin('token.generate', { name: `flgrn_octi_tkn_${'Fake'.repeat(16)}` })
  expect(bodies()[0].name).toBe('flgrn_octi_tkn_[redacted]')
})
