import { type ChildProcess, spawn } from 'node:child_process'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { type PlatformDouble, startPlatformDouble, TOKEN } from '../../tests/support/composer-platform.ts'
import { testKey } from '../../tests/support/composer-rig.ts'
import { freePort } from '../../tests/support/dockerd.ts'
import { until } from '../../tests/support/until.ts'

/** The composer as its own process, straight from the sources, as `npm run composer` starts it. */
let folder: string
let platform: PlatformDouble
let child: ChildProcess | null
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gh-composer-'))
  platform = await startPlatformDouble()
})
afterEach(async () => {
  child?.kill('SIGKILL')
  child = null
  await platform.close()
  rmSync(folder, { recursive: true })
})

interface Running {
  readonly output: () => string
  readonly code: Promise<number | null>
  readonly child: ChildProcess
}

function start(args: string[], env: Record<string, string> = {}): Running {
  let output = ''
  const started = spawn(process.execPath, ['scripts/composer.ts', ...args], {
    env: { PATH: process.env.PATH, DOCKER_HOST: 'unix:///nonexistent/docker.sock', ...env },
  })
  child = started
  for (const stream of [started.stdout, started.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      output += chunk
    })
  }
  const code = new Promise<number | null>((resolve) => started.once('exit', resolve))
  return { output: () => output, code, child: started }
}

const config = async (more: object = {}): Promise<{ file: string; port: number }> => {
  const port = await freePort()
  const file = join(folder, 'composer.json')
  const settings = {
    manager: {
      credentials_key: testKey(),
      http: { port },
      execute_schedule: 1,
      logger: { path: join(folder, 'logs') },
      ...more,
    },
    opencti: { url: platform.url, token: TOKEN, daemon: { selector: 'docker' } },
  }
  writeFileSync(file, JSON.stringify(settings))
  return { file, port }
}

describe('the process', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    '§9 e, f, operations: serves health and metrics, and ends with 0 on %s',
    async (signal) => {
      const { file, port } = await config()
      const { child, code, output } = start(['--config', file])
      const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`)
      await until('it registers', () => platform.count('RegisterConnectorsManager') === 1)
      await until('it reconciles', () => platform.count('GetConnectors') > 1)
      const health = await get('/health')
      expect(health.status).toBe(200)
      // The engine is not there, so it lives but is not ready.
      expect((await get('/ready')).status).toBe(503)
      const text = await (await get('/metrics')).text()
      expect(text).toMatch(/gatehouse_composer_registered\{platform="opencti"\} 1/)
      expect(text).toMatch(
        /gatehouse_composer_cycles_total\{platform="opencti",outcome="orchestrator_failed"\} \d+/,
      )
      for (const line of text.trim().split('\n')) {
        expect(line).toMatch(/^(# TYPE [a-z_]+ (counter|gauge)|[a-z_]+\{([a-z]+="[a-z_]+",?)*\} [\d.e+-]+)$/)
      }
      expect((await get('/nothing')).status).toBe(404)
      expect((await fetch(`http://127.0.0.1:${port}/health`, { method: 'POST' })).status).toBe(405)
      child.kill(signal)
      expect(await code).toBe(0)
      expect(output()).toContain('"msg":"stopped"')
      expect(output()).not.toContain(TOKEN)
      // The same fault is written once, not at each cycle.
      expect(output().match(/cannot reconcile/g)).toHaveLength(1)
    },
    20_000,
  )

  it('§9, operations: the two log flags are the right way round', async () => {
    const { file } = await config({ logger: { console: false, directory: true, path: join(folder, 'logs') } })
    const { child, code, output } = start(['--config', file])
    await until('it registers', () => platform.count('RegisterConnectorsManager') === 1)
    child.kill('SIGTERM')
    expect(await code).toBe(0)
    expect(output()).toBe('')
    const [log] = readdirSync(join(folder, 'logs'))
    expect(readFileSync(join(folder, 'logs', log ?? ''), 'utf8')).toContain('registered with the platform')
  }, 20_000)

  it.runIf(existsSync('/dev/full'))(
    'a log file on a full disk ends nothing, and is told once',
    async () => {
      const logs = join(folder, 'logs')
      mkdirSync(logs)
      const today = new Date().toISOString().slice(0, 10)
      symlinkSync('/dev/full', join(logs, `composer-${today}.log`))
      const { file } = await config()
      const { child, code, output } = start(['--config', file])
      await until('it reconciles', () => platform.count('GetConnectors') > 2)
      child.kill('SIGTERM')
      expect(await code).toBe(0)
      expect(output()).toContain('ENOSPC')
      expect(output().match(/the log file is not written/g)).toHaveLength(1)
      expect(output()).toContain('"msg":"stopped"')
    },
    20_000,
  )

  it('a log folder that no system makes is told and ends with 2', async () => {
    const { file } = await config({ logger: { path: '/proc/gatehouse/logs' } })
    const refused = start(['--config', file])
    expect(await refused.code).toBe(2)
    expect(refused.output()).toMatch(/^error: manager.logger.path /)
  }, 20_000)

  it('§9, operations: --check names problems and ends with 2, or says that all is well and ends with 0', async () => {
    const { file } = await config()
    const fine = start(['--config', file, '--check'])
    expect(await fine.code).toBe(0)
    expect(fine.output()).toMatch(
      /The configuration is usable. opencti at .* on docker; key of 2048 bits, SHA-256 /,
    )
    const wrong = start(['--config', file, '--check'], {
      OPENCTI__DAEMON__SELECTOR: 'nomad',
      OPENCTI__URLL: 'x',
    })
    expect(await wrong.code).toBe(2)
    expect(wrong.output()).toContain(
      'error: opencti.daemon.selector must be one of kubernetes, docker, portainer, swarm',
    )
    expect(wrong.output()).toContain('warning: opencti.urll is no setting and is ignored')
    expect(platform.calls).toEqual([])
  }, 20_000)

  it('§9 f: ends with 2 for a wrong command line and 1 when its port is taken', async () => {
    const wrong = start(['--nonsense'])
    expect(await wrong.code).toBe(2)
    expect(wrong.output()).toContain('Usage')
    const { file, port } = await config()
    const other: Server = createServer()
    await new Promise<void>((resolve) => other.listen(port, '127.0.0.1', resolve))
    const blocked = start(['--config', file])
    expect(await blocked.code).toBe(1)
    expect(blocked.output()).toContain('EADDRINUSE')
    await new Promise((resolve) => other.close(resolve))
  }, 20_000)
})
