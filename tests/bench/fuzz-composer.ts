import type { Row } from '../../scripts/bench.ts'
import { fuzzRow } from '../support/fuzz/row.ts'

export const id = 'FUZZ-COMPOSER'

export const run = async (): Promise<Row[]> => [
  await fuzzRow('FUZZ-PLATFORMS', 'platforms', 100_000),
  await fuzzRow('FUZZ-ENGINES', 'engines', 100_000),
]
