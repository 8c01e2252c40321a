import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Database } from '#base/sqlite.ts'
import type { LedgerVerdict } from '#shared/contract/activity.ts'
import { type LedgerRig, ledgerRig } from './ledger-rig.ts'

/**
 * A ledger of about `count` records over both chains: the keychain is taken away and given back on the way.
 */
export async function longLedger(count: number): Promise<LedgerRig> {
  let rig = ledgerRig()
  for (let number = 0; number < count / 2; number += 1) {
    if (number % 7 === 3) {
      // The next stretch is written by a console that starts while the keychain is locked, or open again.
      rig.close()
      rig.keychain.state = rig.keychain.state === 'ready' ? 'locked' : 'ready'
      rig = ledgerRig(rig)
    }
    const facts = { tokenId: `token-${number}`, user: `user${number % 5}@example.org`, name: 'Zoë’s scripts' }
    const intent = await rig.ledger.begin('token.revoke', facts)
    rig.ledger.end(intent, number % 3 === 0 ? 'failed' : 'done', { seenGone: true })
    await rig.ledger.verify()
  }
  rig.keychain.state = 'ready'
  await rig.ledger.reopen()
  await rig.ledger.begin('session.kill-all', { userId: 'user-1' })
  return rig
}

/** One way to tamper, and whether it was found where it happened. */
export interface Tampering {
  readonly what: string
  readonly at: number
  readonly verdict: LedgerVerdict
}

const DIGEST_BYTES = 32

/**
 * Tampers with the stored records one way at a time, verifies, and takes it back: flips a bit of every `step`th byte of
 * every body and digest, renumbers, moves, drops and swaps every record, cuts the tail at every length.
 */
export async function tamperings({ ledger, database }: LedgerRig, step = 1): Promise<Tampering[]> {
  const { count } = database.prepare('SELECT count(*) AS count FROM record').get() as { count: number }
  const found: Tampering[] = []
  async function tried(what: string, at: number, change: () => void): Promise<void> {
    database.exec('BEGIN')
    change()
    found.push({ what, at, verdict: await ledger.verify() })
    database.exec('ROLLBACK')
  }
  const exec = (sql: string) => () => database.exec(sql)
  let turn = 0
  for (let at = 1; at <= count; at += 1) {
    const { bytes } = database
      .prepare('SELECT length(CAST(body AS BLOB)) AS bytes FROM record WHERE place = ?')
      .get(at) as {
      bytes: number
    }
    for (let position = turn % step; position < bytes + DIGEST_BYTES; position += step) {
      turn += 1
      await tried('flip', at, () => flipByte(database, at, position, bytes, 1 << (turn % 8)))
    }
    await tried('renumber', at, exec(`UPDATE record SET sequence = sequence + 1000 WHERE place = ${at}`))
    await tried(
      'move on',
      at,
      exec(
        `UPDATE record SET place = -place WHERE place >= ${at}; UPDATE record SET place = 1 - place WHERE place < 0`,
      ),
    )
    await tried('drop', at, exec(`DELETE FROM record WHERE place = ${at}`))
    await tried(
      'drop and close up',
      at,
      exec(`DELETE FROM record WHERE place = ${at};
        UPDATE record SET place = -place WHERE place > ${at}; UPDATE record SET place = -place - 1 WHERE place < 0`),
    )
    await tried(
      'cut',
      at,
      exec(`DELETE FROM record WHERE place >= ${at}; UPDATE sqlite_sequence SET seq = ${at - 1}`),
    )
    if (at < count)
      await tried(
        'swap',
        at,
        exec(`UPDATE record SET place = -1 WHERE place = ${at};
          UPDATE record SET place = ${at} WHERE place = ${at + 1}; UPDATE record SET place = ${at + 1} WHERE place = -1`),
      )
  }
  return found
}

/** Those that were not found, or not where they happened. */
export const missed = (all: readonly Tampering[]): Tampering[] =>
  all.filter(({ at, verdict }) => verdict.state !== 'broken' || verdict.place !== at)

function flipByte(database: Database, place: number, position: number, bodyBytes: number, bit: number): void {
  const inBody = position < bodyBytes
  const column = inBody ? 'body' : 'digest'
  const row = database
    .prepare(`SELECT CAST(${column} AS BLOB) AS bytes FROM record WHERE place = ?`)
    .get(place) as {
    bytes: Uint8Array
  }
  const bytes = Buffer.from(row.bytes)
  const at = inBody ? position : position - bodyBytes
  bytes.writeUInt8(bytes.readUInt8(at) ^ bit, at)
  // As text again, byte for byte, valid or not: the column takes nothing else.
  const value = inBody ? 'CAST(? AS TEXT)' : '?'
  database.prepare(`UPDATE record SET ${column} = ${value} WHERE place = ?`).run(bytes, place)
}

/** What became of flipped bytes of the file itself, whatever they mean to SQLite. */
export interface FileFlips {
  readonly flips: number
  /** the records read back as they were */
  readonly harmless: number
  /** the records did not read back as they were, and verifying said so */
  readonly found: number
  /** the records did not read back as they were, and verifying said nothing: where */
  readonly unseen: number[]
}

/** Flips a bit of every `step`th byte of a closed ledger's file, opens it as the console does, and verifies. */
export async function fileFlips(rig: LedgerRig, step: number): Promise<FileFlips> {
  const original = contentOf(rig.database)
  rig.database.exec('PRAGMA wal_checkpoint(TRUNCATE)')
  rig.close()
  const file = readFileSync(join(rig.folder, 'ledger.sqlite'))
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-flips-'))
  const result = { flips: 0, harmless: 0, found: 0, unseen: [] as number[] }
  try {
    for (let at = 0; at < file.length; at += step) {
      rmSync(folder, { recursive: true })
      cpSync(rig.keyFolder, join(folder, 'keys'), { recursive: true })
      const changed = Buffer.from(file)
      changed.writeUInt8(changed.readUInt8(at) ^ (1 << (result.flips % 8)), at)
      writeFileSync(join(folder, 'ledger.sqlite'), changed)
      result.flips += 1
      const outcome = await outcomeOf(rig, folder, original)
      if (outcome === 'unseen') result.unseen.push(at)
      else result[outcome] += 1
    }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
  return result
}

async function outcomeOf(
  { keychain }: LedgerRig,
  folder: string,
  original: string,
): Promise<'harmless' | 'found' | 'unseen'> {
  let rig: LedgerRig
  try {
    rig = ledgerRig({ folder, keychain })
  } catch {
    // Refused to open: its format's number reads as one of a newer console.
    return 'found'
  }
  try {
    const verdict = await rig.ledger.verify().catch(() => null)
    if (verdict?.state !== 'whole') return 'found'
    return contentOf(rig.database).startsWith(original) ? 'harmless' : 'unseen'
  } finally {
    rig.close()
  }
}

function contentOf(database: Database): string {
  return database
    .prepare(
      'SELECT place, chain, sequence, hex(body) AS body, hex(digest) AS digest FROM record ORDER BY place',
    )
    .all()
    .map((row) => JSON.stringify(row))
    .join('\n')
}
