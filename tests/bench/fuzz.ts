import { randomInt } from 'node:crypto'
import { once } from 'node:events'
import { Agent } from 'node:http'
import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import type { Row } from '../../scripts/bench.ts'
import { fuzzCase, numbers } from '../support/fuzz-inputs.ts'
import { sendFuzzCase } from '../support/fuzz-send.ts'
import type { FuzzReport } from '../support/fuzz-worker.ts'
import { startPlatformProcess } from '../support/platform-process.ts'

export const id = 'P-FUZZ'

const CASES = 100_000
const OVER_HTTP = 3_000
const WORKERS = 2
const CONNECTIONS = 16
/** The row ends with this, however slow the machine is; it fails then if the cases are not done. */
const MOST_MS = 44_000

/**
 * The whole campaign: most cases below the socket, on the platform's own request listener, the others over real HTTP
 * against the bundled platform. No crash, no 5xx, no error that was not meant, and it still answers.
 */
export async function run(): Promise<Row[]> {
  const seed = Number(process.env.GATEHOUSE_FUZZ_SEED) || randomInt(2 ** 31)
  const end = Date.now() + MOST_MS
  const platform = await startPlatformProcess()
  const http = await overHttp(platform.url, platform.token, seed, end)
  const alive = (await fetch(`${platform.url}/health/readiness`)).status === 200
  const code = await platform.stop()
  const logged = platform
    .output()
    .split('\n')
    .filter((line) => /graphql\.unexpected|request\.failed/.test(line))
  const reports = await Promise.all(
    Array.from({ length: WORKERS }, (_, number) => inWorker(seed + 1 + number, end)),
  )
  const wrong = [...http.wrong, ...reports.flatMap((report) => report.wrong)]
  const unexpected = [...logged, ...reports.flatMap((report) => report.unexpected)]
  const done = reports.reduce((sum, report) => sum + report.done, http.done)
  for (const line of [...wrong, ...unexpected].slice(0, 10)) console.error(line)
  return [
    {
      id,
      figure: `${done} cases, ${http.done} of them over HTTP (seed ${seed}): ${wrong.length} answers of 5xx, ${unexpected.length} unexpected errors, ${alive && code === 0 ? 'alive' : 'DOWN'} after them`,
      bar: `≥ ${CASES} cases, 0, 0, alive`,
      pass: done >= CASES && wrong.length + unexpected.length === 0 && alive && code === 0,
    },
  ]
}

async function overHttp(
  url: string,
  token: string,
  seed: number,
  end: number,
): Promise<{ done: number; wrong: string[] }> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const next = numbers(seed)
  const wrong: string[] = []
  let done = 0
  const work = async (): Promise<void> => {
    while (done < OVER_HTTP && Date.now() < end && wrong.length < 5) {
      const number = done++
      const one = fuzzCase(next, token)
      const status = await sendFuzzCase(url, agent, one)
      if (status >= 500 || status === 0)
        wrong.push(`seed ${seed} case ${number}: ${status} ${JSON.stringify(one).slice(0, 500)}`)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, work))
  agent.destroy()
  return { done, wrong }
}

async function inWorker(seed: number, end: number): Promise<FuzzReport> {
  const cases = Math.ceil((CASES - OVER_HTTP) / WORKERS)
  const worker = new Worker(join(import.meta.dirname, '..', 'support', 'fuzz-worker.ts'), {
    workerData: { seed, cases, end },
  })
  const [report] = (await once(worker, 'message')) as [FuzzReport]
  await worker.terminate()
  return report
}
