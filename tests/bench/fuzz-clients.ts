import type { Row } from '../../scripts/bench.ts'
import { fuzzRow } from '../support/fuzz/row.ts'

export const id = 'FUZZ-CLIENTS'

export const run = async (): Promise<Row[]> => [await fuzzRow(id, 'clients', 100_000)]
