import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { bundledScript } from './bundled-script.ts'
import { ledgerRig } from './ledger-rig.ts'
import { memorySecretStore } from './memory-secret-store.ts'

export interface KilledLedger {
  readonly kills: number
  /** openings after which the ledger was whole and took a record */
  readonly opened: number
  readonly deeds: number
  /** deeds that no record announces */
  readonly unrecorded: number
  /** deeds of killed lives whose outcome is unknown, and recorded as that */
  readonly settled: number
  /** deeds of killed lives without any outcome after the next opening */
  readonly left: number
}

/**
 * Lives that write to one ledger until they are killed with SIGKILL, by turns at a random moment and in the middle of a
 * transaction; after each the ledger is opened as the console does.
 */
export async function killedLedger(folder: string, kills: number): Promise<KilledLedger> {
  mkdirSync(folder, { recursive: true })
  const script = await bundledScript('ledger-child', folder)
  const profile = join(folder, 'profile')
  mkdirSync(profile)
  writeFileSync(join(profile, 'deeds'), '')
  let opened = 0
  let settled = 0
  let left = 0
  for (let kill = 0; kill < kills; kill += 1) {
    await life(script, profile, kill)
    const rig = ledgerRig({ folder: profile, keychain: memorySecretStore('missing') })
    try {
      const verdict = await rig.ledger.verify()
      const ends = rig.database
        .prepare(
          `SELECT coalesce(sum(of_place IS NOT NULL AND json_extract(body, '$.interrupted') IS 1), 0) AS settled,
             sum(phase = 'intent') - count(DISTINCT of_place) AS left FROM record`,
        )
        .get() as { settled: number; left: number }
      settled = ends.settled
      left += ends.left
      const intent = await rig.ledger.begin('token.revoke', {})
      rig.ledger.end(intent, 'done')
      await rig.ledger.verify()
      if (verdict.state === 'whole') opened += 1
    } finally {
      rig.close()
    }
  }
  return { kills, opened, settled, left, ...deedsOf(profile) }
}

async function life(script: string, profile: string, kill: number): Promise<void> {
  const calls = kill % 4 === 3 ? String(1 + ((kill * 37) % 60)) : '0'
  const child = spawn(
    join(import.meta.dirname, '../../node_modules/.bin/node'),
    ['--disable-warning=ExperimentalWarning', script, profile, calls],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  )
  const exit = once(child, 'exit')
  if (calls === '0') {
    // The first kills hit the birth of the ledger and its key.
    if (kill >= 8) await once(child.stdout, 'data')
    await wait(kill < 8 ? 30 + kill * 8 : Math.random() * 8)
    child.kill('SIGKILL')
  }
  const [code, signal] = await exit
  if (signal !== 'SIGKILL') throw new Error(`The ledger's writer ended with ${code ?? signal}`)
}

function deedsOf(profile: string): { deeds: number; unrecorded: number } {
  const rig = ledgerRig({ folder: profile, keychain: memorySecretStore('missing') })
  try {
    const announced = new Set(
      rig.database
        .prepare("SELECT place FROM record WHERE phase = 'intent'")
        .all()
        .map(({ place }) => Number(place)),
    )
    const deeds = readFileSync(join(profile, 'deeds'), 'utf8').split('\n').filter(Boolean).map(Number)
    return { deeds: deeds.length, unrecorded: deeds.filter((place) => !announced.has(place)).length }
  } finally {
    rig.close()
  }
}
