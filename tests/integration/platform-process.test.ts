import { type ChildProcess, fork, spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { FromPlatform, type StartPlatform } from '#base/platform-channel.ts'
import { ensureBuilt } from '../../scripts/build-parts.ts'
import { findCanary } from '../support/canary.ts'

const ENTRY = resolve('out/main/local-platform.js')
const KEY = Buffer.alloc(32, 7).toString('base64')
const ADMIN_TOKEN = '00000000-1111-4222-8333-444444444444'

const children = new Set<ChildProcess>()
beforeAll(() => ensureBuilt('main'), 120_000)
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
})

const freshFolder = (): string => mkdtempSync(join(tmpdir(), 'gatehouse-platform-'))

/** Starts the bundled entry as the console does, and waits for its answer. */
async function startChild(dataFolder: string, more: Partial<StartPlatform> = {}, execArgv: string[] = []) {
  const child = fork(ENTRY, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv })
  children.add(child)
  const output: string[] = []
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk) => output.push(String(chunk)))
  const answered = once(child, 'message')
  child.send({ type: 'start', dataFolder, port: 0, encryptionKey: KEY, seed: 'none', ...more })
  const [message] = await answered
  return { child, output, message: FromPlatform.parse(message) }
}

async function startReady(dataFolder: string, more: Partial<StartPlatform> = {}, execArgv: string[] = []) {
  const { child, output, message } = await startChild(dataFolder, more, execArgv)
  if (message.type !== 'ready') throw new Error(message.message)
  return { child, output, ...message }
}

async function ask(url: string, token: string, query: string) {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  })
  // biome-ignore lint/suspicious/noExplicitAny: an answer's shape is what the test is about
  return (await response.json()) as any
}

const GENERATE =
  'mutation { userTokenAdd(input: { name: "kept", duration: DAYS_30 }) { token_id plaintext_token } }'

