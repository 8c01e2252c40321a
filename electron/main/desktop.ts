import { join } from 'node:path'
import { RPCHandler } from '@orpc/server/message-port'
import * as electron from 'electron'
import {
  app,
  BrowserWindow,
  dialog,
  ipcMain,
  Menu,
  Notification,
  nativeTheme,
  net,
  powerMonitor,
  protocol,
  session,
  shell,
} from 'electron'
import { FolderBusyError, lockFolder } from '#base/folder-lock.ts'
import { createLogger, type Logger } from '#base/logger.ts'
import { type Console, createConsole } from '../core/console.ts'
import type { NativeWords } from '../core/notices/words.ts'
import { logFile } from '../host/log-file.ts'
import { languageTags } from '../host/system-languages.ts'
import { servePage } from './app-protocol.ts'
import { crashRecovery } from './crash-recovery.ts'
import { desktopNotifier } from './desktop-notifier.ts'
import { guardContents } from './guards/navigation.ts'
import { openExternal } from './guards/open-external.ts'
import { PAGE_ORIGIN } from './guards/own-page.ts'
import { denyByDefault } from './guards/permissions.ts'
import { askBeforeLeaving } from './guards/unsaved.ts'
import { BACKGROUND_SWITCH, canStartAtLogin } from './login-item.ts'
import { menuTemplate } from './menu.ts'
import { handOverPorts } from './port-handover.ts'
import { electronPower } from './power.ts'
import { keepPresence } from './presence.ts'
import { systemClipboard } from './system-clipboard.ts'
import { utilityChild } from './utility-child.ts'
import { windowOptions } from './window-options.ts'

/** Longer than every orderly end of a part; after it the app ends anyway. */
const MOST_MS_TO_END = 10_000

/** Opens the window on the console that lives in `profile`. Once, after Electron is ready. */
export async function startDesktop(profile: string): Promise<void> {
  const built = join(app.getAppPath(), 'out')
  guardEverything(join(built, 'renderer'))
  const unlock = holdProfile(profile)
  const log = logFile(join(profile, 'logs'))
  const logger = createLogger('desktop', log)
  const showWindow = (): void => {
    if (!focusWindow())
      openWindow(join(built, 'preload', 'preload.cjs'), logger, () => console.notices.words())
  }
  const console = openConsole(profile, logger, join(built, 'main'), showWindow)
  const handler = new RPCHandler(console.router)
  const closePorts = handOverPorts(ipcMain, (port) => handler.upgrade(port))
  await console.start()

  const leavePresence = keepPresence({ console, showWindow, logger })
  app.on('second-instance', showWindow)
  app.on('activate', showWindow)
  app.on('browser-window-focus', () => console.focused())
  app.once('will-quit', (event) => {
    event.preventDefault()
    leavePresence()
    closePorts()
    setTimeout(() => app.exit(1), MOST_MS_TO_END)
    console
      .dispose()
      .catch((error: unknown) => logger.error({ err: error }, 'The console did not end in order'))
      .finally(() => {
        log.close()
        unlock()
        app.exit(0)
      })
  })
  if (!app.commandLine.hasSwitch(BACKGROUND_SWITCH)) showWindow()
}

/** Every guard is up before anything can be loaded. */
function guardEverything(pageRoot: string): void {
  app.on('web-contents-created', (_, contents) =>
    guardContents(contents, (address) => openExternal(address, (allowed) => shell.openExternal(allowed))),
  )
  denyByDefault(session.defaultSession)
  servePage(protocol, pageRoot)
  Menu.setApplicationMenu(Menu.buildFromTemplate(menuTemplate(process.platform)))
}

function openConsole(
  profileFolder: string,
  logger: Logger,
  entries: string,
  showWindow: () => void,
): Console {
  return createConsole({
    host: 'desktop',
    version: app.getVersion(),
    languages: languageTags(app.getPreferredSystemLanguages(), app.getLocale() || 'en'),
    profileFolder,
    logger,
    clipboard: systemClipboard({
      clipboard: electron.clipboard,
      ClipboardItem: 'ClipboardItem' in electron ? electron.ClipboardItem : undefined,
      platform: process.platform,
      canTrust: () => !process.env.WAYLAND_DISPLAY || BrowserWindow.getFocusedWindow() !== null,
    }),
    power: electronPower({
      powerMonitor,
      isOnline: () => net.isOnline(),
      every: (ms, task) => {
        const timer = setInterval(task, ms)
        return () => clearInterval(timer)
      },
    }),
    notifier: desktopNotifier(Notification, showWindow),
    canStartAtLogin: canStartAtLogin({ app, platform: process.platform }),
    spawnPlatform: () => utilityChild(join(entries, 'local-platform.js'), 'Gatehouse local platform'),
    spawnComposer: () => utilityChild(join(entries, 'composer.js'), 'Gatehouse composer', ['--child']),
  })
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

function openWindow(preload: string, logger: Logger, words: () => NativeWords): void {
  const window = new BrowserWindow(windowOptions(preload, nativeTheme.shouldUseDarkColors ? 'dark' : 'light'))
  const decide = crashRecovery(Date.now)
  askBeforeLeaving(window.webContents, words, (question) => dialog.showMessageBoxSync(window, question))
  window.once('ready-to-show', () => window.show())
  window.webContents.on('render-process-gone', (_, { reason }) => {
    const decision = decide(reason)
    logger.warn({ reason, decision }, 'The page ended')
    if (decision === 'reload') window.webContents.reload()
    if (decision === 'give-up') window.destroy()
  })
  void window.loadURL(`${PAGE_ORIGIN}/`)
}
