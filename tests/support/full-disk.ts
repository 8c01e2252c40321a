import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { recorded } from '../../electron/core/ports/action-ledger.ts'
import { ledgerRig } from './ledger-rig.ts'

export interface FullDisk {
  /** what was full */
  readonly disk: string
  readonly deeds: number
  readonly refusal: string
  /** deeds that were done although nothing could be recorded, of 20 tried */
  readonly onFull: number
  readonly unrecorded: number
  /** what verifying said when there was room again */
  readonly afterwards: string
}

const KILOBYTES = 640
const FILLER = 'filler'

/** Recorded deeds until the disk is full, twenty more, and one when there is room again, all by the same console. */
export async function ledgerOnFullDisk(): Promise<FullDisk> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-disk-'))
  const mounted = mount(folder)
  if (mounted) writeFileSync(join(folder, FILLER), Buffer.alloc(200 * 1024))
  const rig = ledgerRig({ folder })
  if (!mounted) rig.database.exec('PRAGMA max_page_count = 60')
  let done = 0
  const deed = () =>
    recorded(rig.ledger, 'token.revoke', { name: 'x'.repeat(400) }, () => {
      done += 1
    })
  try {
    let refusal = ''
    for (let tries = 0; tries < 5_000 && refusal === ''; tries += 1) {
      await deed().catch((error: Error) => {
        refusal = error.message
      })
    }
    const deeds = done
    for (let tries = 0; tries < 20; tries += 1) await deed().catch(() => {})
    const onFull = done - deeds
    const { intents } = rig.database
      .prepare("SELECT count(*) AS intents FROM record WHERE phase = 'intent'")
      .get() as { intents: number }
    const unrecorded = Math.max(0, done - intents)
    if (mounted) rmSync(join(folder, FILLER))
    else rig.database.exec('PRAGMA max_page_count = 100000')
    await deed()
    const afterwards = (await rig.ledger.verify()).state
    const disk = mounted ? `a disk of ${KILOBYTES} kB` : 'a database that may not grow (no right to mount)'
    return { disk, deeds, refusal, onFull, unrecorded, afterwards }
  } finally {
    rig.close()
    if (mounted) spawnSync('umount', ['-l', folder])
    rmSync(folder, { recursive: true, force: true })
  }
}

/** A small disk in memory; false where this process may not mount one. */
function mount(folder: string): boolean {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${KILOBYTES}k`, 'tmpfs', folder]).status === 0
}
