import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Row } from '../../scripts/bench.ts'
import { ledgerOnFullDisk } from '../support/full-disk.ts'
import { killedLedger } from '../support/killed-ledger.ts'
import { fileFlips, longLedger, missed, tamperings } from '../support/ledger-tampering.ts'

export const id = 'REL-3'

const KILLS = 200
/** Every byte in the long form. */
const FILE_STEP = { short: 97, full: 1 } as const

/** The ledger against tampering, a full disk and killed processes. GATEHOUSE_FULL=1 flips every byte of the file too. */
export async function run(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-rel-3-'))
  try {
    const killed = killedRow(folder)
    const rows = [await tampered(), await flipped(), await fullDisk()]
    return [...rows, await killed]
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const row = (figure: string, bar: string, pass: boolean): Row => ({ id, figure, bar, pass })

async function tampered(): Promise<Row> {
  const rig = await longLedger(40)
  const all = await tamperings(rig)
  rig.close()
  const flips = all.filter(({ what }) => what === 'flip').length
  const lost = missed(all)
  return row(
    `every byte of 2 chains: ${flips} flipped; ${all.length - flips} records dropped, swapped, renumbered, moved, tails cut: ` +
      `${all.length - lost.length} of ${all.length} found at the record`,
    '100 %',
    lost.length === 0 && flips > 5_000,
  )
}

async function flipped(): Promise<Row> {
  const step = process.env.GATEHOUSE_FULL === '1' ? FILE_STEP.full : FILE_STEP.short
  const { flips, harmless, found, unseen } = await fileFlips(await longLedger(40), step)
  return row(
    `${flips} bytes of the file flipped: ${found} found, ${harmless} changed no record, ${unseen.length} unseen`,
    '0 unseen',
    unseen.length === 0 && found > 0,
  )
}

async function fullDisk(): Promise<Row> {
  const { disk, deeds, refusal, onFull, unrecorded, afterwards } = await ledgerOnFullDisk()
  return row(
    `${disk} full after ${deeds} deeds ("${refusal}"): ${unrecorded} deeds without a record, ${onFull} of 20 more done; ` +
      `with room again the ledger is ${afterwards}`,
    '0 without a record',
    refusal.startsWith('ledger-failed') && unrecorded === 0 && onFull === 0 && afterwards === 'whole',
  )
}

async function killedRow(folder: string): Promise<Row> {
  const lanes = await Promise.all([
    killedLedger(join(folder, 'one'), KILLS / 2),
    killedLedger(join(folder, 'two'), KILLS / 2),
  ])
  const sum = (name: keyof (typeof lanes)[number]) => lanes.reduce((total, lane) => total + lane[name], 0)
  return row(
    `${sum('kills')} times SIGKILL: opened and whole ${sum('opened')} times; ${sum('deeds')} deeds, ${sum('unrecorded')} without a record; ` +
      `${sum('settled')} left open and recorded as unknown, ${sum('left')} forgotten`,
    `${KILLS} of ${KILLS}, 0, 0`,
    sum('opened') === KILLS && sum('unrecorded') === 0 && sum('left') === 0,
  )
}
