import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const PACKAGE = join(import.meta.dirname, '..', 'node_modules', 'electron')
/** The download is about 120 MB; without a way out it fails within seconds. */
const DOWNLOAD_MS = 180_000

/** Path of Electron's program as it is installed, or as `ELECTRON_OVERRIDE_DIST_PATH` names it; null when there is none. */
export function electronBinary(): string | null {
  const pathFile = join(PACKAGE, 'path.txt')
  const installed = existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : null
  const override = process.env.ELECTRON_OVERRIDE_DIST_PATH
  const file = override
    ? join(override, installed ?? programName())
    : installed && join(PACKAGE, 'dist', installed)
  return file && existsSync(file) ? file : null
}

/** The same, after one attempt to download it where it is missing. */
export function obtainElectron(): string | null {
  const found = electronBinary()
  if (found || process.env.ELECTRON_OVERRIDE_DIST_PATH) return found
  console.error('Fetching Electron (once) …')
  spawnSync(process.execPath, [join(PACKAGE, 'install.js')], { stdio: 'ignore', timeout: DOWNLOAD_MS })
  return electronBinary()
}

function programName(): string {
  if (process.platform === 'win32') return 'electron.exe'
  return process.platform === 'darwin' ? 'Electron.app/Contents/MacOS/Electron' : 'electron'
}
