import { once } from 'node:events'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import type { Row } from '../../scripts/bench.ts'
import { missed, tamperableAudit, tamperings } from '../support/audit-tampering.ts'

export const id = 'P-06'

const RECORDS = 10_000
const FLIPS = 1_000
const WORKERS = 2

interface Share {
  readonly tried: number
  readonly unseen: number
  /** of one whole verification */
  readonly ms: number
}

/** Every way to tamper with an audit of 10 000 records that P-06 names, and the cost of a whole verification. */
export async function run(): Promise<Row[]> {
  const shares = await Promise.all(Array.from({ length: WORKERS }, (_, number) => inWorker(number)))
  const tried = shares.reduce((sum, share) => sum + share.tried, 0)
  const unseen = shares.reduce((sum, share) => sum + share.unseen, 0)
  const ms = Math.min(...shares.map((share) => share.ms))
  return [
    {
      id,
      figure: `${tried - unseen} of ${tried} tamperings found at their record (${FLIPS} flips; drops, swaps, cuts)`,
      bar: 'all',
      pass: unseen === 0 && tried > FLIPS,
    },
    { id, figure: `${RECORDS} records verified in ${ms.toFixed(0)} ms`, bar: '< 2000 ms', pass: ms < 2000 },
  ]
}

async function inWorker(number: number): Promise<Share> {
  const worker = new Worker(import.meta.filename, { workerData: { number } })
  const [share] = (await once(worker, 'message')) as [Share]
  await worker.terminate()
  return share
}

function tamper(number: number): Share {
  const audit = tamperableAudit(RECORDS)
  const start = performance.now()
  const whole = audit.audit.verify()
  const ms = performance.now() - start
  const all = tamperings(audit, FLIPS, { number, of: WORKERS })
  audit.database.close()
  return { tried: all.length, unseen: missed(all).length + (whole.ok ? 0 : 1), ms }
}

if (!isMainThread) parentPort?.postMessage(tamper(workerData.number))