describe('the platform as a child', () => {
  it('says where it is and hands a fresh admin token over the channel alone', async () => {
    const folder = freshFolder()
    const first = await startReady(folder, { seed: 'demo' })
    const { data } = await ask(
      first.url,
      first.adminToken,
      '{ me { name api_tokens { id } } users { pageInfo { globalCount } } }',
    )
    expect(data).toMatchObject({
      me: { name: 'admin', api_tokens: [] },
      users: { pageInfo: { globalCount: 31 } },
    })
    const health = await fetch(`${first.url}/health?health_access_key=${first.healthAccessKey}`)
    expect(health.status).toBe(200)
    expect(first.output.join('')).not.toContain(first.adminToken)
    expect(findCanary(folder, first.adminToken).hits).toEqual([])

    const ended = once(first.child, 'exit')
    first.child.send({ type: 'stop' })
    expect((await ended)[0]).toBe(0)
    const second = await startReady(folder, { seed: 'demo' })
    expect(second.adminToken).not.toBe(first.adminToken)
    expect((await ask(second.url, first.adminToken, '{ me { name } }')).errors[0].extensions.code).toBe(
      'AUTH_REQUIRED',
    )
  })

  it('opens after kill −9 with all that it had acknowledged', async () => {
    const folder = freshFolder()
    const first = await startReady(folder)
    const tokens: { token_id: string; plaintext_token: string }[] = []
    for (let index = 0; index < 20; index++) {
      tokens.push((await ask(first.url, first.adminToken, GENERATE)).data.userTokenAdd)
    }
    const [revoked, ...kept] = tokens
    await ask(first.url, first.adminToken, `mutation { userTokenRevoke(id: "${revoked?.token_id}") }`)
    const ended = once(first.child, 'exit')
    first.child.kill('SIGKILL')
    await ended

    const second = await startReady(folder)
    for (const { plaintext_token } of kept)
      expect((await ask(second.url, plaintext_token, '{ me { name } }')).data.me.name).toBe('admin')
    const refused = await ask(second.url, revoked?.plaintext_token ?? '', '{ me { name } }')
    expect(refused.errors[0].extensions.code).toBe('AUTH_REQUIRED')
  })

  it('refuses a second writer on one folder', async () => {
    const folder = freshFolder()
    const first = await startReady(folder)
    const second = await startChild(folder)
    expect(second.message).toMatchObject({ type: 'failed', code: 'folder-busy' })
    expect((await ask(first.url, first.adminToken, '{ me { name } }')).data.me.name).toBe('admin')
  })

  it('notices another key, a taken port and a damaged file', async () => {
    const folder = freshFolder()
    const first = await startReady(folder)
    const ended = once(first.child, 'exit')
    first.child.kill('SIGTERM')
    expect((await ended)[0]).toBe(0)

    const wrong = await startChild(folder, { encryptionKey: Buffer.alloc(32, 8).toString('base64') })
    expect(wrong.message).toMatchObject({ type: 'failed', code: 'wrong-key' })
    expect(wrong.message).toHaveProperty('message', expect.stringContaining('another encryption key'))

    const taken = createServer().listen(0, '127.0.0.1')
    await once(taken, 'listening')
    const { port } = taken.address() as AddressInfo
    expect((await startChild(folder, { port })).message).toMatchObject({
      type: 'failed',
      code: 'port-in-use',
    })
    taken.close()

    const damaged = freshFolder()
    writeFileSync(join(damaged, 'platform.sqlite'), 'this is no database, '.repeat(500))
    expect((await startChild(damaged)).message).toMatchObject({ type: 'failed', code: 'damaged-data' })
    // What could not be read is still there, untouched.
    expect(readFileSync(join(damaged, 'platform.sqlite'), 'utf8')).toMatch(/^this is no database/)
  })

  it.each(['uncaughtException: throw error', 'unhandledRejection: void Promise.reject(error)'])(
    'ends with one line of the log after an %s',
    async (kind) => {
      const secret = `flgrn_octi_tkn_${'x'.repeat(43)}`
      const fail = `process.once('SIGUSR2', () => { const error = new Error('about ${secret}'); ${kind.split(': ')[1]} })`
      // In a file of its own: the stack names the place of the error.
      const hook = join(freshFolder(), 'fail.mjs')
      writeFileSync(hook, fail)
      const { child, output } = await startReady(freshFolder(), {}, ['--import', hook])
      const ended = once(child, 'close')
      const before = output.join('').length
      child.kill('SIGUSR2')
      expect((await ended)[0]).toBe(1)
      const lines = output.join('').slice(before).trim().split('\n')
      expect(lines).toHaveLength(1)
      expect(JSON.parse(lines[0] ?? '')).toMatchObject({ event: 'process.failed', error: { name: 'Error' } })
      expect(lines[0]).not.toContain('about')
    },
  )

  it('ends with its parent', async () => {
    const { child } = await startReady(freshFolder())
    const ended = once(child, 'exit')
    child.disconnect()
    expect((await ended)[0]).toBe(0)
  })
})

