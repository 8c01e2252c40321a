import type { Row } from '../../scripts/bench.ts'
import { fuzzRow } from '../support/fuzz/row.ts'

export const id = 'FUZZ-KUBERNETES'

export const run = async (): Promise<Row[]> => [await fuzzRow(id, 'kubernetes', 100_000)]
