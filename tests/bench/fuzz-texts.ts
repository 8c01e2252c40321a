import type { Row } from '../../scripts/bench.ts'
import { fuzzRow } from '../support/fuzz/row.ts'

export const id = 'FUZZ-TEXTS'

/** The quick ones: together they take less than one of the others. */
export const run = async (): Promise<Row[]> => [
  await fuzzRow('FUZZ-REDACTION', 'redaction', 100_000),
  await fuzzRow('FUZZ-CSV', 'csv', 100_000),
]
