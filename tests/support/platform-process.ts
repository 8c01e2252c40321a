import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { FromPlatform, type StartPlatform } from '#base/platform-channel.ts'
import { ensureBuilt } from '../../scripts/build-parts.ts'

const ENTRY = resolve('out/main/local-platform.js')

/** The bundled platform as a process of its own, with demo data in a fresh folder unless told otherwise; what it prints is kept. */
export async function startPlatformProcess(
  options: Partial<Pick<StartPlatform, 'as' | 'enterprise' | 'seed' | 'seedSize' | 'xtmOne'>> = {},
) {
  await ensureBuilt('main')
  const dataFolder = mkdtempSync(join(tmpdir(), 'gatehouse-platform-'))
  const execArgv = ['--disable-warning=ExperimentalWarning']
  const child = fork(ENTRY, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv })
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => output.push(String(chunk)))
  const answered = once(child, 'message')
  const encryptionKey = Buffer.alloc(32, 7).toString('base64')
  child.send({ type: 'start', dataFolder, port: 0, encryptionKey, seed: 'demo', ...options })
  const message = FromPlatform.parse((await answered)[0])
  if (message.type !== 'ready') throw new Error(message.message)
  return {
    url: message.url,
    token: message.adminToken,
    healthAccessKey: message.healthAccessKey,
    dataFolder,
    output: () => output.join(''),
    /** its exit code */
    async stop(): Promise<number | null> {
      const ended = once(child, 'exit')
      child.send({ type: 'stop' })
      return (await ended)[0] as number | null
    },
  }
}
