import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import type { ChainVerdict } from '#base/hash-chain.ts'
import { type Database, openUnchanged } from '#base/sqlite.ts'
import { standaloneConfig } from '../config.ts'
import { DATABASE_FILE } from '../database/open.ts'
import { platformValues } from '../database/platform-values.ts'
import { existingKey } from '../key-file.ts'
import { confirmKey, platformKeys } from '../platform-keys.ts'
import { BadConfigError, startFailure } from '../start-failure.ts'
import { verifyAudit } from './audit-log.ts'

const VERIFY_USAGE = `Usage: npm run platform -- verify --data DIR [--config FILE] [--anchor COUNT:DIGEST]

Walks the audit of DIR and names the first record that is not what was written. Changes nothing, may run beside the platform.

  --anchor COUNT:DIGEST  printed by an earlier verify and kept elsewhere: proves that those records are still the same,
                         which also shows a whole folder that was set back to an older copy

Exit code: 0 whole; 1 broken, or it could not be read.
`

/**
 * `verify …`: the audit's chain from the shell (P-06).
 * @returns the exit code
 */
export function runVerify(argv: readonly string[], out: (line: string) => void): number {
  try {
    const flags = readFlags(argv)
    if (flags.help) {
      out(VERIFY_USAGE)
      return 0
    }
    const config = standaloneConfig({ data: flags.data, config: flags.config }, process.env)
    const path = join(config.dataFolder, DATABASE_FILE)
    if (!existsSync(path)) throw new BadConfigError(`There is no platform in ${config.dataFolder}`)
    const key = config.encryptionKey ?? existingKey(config.dataFolder)
    if (!key)
      throw new BadConfigError(
        'The key is missing: set APP__ENCRYPTION_KEY to the one the platform runs with',
      )
    const database = openUnchanged(path)
    try {
      return verify(database, key, readAnchor(flags.anchor), out)
    } finally {
      database.close()
    }
  } catch (error) {
    out(`The audit could not be verified.\n${startFailure(error).message}`)
    return 1
  }
}

interface Anchor {
  readonly count: number
  readonly digest: string
}

function verify(
  database: Database,
  master: Uint8Array,
  anchor: Anchor | null,
  out: (line: string) => void,
): number {
  const keys = platformKeys(master)
  const values = platformValues(database)
  if (values.read('key_check') === null) throw new BadConfigError('The platform was never started')
  confirmKey(keys, values)
  const verdict = verifyAudit(database, keys.audit)
  if (!verdict.ok) {
    out(brokenAt(verdict))
    return 1
  }
  if (anchor && digestAt(database, anchor.count) !== anchor.digest) {
    out(
      `The audit is BROKEN: it is whole in itself, but record ${anchor.count} is not the one of the anchor. ` +
        'The folder was set back to an older copy, or written anew by somebody who has the key.',
    )
    return 1
  }
  const { count, digest } = verdict.head
  out(`The audit is whole: ${count} records.`)
  out(`Anchor, to be kept elsewhere: ${count}:${Buffer.from(digest).toString('hex')}`)
  return 0
}

const WHY = {
  changed: 'is not what was written',
  missing: 'is missing',
  cut: 'and all after it were cut off, or the end of the audit was changed',
} as const

function brokenAt({ sequence, why }: Extract<ChainVerdict, { ok: false }>): string {
  return `The audit is BROKEN: record ${sequence} ${WHY[why]}. What stands before it is as it was written.`
}

function digestAt(database: Database, sequence: number): string | null {
  if (sequence === 0) return '00'.repeat(32)
  const row = database.prepare('SELECT digest FROM audit WHERE sequence = ?').get(sequence)
  return row ? Buffer.from((row as { digest: Uint8Array }).digest).toString('hex') : null
}

function readAnchor(text: string | undefined): Anchor | null {
  if (text === undefined) return null
  const [, count, digest] = /^(\d{1,15}):([0-9a-f]{64})$/i.exec(text) ?? []
  if (!count || !digest) throw new BadConfigError('--anchor must be COUNT:DIGEST as verify prints it')
  return { count: Number(count), digest: digest.toLowerCase() }
}

function readFlags(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      options: {
        data: { type: 'string' },
        config: { type: 'string' },
        anchor: { type: 'string' },
        help: { type: 'boolean' },
      },
    }).values
  } catch (error) {
    throw new BadConfigError(`${error instanceof Error ? error.message : error}\n\n${VERIFY_USAGE}`)
  }
}
