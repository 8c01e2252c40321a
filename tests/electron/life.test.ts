import { execFile, spawn } from 'node:child_process'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { afterEach, expect, it } from 'vitest'
import { startBrowserHost } from '../support/browser-host.ts'
import { findCanary } from '../support/canary.ts'
import {
  askMain,
  clientScript,
  type DesktopApp,
  desktopCommand,
  launchDesktop,
} from '../support/desktop-app.ts'
import { clipboardText } from '../support/system-clipboard.ts'

const run = promisify(execFile)
const opened: DesktopApp[] = []
afterEach(async () => {
  for (const desktop of opened.splice(0)) await desktop.close()
})

async function open(): Promise<DesktopApp> {
  const desktop = await launchDesktop()
  opened.push(desktop)
  await desktop.page.evaluate(await clientScript())
  return desktop
}

const inPage = <Value>({ page }: DesktopApp, script: string) => page.evaluate(script) as Promise<Value>

/** Waits for the embedded platform; its address. */
function platformUrl(desktop: DesktopApp): Promise<string> {
  return inPage(
    desktop,
    `new Promise((resolve, reject) => {
      const end = testHost.follow(
        (client, options) => client.system.watch(undefined, options),
        ({ localPlatform }) => {
          if (localPlatform.state === 'ready') { end(); resolve(localPlatform.url) }
          if (localPlatform.state === 'failed') { end(); reject(new Error(localPlatform.lastLines.join())) }
        },
      )
    })`,
  )
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch {
    return false
  }
}

it('runs the embedded platform as a child that ends with the app', async () => {
  const desktop = await open()
  const url = await platformUrl(desktop)
  expect((await fetch(`${url}/graphql`)).status).toBeGreaterThan(0)
  const children = await askMain(desktop.app, ({ app }) =>
    app
      .getAppMetrics()
      .filter(({ type }) => type !== 'Browser')
      .map(({ pid }) => pid),
  )
  const platform = await askMain(
    desktop.app,
    ({ app }) => app.getAppMetrics().find(({ name }) => name === 'Gatehouse local platform')?.pid ?? 0,
  )
  expect(children).toContain(platform)
  await desktop.app.close()
  await expect(fetch(`${url}/graphql`)).rejects.toThrow()
  await expect.poll(() => children.filter(isAlive)).toEqual([])
})

it('ends its child even when it is killed', async () => {
  const desktop = await open()
  const url = await platformUrl(desktop)
  desktop.app.process().kill('SIGKILL')
  await expect
    .poll(() =>
      fetch(url).then(
        () => 'up',
        () => 'gone',
      ),
    )
    .toBe('gone')
})

it('ends in order on SIGTERM', async () => {
  const desktop = await open()
  await platformUrl(desktop)
  const program = desktop.app.process()
  const ended = new Promise((resolve) => program.once('exit', (code, signal) => resolve(code ?? signal)))
  program.kill('SIGTERM')
  expect(await ended).toBe(0)
})

it('puts a new token on the system clipboard, and takes it away when it ends', async () => {
  const desktop = await open()
  await platformUrl(desktop)
  const value = await inPage<string>(
    desktop,
    `(async () => {
      const { tokens } = testHost.client
      const made = await tokens.generate({ connectionId: 'local', userId: 'me', name: 'Clipboard test', duration: 'DAYS_30' })
      await tokens.copy({ revealId: made.revealId, format: 'token' })
      const { value } = await tokens.reveal({ revealId: made.revealId })
      return value
    })()`,
  )
  expect(value).toMatch(/^flgrn_octi_tkn_[A-Za-z0-9]{64}$/)
  expect(await clipboardText()).toBe(value)
  await desktop.app.close()
  expect(await clipboardText()).toBe('')
  const { hits, files } = findCanary(desktop.profile, value)
  expect(hits).toEqual([])
  expect(files).toBeGreaterThan(5)
})

it('brings the first window to the front when it is started again', async () => {
  const desktop = await open()
  const focused = desktop.app.evaluate(
    ({ app }) => new Promise((resolve) => app.once('second-instance', () => resolve('asked'))),
  )
  const { executablePath, args, env } = desktopCommand(desktop.profile)
  await run(executablePath, args, { env })
  expect(await focused).toBe('asked')
  expect(desktop.app.windows()).toHaveLength(1)
})

it('does not share its profile with a browser host, and says so', async () => {
  const desktop = await open()
  const serve = join(import.meta.dirname, '..', '..', 'out', 'main', 'serve.js')
  const second = spawn(process.execPath, [serve, '--data', desktop.profile])
  let said = ''
  second.stderr.setEncoding('utf8').on('data', (text) => {
    said += text
  })
  expect(await new Promise((resolve) => second.once('close', resolve))).toBe(3)
  expect(said).toContain(desktop.profile)
})

it('beside a browser host on its profile it says so, and ends when it is told to', async () => {
  const host = await startBrowserHost()
  const { executablePath, args, env } = desktopCommand(host.profile)
  const desktop = spawn(executablePath, args, { env })
  const said = createInterface({ input: desktop.stderr })
  await new Promise<void>((resolve) =>
    said.on('line', (line) => /cannot start.*uses/.test(line) && resolve()),
  )
  const ended = new Promise((resolve) => desktop.once('exit', resolve))
  desktop.kill('SIGTERM')
  expect(await ended).toBe(1)
  await host.stop()
  host.remove()
})

it('keeps everything in its profile', async () => {
  const desktop = await open()
  const places = await askMain(desktop.app, ({ app }) =>
    (['userData', 'sessionData', 'crashDumps'] as const).map((name) => app.getPath(name)),
  )
  for (const place of places) expect(place.startsWith(`${desktop.profile}/`)).toBe(true)
})