describe('the platform alone', () => {
  /** Starts `node out/main/local-platform.js` as a shell does. */
  function run(args: readonly string[], environment: Record<string, string> = {}) {
    const child = spawn(process.execPath, [ENTRY, ...args], {
      env: { PATH: process.env.PATH ?? '', ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    children.add(child)
    let output = ''
    const collect = (chunk: unknown): void => {
      output += String(chunk)
    }
    child.stdout.on('data', collect)
    child.stderr.on('data', collect)
    const firstLine = once(child.stdout, 'data').then(([chunk]) => String(chunk))
    const exit = once(child, 'exit').then(([code]) => code as number)
    return { child, firstLine, exit, output: () => output }
  }

  it('takes OpenCTI’s names, prints one line with its address and no secret, and stops on SIGTERM', async () => {
    const folder = freshFolder()
    const { child, firstLine, exit, output } = run(['--data', folder, '--port', '0'], {
      APP__ADMIN__EMAIL: 'boss@example.org',
      APP__ADMIN__TOKEN: ADMIN_TOKEN,
      APP__ENCRYPTION_KEY: KEY,
      APP__HEALTH_ACCESS_KEY: 'a-health-key',
      APP__PORT: '1',
    })
    const [, url] = /^Local platform ready at (http:\/\/127\.0\.0\.1:\d+)\n$/.exec(await firstLine) ?? []
    const { data } = await ask(url ?? '', ADMIN_TOKEN, '{ me { user_email api_tokens { name } } }')
    expect(data.me).toEqual({ user_email: 'boss@example.org', api_tokens: [{ name: 'Base token' }] })
    expect((await fetch(`${url}/health?health_access_key=a-health-key`)).status).toBe(200)
    child.kill('SIGTERM')
    expect(await exit).toBe(0)
    for (const secret of [ADMIN_TOKEN, KEY, 'a-health-key']) expect(output()).not.toContain(secret)
    expect(findCanary(folder, ADMIN_TOKEN).hits).toEqual([])
    // The key came from the environment and is not left in the folder.
    expect(readdirSync(folder)).not.toContain('platform.key')
  })

  it('makes a key file for its owner alone when none is given, and refuses one that others can read', async () => {
    const folder = freshFolder()
    const first = run(['--data', folder, '--port', '0'])
    await first.firstLine
    const path = join(folder, 'platform.key')
    expect(statSync(path).mode & 0o777).toBe(0o600)
    first.child.kill('SIGTERM')
    await first.exit

    chmodSync(path, 0o644)
    const second = run(['--data', folder, '--port', '0'])
    expect(await second.exit).toBe(1)
    expect(second.output()).toContain('can be read by other users')
  })

  it('names each wrong key of its configuration, never a value', async () => {
    const wrong = run(['--data', freshFolder(), '--port', '99999', '--seed', 'everything'], {
      APP__ADMIN__EMAIL: 'no address',
      APP__ADMIN__TOKEN: 'ChangeMe',
      APP__ENCRYPTION_KEY: 'c2hvcnQ=',
    })
    expect(await wrong.exit).toBe(1)
    const text = wrong.output()
    for (const key of ['--port', '--seed', 'APP__ADMIN__EMAIL', 'APP__ADMIN__TOKEN', 'APP__ENCRYPTION_KEY'])
      expect(text).toContain(key)
    expect(text).not.toContain('c2hvcnQ')
    expect(text).not.toContain('    at ')

    const folder = freshFolder()
    const { child, url, adminToken } = await startReady(folder, { seed: 'demo' })
    const { data } = await ask(url, adminToken, '{ users(first: 2) { edges { node { name user_email } } } }')
    const other = data.users.edges.find((edge: { node: { name: string } }) => edge.node.name !== 'admin').node
    child.kill('SIGTERM')
    await once(child, 'exit')
    const held = run(['--data', folder, '--port', '0'], {
      APP__ADMIN__EMAIL: other.user_email.toUpperCase(),
      APP__ENCRYPTION_KEY: KEY,
    })
    expect(await held.exit).toBe(1)
    expect(held.output()).toContain('APP__ADMIN__EMAIL is the address of another user')
    expect(held.output()).not.toMatch(/UNIQUE/)
    expect(held.output().toLowerCase()).not.toContain(other.user_email.toLowerCase())

    const missing = run([])
    expect(await missing.exit).toBe(1)
    expect(missing.output()).toContain('--data is missing')
    const unknown = run(['--bogus'])
    expect(await unknown.exit).toBe(1)
    expect(unknown.output()).toContain('Usage:')
  })
})

describe('another role', () => {
  it('the child of a console stands for the platform that it is asked to, filled as asked', async () => {
    const { url, adminToken } = await startReady(freshFolder(), {
      as: 'opencti-7',
      enterprise: true,
      seed: 'large',
      seedSize: { users: 3, tokens: 9 },
    })
    const { data } = await ask(
      url,
      adminToken,
      '{ users { edges { node { api_tokens { id } } } } settings { platform_enterprise_edition { license_validated } } }',
    )
    expect(data.users.edges).toHaveLength(4)
    expect(
      data.users.edges.flatMap(({ node }: { node: { api_tokens: unknown[] } }) => node.api_tokens),
    ).toHaveLength(9)
    expect(data.settings.platform_enterprise_edition.license_validated).toBe(true)
    const extension = await ask(url, adminToken, '{ me { revoked_api_tokens { id } } }')
    expect(extension.errors[0].extensions.code).toBe('GRAPHQL_VALIDATION_FAILED')
  })
})
