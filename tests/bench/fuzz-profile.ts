import type { Row } from '../../scripts/bench.ts'
import { fuzzRow } from '../support/fuzz/row.ts'

export const id = 'FUZZ-PROFILE'

export const run = async (): Promise<Row[]> => [await fuzzRow(id, 'profile', 2_000)]
