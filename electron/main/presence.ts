import { homedir } from 'node:os'
import { join } from 'node:path'
import { app, dialog, Menu, nativeImage, Tray } from 'electron'
import type { Logger } from '#base/logger.ts'
import type { Console } from '../core/console.ts'
import { staysInBackground } from './background.ts'
import { startAtLogin } from './login-item.ts'
import { showTray } from './tray.ts'

export interface PresenceParts {
  readonly console: Console
  readonly showWindow: () => void
  readonly logger: Logger
}

/** What there is of the app beside its window: the tray, going on without a window, the start at login (H-04). */
export function keepPresence({ console, showWindow, logger }: PresenceParts): () => void {
  const { settings, notices } = console
  let hideTray: (() => void) | null = null
  let asked: boolean | null = null

  const follow = (): void => {
    const { background, startAtLogin: atLogin } = settings.current
    const wanted = background !== 'off'
    if (wanted && !hideTray) hideTray = trayOf(console, showWindow)
    if (!wanted) {
      hideTray?.()
      hideTray = null
    }
    if (atLogin === asked) return
    asked = atLogin
    try {
      startAtLogin(atLogin, {
        app,
        platform: process.platform,
        program: process.env.APPIMAGE ?? process.execPath,
        configFolder: process.env.XDG_CONFIG_HOME ?? join(homedir(), '.config'),
      })
    } catch (error) {
      logger.warn({ err: error }, 'The start at login could not be set')
    }
  }
  follow()
  const unsubscribe = settings.onChange(follow)

  app.on('window-all-closed', () => {
    if (process.platform === 'darwin') return
    void staysInBackground({
      chosen: () => settings.current.background,
      remember: (background) => void settings.change({ background }),
      words: () => notices.words(),
      ask: async (question) => (await dialog.showMessageBox(question)).response,
    }).then((stays) => {
      if (!stays) app.quit()
    })
  })

  return () => {
    unsubscribe()
    hideTray?.()
  }
}

function trayOf({ notices, mute }: Console, showWindow: () => void): () => void {
  return showTray({
    electron: { Tray, Menu, nativeImage },
    face: notices.tray,
    iconFolder: join(app.getAppPath(), 'resources', 'tray'),
    onOpen: showWindow,
    onMute: (ends) => mute(ends ? null : MUTE_MS),
    onQuit: () => app.quit(),
  })
}

const MUTE_MS = 3_600_000
