import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type ElectronApplication, type Page } from 'playwright-core'
import { build } from 'vite'
import { ensureBuilt } from '../../scripts/build-parts.ts'
import { electronBinary } from '../../scripts/electron-binary.ts'

const ROOT = join(import.meta.dirname, '..', '..')

export interface DesktopApp {
  readonly app: ElectronApplication
  readonly page: Page
  readonly profile: string
  /** Ends the app in order and removes the profile. */
  close(): Promise<void>
}

/** How the built app is started by hand: program, arguments and environment of a profile. */
export function desktopCommand(profile: string) {
  const executablePath = electronBinary()
  if (!executablePath) throw new Error('Electron is not installed')
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return {
    executablePath,
    args: [...asRoot, '--disable-gpu', process.env.GATEHOUSE_APP ?? ROOT],
    env: { ...(process.env as Record<string, string>), GATEHOUSE_PROFILE: profile },
  }
}

/** Starts the built app on a profile of its own, and waits for its window. */
export async function launchDesktop(
  profile = mkdtempSync(join(tmpdir(), 'gatehouse-desktop-')),
): Promise<DesktopApp> {
  if (!process.env.GATEHOUSE_APP) await ensureBuilt('all')
  const app = await _electron.launch(desktopCommand(profile))
  const page = await app.firstWindow()
  await page.waitForLoadState('load')
  return {
    app,
    page,
    profile,
    async close() {
      await app.close()
      rmSync(profile, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    },
  }
}

/** The page's own client as one script that sets `testHost`, for calls that no view makes. */
export async function clientScript(): Promise<string> {
  const built = await build({
    configFile: false,
    logLevel: 'warn',
    build: {
      write: false,
      minify: false,
      lib: { entry: join(ROOT, 'renderer', 'client.ts'), name: 'gatehouseClient', formats: ['iife'] },
    },
  })
  const [bundle] = Array.isArray(built) ? built : [built]
  if (!bundle || !('output' in bundle)) throw new Error('The client was not built')
  return `${bundle.output[0].code}; window.testHost = gatehouseClient.connectClient(); null`
}
