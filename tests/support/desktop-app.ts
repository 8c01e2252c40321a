import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { _electron, type ElectronApplication, errors, type Page } from 'playwright-core'
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

/**
 * How the app is started by hand: program, arguments and environment of a profile. `GATEHOUSE_PROGRAM` names a packed app,
 * which needs no folder to be named; else Electron runs what is built here.
 */
export function desktopCommand(profile: string) {
  const packed = process.env.GATEHOUSE_PROGRAM
  return packed
    ? { ...electronCommand([], profile), executablePath: packed }
    : electronCommand([ROOT], profile)
}

/** How plain Electron is started with `args`, as the app would be on that profile. */
export function electronCommand(args: readonly string[], profile = '') {
  const executablePath = electronBinary()
  if (!executablePath) throw new Error('Electron is not installed')
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : []
  return {
    executablePath,
    args: [...asRoot, '--disable-gpu', ...args],
    env: {
      ...(process.env as Record<string, string>),
      GATEHOUSE_PROFILE: profile,
      // No session bus: nothing of a test is filed in the keychain of whoever runs it.
      DBUS_SESSION_BUS_ADDRESS: 'disabled:',
      LANG: 'en_US.UTF-8',
      LC_ALL: '',
      LANGUAGE: '',
    },
  }
}

/** The start takes about a second; more than this and the attaching has failed. */
const ATTACH_MS = 20_000
const ATTEMPTS = 3
/** A guard for each wait in the page. */
const HANG_MS = 60_000

/**
 * Starts a program under Playwright and waits for its window. Playwright attaches to a program that already runs: a window
 * that navigates in that very moment it never finishes to attach to, while the app goes on as if nothing were (one start in
 * thirty; microsoft/playwright#17765). Then, and for nothing else, the program is ended and started again.
 * @param start what to start at each attempt; a profile should be a fresh one each time
 * @throws what the last attempt threw; a failure of the program itself is thrown at once
 */
export async function attachTo(
  start: (attempt: number) => { executablePath: string; args: string[]; env: Record<string, string> },
): Promise<{ app: ElectronApplication; page: Page; profile: string }> {
  for (let attempt = 1; ; attempt++) {
    const command = start(attempt)
    try {
      const app = await _electron.launch({ ...command, timeout: ATTACH_MS })
      app.context().setDefaultTimeout(HANG_MS)
      const page = await app.firstWindow()
      await page.waitForLoadState('load')
      return { app, page, profile: command.env.GATEHOUSE_PROFILE ?? '' }
    } catch (error) {
      if (attempt === ATTEMPTS || !isLostAttachment(error)) throw error
    }
  }
}

function isLostAttachment(error: unknown): boolean {
  const log = error instanceof errors.TimeoutError ? error.message : ''
  return log.includes('DevTools listening on') && !log.includes('cannot start')
}

/** Starts the built app on a profile of its own, and waits for its window. */
export async function launchDesktop(environment: Record<string, string> = {}): Promise<DesktopApp> {
  if (!process.env.GATEHOUSE_PROGRAM) await ensureBuilt('all')
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-desktop-'))
  const { app, page, profile } = await attachTo((attempt) => {
    const { env, ...command } = desktopCommand(join(folder, String(attempt)))
    return { ...command, env: { ...env, ...environment } }
  })
  return {
    app,
    page,
    profile,
    async close() {
      await app.close()
      rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 })
    },
  }
}

/**
 * Asks the main process something that changes nothing. The inspector now and then loses the promise of an answer to the
 * garbage collector; then, and for nothing else, it is asked again.
 */
export async function askMain<Answer>(
  app: ElectronApplication,
  question: (electron: typeof import('electron')) => Answer | Promise<Answer>,
): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await app.evaluate(question as never)
    } catch (error) {
      const isLost = error instanceof Error && error.message.includes('promise was garbage collected')
      if (!isLost || attempt === ATTEMPTS) throw error
    }
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
