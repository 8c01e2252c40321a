import './raw-imports.ts'
import { mkdtempSync } from 'node:fs'
import http, { type RequestListener } from 'node:http'
import { syncBuiltinESMExports } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { parentPort, workerData } from 'node:worker_threads'
import { type FuzzCase, fuzzCase, numbers } from './fuzz-inputs.ts'
import { quietLogger } from './quiet-logger.ts'

/** What one worker of the fuzzing campaign saw. */
export interface FuzzReport {
  readonly done: number
  /** cases that were answered by a 5xx or not at all */
  readonly wrong: readonly string[]
  /** log lines of errors that were not meant */
  readonly unexpected: readonly string[]
}

interface Order {
  readonly seed: number
  readonly cases: number
  /** ms since the epoch */
  readonly end: number
}

const AT_ONCE = 16
// Most cases end in an error, and long stacks cost a third of the campaign.
Error.stackTraceLimit = 1
const LONGEST_ANSWER_MS = 30_000

/** Drives the platform's own request listener below the socket: everything but Node's HTTP parser takes part. */
async function campaign({ seed, cases, end }: Order): Promise<FuzzReport> {
  const listeners: RequestListener[] = []
  const { createServer } = http
  http.createServer = ((options: http.ServerOptions, listener: RequestListener) => {
    listeners.push(listener)
    return createServer(options, listener)
  }) as typeof createServer
  syncBuiltinESMExports()
  const { createPlatform } = await import('../../electron/local-platform/platform.ts')
  const { logger, lines } = quietLogger()
  const platform = await createPlatform({
    dataFolder: mkdtempSync(join(tmpdir(), 'gatehouse-fuzz-')),
    key: new Uint8Array(32).fill(7),
    seed: 'demo',
    logger,
  })
  const [listener] = listeners
  if (!listener) throw new Error('the platform made no server')
  const bearer = platform.consoleToken.expose()
  const next = numbers(seed)
  const wrong: string[] = []
  const unexpected: string[] = []
  let done = 0
  const work = async (): Promise<void> => {
    while (done < cases && Date.now() < end && wrong.length < 5) {
      const number = done++
      const one = fuzzCase(next, bearer)
      const status = await answerTo(listener, one)
      if (status === 0 || status >= 500)
        wrong.push(`seed ${seed} case ${number}: ${status} ${JSON.stringify(one).slice(0, 500)}`)
      for (const line of lines.splice(0))
        if (/graphql\.unexpected|request\.failed/.test(line)) unexpected.push(line.slice(0, 500))
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, work))
  await platform.stop()
  return { done, wrong, unexpected }
}

/** The status of the answer; 0 when there is none in time. */
function answerTo(listener: RequestListener, { method, path, headers, body }: FuzzCase): Promise<number> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(0), LONGEST_ANSWER_MS)
    const request = Object.assign(Readable.from(body === null ? [] : [Buffer.from(body)]), {
      method,
      url: path,
      headers,
      socket: { remoteAddress: '127.0.0.1' },
    })
    let status = 0
    const finish = (): void => {
      clearTimeout(timer)
      resolve(status)
    }
    const response = {
      headersSent: false,
      setHeader() {},
      writeHead(code: number) {
        status = code
        this.headersSent = true
      },
      end: finish,
      destroy: finish,
    }
    listener(request as never, response as never)
  })
}

void campaign(workerData as Order).then((report) => parentPort?.postMessage(report))
