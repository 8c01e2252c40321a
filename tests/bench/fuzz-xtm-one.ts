import type { Row } from '../../scripts/bench.ts'
import { fuzzRow } from '../support/fuzz/row.ts'

export const id = 'FUZZ-XTM-ONE'

export const run = async (): Promise<Row[]> => [await fuzzRow(id, 'xtmOne', 100_000)]
