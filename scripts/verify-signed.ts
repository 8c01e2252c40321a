import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { verifyDocument } from '#base/signature.ts'

/**
 * `npm run verify-ledger -- FILE --key PUBLICKEYFILE`, `npm run verify-report -- …`: whether a file is, byte for byte, what a
 * profile signed. Needs neither the console nor a network. Exit code: 0 it is; 1 it is not; 2 it could not be looked at.
 */
const USAGE = `Usage: npm run verify-ledger -- FILE --key PUBLICKEYFILE

  FILE   a file that Gatehouse signed: a ledger export, an incident report
  --key  the public key (PEM) of the profile that signed it, which you got by another way than FILE
`

const WHY = {
  unsigned: 'it is no signed document of Gatehouse, or its end is missing',
  'other-key': 'another key signed it, or what it says of its key was changed',
  changed: 'it is not what was signed',
} as const

try {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { key: { type: 'string' } },
  })
  const [file] = positionals
  if (!file || positionals.length > 1 || !values.key) {
    console.error(USAGE)
    process.exitCode = 2
  } else {
    process.exitCode = verify(file, values.key)
  }
} catch (error) {
  console.error(`It could not be verified: ${error instanceof Error ? error.message : error}`)
  process.exitCode = 2
}

function verify(file: string, keyFile: string): number {
  const verdict = verifyDocument(readFileSync(keyFile, 'utf8'), readFileSync(file))
  if (!verdict.ok) {
    console.log(`NOT GENUINE: ${WHY[verdict.why]}.`)
    return 1
  }
  console.log(`Genuine: ${verdict.document.format}, signed by ${verdict.fingerprint}.`)
  return 0
}
