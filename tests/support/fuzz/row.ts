import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Row } from '../../../scripts/bench.ts'
import type { FuzzFinding } from './campaign.ts'
import type { CampaignName } from './campaigns.ts'

const WORKERS = 2
/** The row ends with this, however slow the machine is; it fails then if the cases are not done. */
const MOST_MS = 44_000

/** Runs one campaign in workers, each from a seed of its own. `GATEHOUSE_FUZZ_SEED` tries an earlier one again. */
export async function fuzzRow(id: string, name: CampaignName, cases: number): Promise<Row> {
  const seed = Number(process.env.GATEHOUSE_FUZZ_SEED) || randomInt(2 ** 30)
  const end = Date.now() + MOST_MS
  const share = Math.ceil(cases / WORKERS)
  const findings = await Promise.all(
    Array.from({ length: WORKERS }, (_, number) =>
      inWorker(name, { seed: seed + number, cases: share, end }),
    ),
  )
  const done = findings.reduce((sum, finding) => sum + finding.done, 0)
  const broken = findings.flatMap((finding) => finding.broken ?? [])
  for (const line of broken) console.error(line)
  return {
    id,
    figure: `${findings[0]?.what}: ${done} cases (seed ${seed}), ${broken.length === 0 ? '0 broken' : `${broken.length} of ${WORKERS} workers ended by a broken one`}`,
    bar: `≥ ${cases} cases, 0 broken`,
    pass: done >= cases && broken.length === 0,
  }
}

async function inWorker(name: CampaignName, order: object): Promise<FuzzFinding> {
  const worker = new Worker(join(import.meta.dirname, 'worker.ts'), { workerData: { name, order } })
  const [finding] = (await once(worker, 'message')) as [FuzzFinding]
  await worker.terminate()
  return finding
}
