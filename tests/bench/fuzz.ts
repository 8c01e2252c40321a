import { randomInt } from 'node:crypto'
import { Agent } from 'node:http'
import type { Row } from '../../scripts/bench.ts'
import { fuzzCase, numbers } from '../support/fuzz-inputs.ts'
import { sendFuzzCase } from '../support/fuzz-send.ts'
import { startPlatformProcess } from '../support/platform-process.ts'

export const id = 'P-FUZZ'

const CASES = 100_000
const CONNECTIONS = 32
/** The row ends with this, however slow the machine is; it fails then if the cases are not done. */
const MOST_MS = 44_000

/** The whole campaign over real HTTP against the bundled platform: no crash, no 5xx, and it still answers. */
export async function run(): Promise<Row[]> {
  const seed = Number(process.env.GATEHOUSE_FUZZ_SEED) || randomInt(2 ** 31)
  const platform = await startPlatformProcess()
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS })
  const next = numbers(seed)
  const end = Date.now() + MOST_MS
  const wrong: string[] = []
  let done = 0
  const worker = async (): Promise<void> => {
    while (done < CASES && Date.now() < end && wrong.length < 5) {
      const number = done++
      const one = fuzzCase(next, platform.token)
      const status = await sendFuzzCase(platform.url, agent, one)
      if (status >= 500 || status === 0)
        wrong.push(`case ${number}: ${status} ${JSON.stringify(one).slice(0, 500)}`)
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, worker))
  agent.destroy()
  const log = platform.output()
  const unexpected = log.split('\n').filter((line) => /graphql\.unexpected|request\.failed/.test(line))
  const alive = (await fetch(`${platform.url}/health/readiness`)).status === 200
  const code = await platform.stop()
  for (const line of [...wrong, ...unexpected.slice(0, 5)]) console.error(line)
  return [
    {
      id,
      figure: `${done} cases (seed ${seed}): ${wrong.length} answers of 5xx, ${unexpected.length} unexpected errors, ${alive && code === 0 ? 'alive' : 'DOWN'} after them`,
      bar: `${CASES} cases, 0, 0, alive`,
      pass: done >= CASES && wrong.length === 0 && unexpected.length === 0 && alive && code === 0,
    },
  ]
}
