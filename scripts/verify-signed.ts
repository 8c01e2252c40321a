import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { type SignableDocument, verifyDocument } from '#base/signature.ts'
import {
  breakOfExport,
  differenceOfExports,
  LEDGER_FORMAT,
  type LedgerDocument,
} from '../electron/core/ledger/ledger-export.ts'
import type { LedgerBreak } from '../electron/core/ledger/ledger-walk.ts'

/**
 * `npm run verify-ledger -- FILE --key PUBLICKEYFILE`, `npm run verify-report -- …`: whether a file is, byte for byte, what a
 * profile signed. Needs neither the console nor a network. Exit code: 0 it is; 1 it is not; 2 it could not be looked at.
 */
const USAGE = `Usage: npm run verify-ledger -- FILE --key PUBLICKEYFILE [--earlier FILE]

  FILE       a file that Gatehouse signed: a ledger export, an incident report
  --key      the public key (PEM) of the profile that signed it, which you got by another way than FILE
  --earlier  an earlier export of the same ledger: proves that nothing of it was changed or taken back since
`

const WHY_NOT_GENUINE = {
  unsigned: 'it is no signed document of Gatehouse, or its end is missing',
  'other-key': 'another key signed it, or what it says of its key was changed',
  changed: 'it is not what was signed',
} as const

const WHY_BROKEN = {
  changed: 'is not what was written',
  missing: 'does not follow the one before it: records are missing',
  cut: 'and what came after it is missing',
  unanchored: 'was written when nobody could tell any more whether records before it are missing',
} as const

/** It could not be looked at. */
class UsageError extends Error {}

try {
  process.exitCode = main()
} catch (error) {
  console.error(
    error instanceof UsageError
      ? error.message
      : `It could not be verified: ${error instanceof Error ? error.message : error}`,
  )
  process.exitCode = 2
}

function main(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { key: { type: 'string' }, earlier: { type: 'string' } },
  })
  const [file] = positionals
  if (!file || positionals.length > 1 || !values.key) throw new UsageError(USAGE)
  const publicKey = readFileSync(values.key, 'utf8')
  const document = genuine(file, publicKey)
  if (document === null) return 1
  if (document.format !== LEDGER_FORMAT) return 0
  const ledger = document as LedgerDocument
  if (!isWhole(ledger)) return 1
  if (values.earlier === undefined) return 0
  const earlier = genuine(values.earlier, publicKey)
  if (earlier === null) return 1
  if (earlier.format !== LEDGER_FORMAT) throw new UsageError(`${values.earlier} is no ledger export`)
  return continues(earlier as LedgerDocument, ledger) ? 0 : 1
}

function genuine(file: string, publicKey: string): SignableDocument | null {
  const verdict = verifyDocument(publicKey, readFileSync(file))
  if (!verdict.ok) {
    console.log(`NOT GENUINE: ${file}: ${WHY_NOT_GENUINE[verdict.why]}.`)
    return null
  }
  console.log(`Genuine: ${verdict.document.format}, signed by ${verdict.fingerprint}.`)
  return verdict.document
}

function isWhole(ledger: LedgerDocument): boolean {
  const broken = breakOfExport(ledger) ?? breakFoundBy(ledger.verified)
  if (broken) {
    console.log(`BROKEN: record ${broken.place} ${WHY_BROKEN[broken.why]}.`)
    return false
  }
  console.log(`The ledger is whole: ${ledger.records.length} records, exported ${ledger.exportedAt}.`)
  for (const [chain, anchor] of Object.entries(ledger.anchors))
    console.log(`Anchor of the ${chain} chain: ${anchor.sequence}:${anchor.digest}`)
  return true
}

/** What the profile itself found, which has the keys that the digests were made with. */
function breakFoundBy(verified: unknown): LedgerBreak | null {
  const { state, place, why } = verified as { state: string } & LedgerBreak
  return state === 'broken' ? { place, why } : null
}

function continues(earlier: LedgerDocument, later: LedgerDocument): boolean {
  const gone = differenceOfExports(earlier, later)
  if (gone === null) {
    console.log(`It continues the export of ${earlier.exportedAt}.`)
    return true
  }
  console.log(
    `BROKEN: record ${gone} of the earlier export is not in this one as it was. The profile was set back to an older copy, ` +
      'or its ledger written anew by somebody who has its key.',
  )
  return false
}
