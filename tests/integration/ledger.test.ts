import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { ledgerOnFullDisk } from '../support/full-disk.ts'
import { killedLedger } from '../support/killed-ledger.ts'

// The long form is `npm run bench -- REL-3`.
it('a full disk lets nothing happen unrecorded, and room again is enough', async () => {
  const found = await ledgerOnFullDisk()
  expect(found).toMatchObject({ onFull: 0, unrecorded: 0, afterwards: 'whole' })
  expect(found.refusal).toMatch(/^ledger-failed: .*(full|disk)/)
  expect(found.deeds).toBeGreaterThan(3)
})

it('opens again whenever it is killed, and knows of every deed', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-killed-'))
  const found = await killedLedger(folder, 24)
  expect(found).toMatchObject({ opened: 24, unrecorded: 0, left: 0 })
  expect(found.deeds).toBeGreaterThan(10)
  rmSync(folder, { recursive: true })
})
