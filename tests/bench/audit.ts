import type { Row } from '../../scripts/bench.ts'
import { missed, tamperableAudit, tamperings } from '../support/audit-tampering.ts'

export const id = 'P-06'

const RECORDS = 10_000
const FLIPS = 1_000

/** Every way to tamper with an audit of 10 000 records that P-06 names, and the cost of a whole verification. */
export async function run(): Promise<Row[]> {
  const audit = tamperableAudit(RECORDS)
  const start = performance.now()
  const whole = audit.audit.verify()
  const ms = performance.now() - start
  const all = tamperings(audit, FLIPS)
  const unseen = missed(all).length + (whole.ok ? 0 : 1)
  audit.database.close()
  return [
    {
      id,
      figure: `${all.length - unseen} of ${all.length} tamperings found at their record (${FLIPS} flips; drops, swaps, cuts)`,
      bar: 'all',
      pass: unseen === 0,
    },
    { id, figure: `${RECORDS} records verified in ${ms.toFixed(0)} ms`, bar: '< 2000 ms', pass: ms < 2000 },
  ]
}
