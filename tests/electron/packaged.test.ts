import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { FuseState, FuseV1Options, getCurrentFuseWire } from '@electron/fuses'
import type { ElectronApplication } from 'playwright-core'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { ensureBuilt } from '../../scripts/build-parts.ts'
import { releaseFuses } from '../../scripts/fuses.ts'
import { askMain, attachTo, clientScript, desktopCommand } from '../support/desktop-app.ts'

const run = promisify(execFile)
const root = join(import.meta.dirname, '..', '..')
const place = mkdtempSync(join(tmpdir(), 'gatehouse-packed-'))
const program = join(place, 'linux-unpacked', 'gatehouse')
let app: ElectronApplication
let profile: string

beforeAll(async () => {
  await ensureBuilt('all')
  const { executablePath } = desktopCommand(place)
  const version = readFileSync(join(dirname(executablePath), 'version'), 'utf8')
    .trim()
    .replace(/^v/, '')
  const builder = join(root, 'node_modules', 'electron-builder', 'cli.js')
  const options = [`-c.directories.output=${place}`, `-c.electronVersion=${version}`]
  const packing = [builder, '--config', 'scripts/packaging.ts', '--linux', 'dir', ...options]
  await run(process.execPath, packing, { cwd: root, env: { ...process.env, GATEHOUSE_INSPECTABLE: '1' } })
  const started = await attachTo((attempt) => {
    const { args, env } = desktopCommand(join(place, `profile-${attempt}`))
    // The packed program needs no folder to be named.
    return { executablePath: program, args: args.slice(0, -1), env }
  })
  app = started.app
  profile = started.profile
})
afterAll(async () => {
  await app?.close()
  rmSync(place, { recursive: true, force: true })
})

it('is packed with the fuses of a release, but for the inspector', async () => {
  const wire = await getCurrentFuseWire(program)
  const config = releaseFuses()
  for (const [name, fuse] of Object.entries(FuseV1Options)) {
    if (typeof fuse === 'string' || !(fuse in wire)) continue
    const wanted = fuse === FuseV1Options.EnableNodeCliInspectArguments || config[fuse as FuseV1Options]
    expect([name, wire[fuse as FuseV1Options]]).toEqual([name, wanted ? FuseState.ENABLE : FuseState.DISABLE])
  }
})

it('runs out of its archive, with page, core and embedded platform', async () => {
  const page = await app.firstWindow()
  await page.waitForLoadState('load')
  expect(page.url()).toMatch(/^app:\/\/console\//)
  expect(await askMain(app, ({ app: packed }) => [packed.isPackaged, packed.getAppPath()])).toEqual([
    true,
    join(place, 'linux-unpacked', 'resources', 'app.asar'),
  ])
  await page.evaluate(await clientScript())
  const state = await page.evaluate(`new Promise((resolve) => {
    const end = testHost.follow(
      (client, options) => client.system.watch(undefined, options),
      ({ localPlatform }) => {
        if (localPlatform.state === 'starting') return
        end()
        resolve(localPlatform.state)
      },
    )
  })`)
  expect(state).toBe('ready')
})

it('does not serve as a plain Node', async () => {
  const script = join(place, 'script.cjs')
  writeFileSync(script, "process.stdout.write('ran as node')")
  // On the profile in use, where the app itself ends at once.
  const { env } = desktopCommand(profile)
  const asNode = run(program, [script, '--no-sandbox'], {
    env: { ...env, ELECTRON_RUN_AS_NODE: '1' },
    timeout: 20_000,
  })
  const { stdout } = await asNode.catch((error: { stdout: string }) => error)
  expect(stdout).not.toContain('ran as node')
})
