import { expect, it } from 'vitest'
import { fileFlips, longLedger, missed, tamperings } from '../../../tests/support/ledger-tampering.ts'

// The long form, with a full disk and killed processes, is `npm run bench -- REL-3`.
it('whatever is done to a record is found at that record', async () => {
  const rig = await longLedger(24)
  expect(await rig.ledger.verify()).toMatchObject({ state: 'whole', unchecked: 0 })
  const all = await tamperings(rig, 9)
  expect(all.length).toBeGreaterThan(500)
  expect(missed(all)).toEqual([])
  rig.close()
})

it('a flipped byte of the file changes nothing or is found', async () => {
  const { flips, harmless, found, unseen } = await fileFlips(await longLedger(16), 353)
  expect({ unseen, sum: harmless + found }).toEqual({ unseen: [], sum: flips })
  expect(found).toBeGreaterThan(0)
})
