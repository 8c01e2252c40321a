import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { App } from 'electron'

/** Started by the system at login: watches from the tray and opens no window. */
export const BACKGROUND_SWITCH = 'background'
const FILE_NAME = 'org.gatehouse.console.desktop'

export interface LoginItemParts {
  readonly app: Pick<App, 'setLoginItemSettings' | 'isPackaged'>
  readonly platform: NodeJS.Platform
  /** the program itself; inside an AppImage the image, which stays while its mount goes */
  readonly program: string
  /** `$XDG_CONFIG_HOME` or `~/.config` */
  readonly configFolder: string
}

/** Whether this program can ask to be started at login; one that is run out of its sources cannot. */
export function canStartAtLogin({ app, platform }: Pick<LoginItemParts, 'app' | 'platform'>): boolean {
  return app.isPackaged && ['linux', 'darwin', 'win32'].includes(platform)
}

/** Asks the system to start the app at login, or not to. Repeating is no harm. @throws the file system's own error */
export function startAtLogin(wanted: boolean, parts: LoginItemParts): void {
  if (!canStartAtLogin(parts)) return
  if (parts.platform !== 'linux') {
    parts.app.setLoginItemSettings({ openAtLogin: wanted, args: [`--${BACKGROUND_SWITCH}`] })
    return
  }
  const folder = join(parts.configFolder, 'autostart')
  if (!wanted) {
    rmSync(join(folder, FILE_NAME), { force: true })
    return
  }
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, FILE_NAME), autostartEntry(parts.program))
}

/** A desktop entry; the path is quoted and escaped as the Desktop Entry Specification says of Exec. */
export function autostartEntry(program: string): string {
  const inQuotes = program.replace(/(["`$\\])/g, '\\$1')
  const quoted = `"${inQuotes}"`.replaceAll('\\', '\\\\').replaceAll('%', '%%')
  return [
    '[Desktop Entry]',
    'Type=Application',
    'Name=Gatehouse',
    `Exec=${quoted} --${BACKGROUND_SWITCH}`,
    'X-GNOME-Autostart-enabled=true',
    '',
  ].join('\n')
}
