import { join } from 'node:path'
import { RPCHandler } from '@orpc/server/message-port'
import * as electron from 'electron'
import { app, BrowserWindow, Notification, net, powerMonitor } from 'electron'
import type { Logger } from '#base/logger.ts'
import { type Console, createConsole } from '../core/console.ts'
import type { NativeWords } from '../core/notices/words.ts'
import { languageTags } from '../host/system-languages.ts'
import { desktopNotifier } from './desktop-notifier.ts'
import { canStartAtLogin } from './login-item.ts'
import type { ServePort } from './port-handover.ts'
import { electronPower } from './power.ts'
import { keepPresence } from './presence.ts'
import { systemClipboard } from './system-clipboard.ts'
import { utilityChild } from './utility-child.ts'

export interface DesktopConsoleParts {
  readonly profile: string
  readonly logger: Logger
  /** folder of the built entries of children */
  readonly entries: string
  readonly showWindow: () => void
}

/** The console with what Electron gives it. */
export interface DesktopConsole {
  readonly serve: ServePort
  readonly words: () => NativeWords
  readonly pageEnded: Console['pageEnded']
  readonly graphicsEnded: Console['graphicsEnded']
  readonly end: () => Promise<void>
}

/** Starts the console in `profile` and what there is of the app beside its window. */
export async function openDesktopConsole(parts: DesktopConsoleParts): Promise<DesktopConsole> {
  const { logger, showWindow } = parts
  const console = consoleOf(parts)
  const handler = new RPCHandler(console.router)
  await console.start()
  const leavePresence = keepPresence({ console, showWindow, logger })
  app.on('browser-window-focus', () => console.focused())
  return {
    serve: (port) => handler.upgrade(port),
    words: () => console.notices.words(),
    pageEnded: (cause) => console.pageEnded(cause),
    graphicsEnded: () => console.graphicsEnded(),
    async end() {
      leavePresence()
      await console.dispose()
    },
  }
}

function consoleOf({ profile, logger, entries, showWindow }: DesktopConsoleParts): Console {
  return createConsole({
    host: 'desktop',
    version: app.getVersion(),
    languages: languageTags(app.getPreferredSystemLanguages(), app.getLocale() || 'en'),
    profileFolder: profile,
    logger,
    builtFolder: join(entries, '..'),
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
