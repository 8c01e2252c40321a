import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createORPCClient } from '@orpc/client'
import { RPCLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import { afterEach, beforeAll, expect, it } from 'vitest'
import { WebSocket } from 'ws'
import type { Contract } from '#shared/contract/index.ts'
import type { LocalPlatformStatus } from '#shared/contract/system.ts'
import { ensureBuilt } from '../../scripts/build-parts.ts'

const SERVE = join(import.meta.dirname, '..', '..', 'out', 'main', 'serve.js')

// A build is not part of what the tests may take.
beforeAll(() => ensureBuilt('all'), 240_000)

const started: ChildProcess[] = []
const folders: string[] = []
afterEach(async () => {
  for (const host of started.splice(0)) {
    if (host.exitCode !== null || host.signalCode !== null) continue
    host.kill('SIGKILL')
    await once(host, 'exit')
  }
  for (const folder of folders.splice(0)) {
    // The child of a killed host needs a moment to end, too.
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
  }
})

function newFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-serve-host-'))
  folders.push(folder)
  return folder
}

interface Host {
  readonly process: ChildProcess
  readonly ended: Promise<number | null>
  readonly out: () => string
  readonly err: () => string
}

function start(args: string[], environment: Record<string, string> = {}): Host {
  const host = spawn(process.execPath, [SERVE, ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { ...process.env, DBUS_SESSION_BUS_ADDRESS: 'disabled:', ...environment },
  })
  started.push(host)
  const text = { out: '', err: '' }
  host.stdout.setEncoding('utf8').on('data', (piece) => {
    text.out += piece
  })
  host.stderr.setEncoding('utf8').on('data', (piece) => {
    text.err += piece
  })
  const ended = once(host, 'close').then(([code]) => code as number | null)
  return { process: host, ended, out: () => text.out, err: () => text.err }
}

/** The address that the host prints when it is ready. */
async function addressOf(host: Host): Promise<URL> {
  await expect.poll(host.out).toMatch(/\n/)
  return new URL(host.out().trim())
}

async function connect(address: URL) {
  const launched = await fetch(address, { redirect: 'manual' })
  const cookie = launched.headers.getSetCookie()[0]?.split(';')[0] ?? ''
  const socket = new WebSocket(`ws://${address.host}/rpc`, { headers: { cookie, origin: address.origin } })
  await once(socket, 'open')
  const link = new RPCLink({ websocket: socket as unknown as globalThis.WebSocket })
  const client: ContractRouterClient<Contract> = createORPCClient(link)
  return { client, cookie, socket }
}

async function whenReady(client: ContractRouterClient<Contract>): Promise<LocalPlatformStatus> {
  for await (const { localPlatform } of await client.system.watch()) {
    if (localPlatform.state === 'ready' || localPlatform.state === 'failed') return localPlatform
  }
  throw new Error('The stream ended before the platform was ready')
}

it('prints one line, the address to open, and serves page and core behind it', async () => {
  const host = start(['--data', newFolder()], { LANG: 'de_AT.UTF-8', LC_ALL: '', LANGUAGE: '' })
  const address = await addressOf(host)
  expect(host.out()).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/launch\?secret=[\w-]{43}\n$/)
  const { client, cookie, socket } = await connect(address)
  const page = await fetch(address.origin, { headers: { cookie } })
  expect(await page.text()).toContain('<title>Gatehouse')
  expect(await client.system.info()).toMatchObject({
    host: 'browser',
    clipboard: 'page',
    languages: ['de-AT'],
  })
  expect(await whenReady(client)).toMatchObject({ state: 'ready' })
  socket.terminate()
  expect(host.out().split('\n')).toHaveLength(2)
})

it('ends in order on SIGTERM, with its child', async () => {
  const host = start(['--data', newFolder()])
  const { client, socket } = await connect(await addressOf(host))
  const platform = await whenReady(client)
  if (platform.state !== 'ready') throw new Error('The platform did not start')
  const cut = once(socket, 'close')
  host.process.kill('SIGTERM')
  expect(await host.ended).toBe(0)
  await cut
  await expect(fetch(platform.url)).rejects.toThrow()
})

it('leaves no child behind when it is killed', async () => {
  const host = start(['--data', newFolder()])
  const { client } = await connect(await addressOf(host))
  const platform = await whenReady(client)
  if (platform.state !== 'ready') throw new Error('The platform did not start')
  host.process.kill('SIGKILL')
  await host.ended
  await expect.poll(() => fetch(platform.url).then(Boolean, () => false)).toBe(false)
})

it('does not share its folder with another console, and says so', async () => {
  const data = newFolder()
  await addressOf(start(['--data', data]))
  const second = start(['--data', data])
  expect(await second.ended).toBe(3)
  expect(second.err()).toBe(
    `Another Gatehouse uses ${data}. Close it first, or choose a folder with --data.\n`,
  )
  expect(second.out()).toBe('')
})

it('says when its port is taken', async () => {
  const other = createServer().listen(0, '127.0.0.1')
  await once(other, 'listening')
  const { port } = other.address() as { port: number }
  const host = start(['--data', newFolder(), '--port', String(port)])
  expect(await host.ended).toBe(4)
  expect(host.err()).toContain(`Port ${port} is in use`)
  other.close()
})

it('says how it is used when it is used wrongly', async () => {
  const host = start(['--port', 'ten'])
  expect(await host.ended).toBe(2)
  expect(host.err()).toContain('Usage: npm run serve')
})

it('keeps its data in the user’s profile, out of other users’ reach, unless told otherwise', async () => {
  const profile = join(newFolder(), 'profile')
  await addressOf(start([], { GATEHOUSE_PROFILE: profile }))
  expect(statSync(profile).mode & 0o777).toBe(0o700)
  expect(statSync(join(profile, 'console.sqlite')).isFile()).toBe(true)
})
