import type { Row } from '../../scripts/bench.ts'
import { fuzzRow } from '../support/fuzz/row.ts'

export const id = 'FUZZ-CONTRACT'

export const run = async (): Promise<Row[]> => [await fuzzRow(id, 'contract', 100_000)]
