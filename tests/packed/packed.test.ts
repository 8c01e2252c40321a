import { execFile } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, expect, inject, it } from 'vitest'
import {
  askMain,
  clientScript,
  type DesktopApp,
  desktopCommand,
  launchDesktop,
} from '../support/desktop-app.ts'

/** What only the packed app can show; its defences by the official check-list are in checklist.test.ts. */

const program = inject('program')
let desktop: DesktopApp

beforeAll(async () => {
  desktop = await launchDesktop()
})
afterAll(() => desktop?.close())

it('runs out of its archive, with page, core and embedded platform', async () => {
  const { app, page } = desktop
  expect(await askMain(app, ({ app: packed }) => [packed.isPackaged, packed.getAppPath()])).toEqual([
    true,
    join(dirname(program), 'resources', 'app.asar'),
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
  const script = join(desktop.profile, 'script.cjs')
  writeFileSync(script, "process.stdout.write('ran as node')")
  // On the profile in use, where the app itself ends at once.
  const { env } = desktopCommand(desktop.profile)
  const asNode = promisify(execFile)(program, [script, '--no-sandbox'], {
    env: { ...env, ELECTRON_RUN_AS_NODE: '1' },
    timeout: 20_000,
  })
  const { stdout } = await asNode.catch((error: { stdout: string }) => error)
  expect(stdout).not.toContain('ran as node')
})
