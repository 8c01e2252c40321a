import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import type { Row } from '../../scripts/bench.ts'
import type { LoadOrder, LoadReport } from '../support/load-client.ts'
import { startPlatformProcess } from '../support/platform-process.ts'

export const id = 'P-LOAD'

const CONNECTIONS = 64
const LOAD_MS = 30_000
const PLAIN_MS = 2_500
const LEAST_PROBES = 500

/**
 * 64 keep-alive connections for 30 s with a revocation after every hundredth request, client and server in processes of
 * their own; before and after it the same request to the same server without authentication.
 */
export async function run(): Promise<Row[]> {
  const platform = await startPlatformProcess()
  const client = fork(join(import.meta.dirname, '..', 'support', 'load-client.ts'), {
    execArgv: ['--disable-warning=ExperimentalWarning'],
  })
  const order = { url: platform.url, adminToken: platform.token, connections: CONNECTIONS }
  const load = async (more: Pick<LoadOrder, 'ms' | 'authenticated' | 'revoke'>): Promise<LoadReport> => {
    const answered = once(client, 'message')
    client.send({ ...order, ...more })
    return (await answered)[0] as LoadReport
  }
  try {
    const before = await load({ ms: PLAIN_MS, authenticated: false, revoke: false })
    const main = await load({ ms: LOAD_MS, authenticated: true, revoke: true })
    const after = await load({ ms: PLAIN_MS, authenticated: false, revoke: false })
    const plain = (rate(before) + rate(after)) / 2
    const part = rate(main) / plain
    return [
      {
        id,
        figure: `${main.accepted} of ${main.afterRevocation} requests accepted after the revocation of their token was acknowledged (${main.revocations} revocations)`,
        bar: `0 of at least ${LEAST_PROBES}`,
        pass: main.accepted === 0 && main.afterRevocation >= LEAST_PROBES,
      },
      {
        id,
        figure: `${rate(main).toFixed(0)} requests/s, p99 ${main.p99.toFixed(1)} ms, ${main.failures} failures; without authentication ${plain.toFixed(0)} requests/s, p99 ${Math.max(before.p99, after.p99).toFixed(1)} ms: ${part.toFixed(2)}×`,
        bar: '≥ 0.5× with revocations running, 0 failures',
        pass: part >= 0.5 && main.failures === 0,
      },
    ]
  } finally {
    client.kill()
    await platform.stop()
  }
}

const rate = ({ requests, ms }: LoadReport): number => (requests * 1000) / ms
