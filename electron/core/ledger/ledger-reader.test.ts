import { afterEach, expect, it } from 'vitest'
import { type LedgerRig, ledgerRig } from '../../../tests/support/ledger-rig.ts'

const opened: LedgerRig[] = []
afterEach(() => {
  for (const rig of opened.splice(0)) rig.close()
})

function rigOf(folder?: LedgerRig): LedgerRig {
  const rig = ledgerRig(folder)
  opened.push(rig)
  return rig
}

const NEWEST = { before: null, first: 50, search: '', kind: null, personId: null }

it('pages from the newest, each action with its outcome', async () => {
  const { ledger } = rigOf()
  for (let number = 1; number <= 5; number += 1) {
    const intent = await ledger.begin('token.revoke', { name: `token ${number}` })
    if (number < 5)
      ledger.end(intent, number === 2 ? 'failed' : 'done', number === 2 ? { problem: 'timeout' } : {})
  }
  const seen: string[] = []
  for (let before: number | null = null; ; ) {
    const page = ledger.read({ ...NEWEST, before, first: 2 })
    seen.push(...page.entries.map(({ object, result, problem }) => `${object} ${result} ${problem}`))
    before = page.entries.at(-1)?.place ?? null
    if (!page.more) break
  }
  expect(seen).toEqual([
    'token 5 running null',
    'token 4 done null',
    'token 3 done null',
    'token 2 failed timeout',
    'token 1 done null',
  ])
})

it('what an earlier run left open has an unknown outcome', async () => {
  const first = rigOf()
  await first.ledger.begin('token.revoke', {})
  first.close()
  const again = rigOf(first)
  // Before the key is there, and when it is recorded.
  for (const _ of [1, 2]) {
    expect(again.ledger.read(NEWEST).entries).toMatchObject([{ result: 'unknown', interrupted: true }])
    await again.ledger.verify()
  }
  expect(again.ledger.read(NEWEST).entries[0]?.records).toHaveLength(2)
})

it('a record that is not what was written stands there as far as it can be read', async () => {
  const { ledger, database } = rigOf()
  await ledger.begin('token.revoke', { name: 'one' })
  await ledger.begin('token.revoke', { name: 'two' })
  for (const damaged of ['no JSON', '[1]', 'null', '{"phase":"intent","at":"never","action":7,"actor":{}}']) {
    database.prepare('UPDATE record SET body = ? WHERE place = 2').run(damaged)
    const { entries } = ledger.read(NEWEST)
    expect(entries).toMatchObject([{ place: 2, at: null, action: null, records: [damaged] }, { place: 1 }])
    expect(ledger.read({ ...NEWEST, kind: 'token', personId: 'x' }).entries).toEqual([])
  }
})

it('says so when it cannot be read', () => {
  const { ledger, database } = rigOf()
  database.close()
  expect(() => ledger.read(NEWEST)).toThrow(expect.objectContaining({ code: 'ledger-unreadable' }))
})
