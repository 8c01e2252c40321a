import type { Row } from '../../scripts/bench.ts'
import { fuzzRow } from '../support/fuzz/row.ts'

export const id = 'FUZZ-CONFIGURATION'

export const run = async (): Promise<Row[]> => [await fuzzRow(id, 'configuration', 5_000)]
