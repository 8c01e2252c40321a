import { join } from 'node:path'
import { app, BrowserWindow, dialog, ipcMain, Menu, nativeTheme, protocol, session, shell } from 'electron'
import { FolderBusyError, lockFolder } from '#base/folder-lock.ts'
import { createLogger } from '#base/logger.ts'
import { logFile } from '../host/log-file.ts'
import { servePage } from './app-protocol.ts'
import type { DesktopConsole } from './desktop-console.ts'
import { firstPaint } from './first-paint.ts'
import { guardContents } from './guards/navigation.ts'
import { openExternal } from './guards/open-external.ts'
import { isOwnPage, PAGE_ORIGIN } from './guards/own-page.ts'
import { denyByDefault } from './guards/permissions.ts'
import { askBeforeLeaving } from './guards/unsaved.ts'
import { BACKGROUND_SWITCH } from './login-item.ts'
import { menuTemplate } from './menu.ts'
import { type RecoveryParts, recoverPage } from './page-recovery.ts'
import { handOverPorts } from './port-handover.ts'
import { windowOptions } from './window-options.ts'

/** Longer than every orderly end of a part; after it the app ends anyway. */
const MOST_MS_TO_END = 10_000

/**
 * Opens the window, and behind it the console that lives in `profile`. Once, after Electron is ready. The window waits for
 * nothing of the console: profile and core are opened when the page has drawn its frame, and ports wait for them (PERF-5).
 */
export async function startDesktop(profile: string): Promise<void> {
  const built = join(app.getAppPath(), 'out')
  guardEverything(join(built, 'renderer'))
  const log = logFile(join(profile, 'logs'))
  const logger = createLogger('desktop', log)
  let console: DesktopConsole | null = null
  let unlock = (): void => {}
  let place = `${PAGE_ORIGIN}/`
  const showWindow = (): void => {
    if (!focusWindow()) newWindow()
  }
  const newWindow = (): BrowserWindow => {
    const window = openWindow(join(built, 'preload', 'preload.cjs'), place)
    const { webContents } = window
    askBeforeLeaving(
      webContents,
      () => console?.words() ?? null,
      (question) => dialog.showMessageBoxSync(window, question),
    )
    recoverPage(window, recovery(window))
    // Opened again, the window shows what it showed.
    webContents.on('did-navigate-in-page', (_, address, isMainFrame) => {
      if (isMainFrame && isOwnPage(address)) place = address
    })
    return window
  }
  const recovery = (window: BrowserWindow): RecoveryParts => ({
    now: Date.now,
    logger,
    words: async () => (await opening).words(),
    ask: async (question, signal) => (await dialog.showMessageBox(window, { ...question, signal })).response,
    tell: (cause) => void opening.then(({ pageEnded }) => pageEnded(cause)).catch(() => {}),
  })
  const openConsole = async (): Promise<DesktopConsole> => {
    unlock = holdProfile(profile)
    const { openDesktopConsole } = await import('./desktop-console.ts')
    return openDesktopConsole({ profile, logger, entries: join(built, 'main'), showWindow })
  }
  const opening = app.commandLine.hasSwitch(BACKGROUND_SWITCH)
    ? openConsole()
    : firstPaint(newWindow()).then(openConsole)
  // The page is on its way meanwhile.
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform)))
  const closePorts = handOverPorts(
    ipcMain,
    opening.then(({ serve }) => serve),
  )
  app.on('child-process-gone', (_, { type, reason }) => {
    if (type !== 'GPU' || reason === 'clean-exit') return
    logger.warn({ reason }, 'The graphics process ended')
    void opening.then(({ graphicsEnded }) => graphicsEnded()).catch(() => {})
  })
  app.on('second-instance', showWindow)
  app.on('activate', showWindow)
  app.once('will-quit', (event) => {
    event.preventDefault()
    closePorts()
    setTimeout(() => app.exit(1), MOST_MS_TO_END)
    opening
      .then(({ end }) => end())
      .catch((error: unknown) => logger.error({ err: error }, 'The console did not end in order'))
      .finally(() => {
        log.close()
        unlock()
        app.exit(0)
      })
  })
  console = await opening
}

/** Every guard is up before anything can be loaded. */
function guardEverything(pageRoot: string): void {
  app.on('web-contents-created', (_, contents) =>
    guardContents(contents, (address) => openExternal(address, (allowed) => shell.openExternal(allowed))),
  )
  denyByDefault(session.defaultSession)
  servePage(protocol, pageRoot)
}

function holdProfile(profile: string): () => void {
  try {
    return lockFolder(profile)
  } catch (error) {
    if (!(error instanceof FolderBusyError)) throw error
    throw new Error(`Another Gatehouse, perhaps one served to a browser, uses ${profile}. Close it first.`)
  }
}

function focusWindow(): boolean {
  const [window] = BrowserWindow.getAllWindows()
  if (!window) return false
  if (window.isMinimized()) window.restore()
  window.focus()
  return true
}

/** @param place the address of our page to open */
function openWindow(preload: string, place: string): BrowserWindow {
  const window = new BrowserWindow(windowOptions(preload, nativeTheme.shouldUseDarkColors ? 'dark' : 'light'))
  window.once('ready-to-show', () => window.show())
  void window.loadURL(place)
  return window
}
