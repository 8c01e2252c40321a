import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TOKEN } from './composer-platform.ts'
import { testKey } from './composer-rig.ts'
import { freePort } from './dockerd.ts'
import type { Standing } from './tells-heap.ts'

/** How the process stands at one moment. */
export interface Sample extends Standing {
  /** ms since the epoch */
  readonly at: number
  /** resident set, MB */
  readonly rss: number
  /** open file descriptors */
  readonly descriptors: number
}

export interface SoakedComposer {
  sample(): Promise<Sample>
  /** cycles that went well, by its own counter in `/metrics` */
  cycles(): Promise<number>
  /** CPU time that it has used, ms */
  cpu(): number
  /** Asks it to end. @returns its exit code, and the lines of its log that are worse than a warning of a lost peer */
  end(): Promise<{ readonly code: number | null; readonly said: string }>
}

/** The headless composer from its sources as a process of its own, which tells how it stands. */
export async function startSoakedComposer(
  platformUrl: string,
  dockerHost: string,
  executeSeconds: number,
): Promise<SoakedComposer> {
  const folder = mkdtempSync(join(tmpdir(), 'gh-soak-'))
  const port = await freePort()
  const config = join(folder, 'composer.json')
  const settings = {
    manager: {
      credentials_key: testKey(),
      execute_schedule: executeSeconds,
      http: { port },
      logger: { directory: false },
    },
    opencti: { url: platformUrl, token: TOKEN, logs_schedule: 5, daemon: { selector: 'docker' } },
  }
  writeFileSync(config, JSON.stringify(settings), { mode: 0o600 })
  const root = join(import.meta.dirname, '..', '..')
  const child = fork(join(root, 'scripts', 'composer.ts'), ['--config', config], {
    execArgv: ['--expose-gc', '--import', join(import.meta.dirname, 'tells-heap.ts')],
    env: { PATH: process.env.PATH, DOCKER_HOST: dockerHost },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  const ended = once(child, 'exit')
  let said = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      // The end says why it ended; half an hour of steps need not be kept.
      said = (said + chunk).slice(-20_000)
    })
  }
  const gone = ended.then(([code]) => {
    throw new Error(`the composer ended with ${code}\n${said}`)
  })
  gone.catch(() => {})
  const metric = async (pattern: RegExp): Promise<number> => {
    const text = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text()
    return Number(pattern.exec(text)?.[1] ?? 0)
  }
  return {
    async sample() {
      const answered = once(child, 'message')
      child.send('how do you stand?')
      const [standing] = (await Promise.race([answered, gone])) as [Standing]
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      return {
        ...standing,
        at: Date.now(),
        rss: Number(/^VmRSS:\s+(\d+)/m.exec(status)?.[1] ?? 0) / 1024,
        descriptors: readdirSync(`/proc/${child.pid}/fd`).length,
      }
    },
    cycles: () => Promise.race([metric(/_cycles_total\{platform="opencti",outcome="ok"\} (\d+)/), gone]),
    cpu: () =>
      readdirSync(`/proc/${child.pid}/task`).reduce(
        (sum, thread) =>
          sum +
          Number(readFileSync(`/proc/${child.pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]) / 1e6,
        0,
      ),
    async end() {
      child.kill('SIGTERM')
      const [code] = await ended
      rmSync(folder, { recursive: true, force: true })
      return { code: code as number | null, said }
    },
  }
}
