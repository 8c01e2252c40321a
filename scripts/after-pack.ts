import { chmodSync, lstatSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { flipFuses, getCurrentFuseWire } from '@electron/fuses'
import type { AfterPackContext } from 'electron-builder'
import { fusesOf, inspectableFuses, releaseFuses } from './fuses.ts'

/**
 * Burns the fuses into the packed program, before it is signed, and makes what was packed the same for everybody who packs.
 * `GATEHOUSE_INSPECTABLE=1` makes the variant for tests.
 */
export async function afterPack({
  appOutDir,
  packager,
  electronPlatformName,
}: AfterPackContext): Promise<void> {
  const inspectable = process.env.GATEHOUSE_INSPECTABLE === '1'
  const program = join(
    appOutDir,
    programName(packager.appInfo.productFilename, electronPlatformName, packager),
  )
  // A runtime that was named by hand may be older than ours; a release has every fuse.
  const wire = process.env.ELECTRON_OVERRIDE_DIST_PATH ? await getCurrentFuseWire(program) : null
  const config = inspectable ? inspectableFuses() : releaseFuses()
  await flipFuses(program, wire ? fusesOf(config, (fuse) => fuse in wire) : config)
  if (electronPlatformName !== 'win32') settleModes(appOutDir)
}

/**
 * Everybody may read, and run what is a program; nobody but the owner may write. Else the mask of whoever packs decides, and
 * an installed app that only root can read starts for nobody else.
 */
function settleModes(folder: string): void {
  chmodSync(folder, 0o755)
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isSymbolicLink()) continue
    const path = join(entry.parentPath, entry.name)
    const isRun = entry.isDirectory() || (lstatSync(path).mode & 0o100) !== 0
    chmodSync(path, isRun ? 0o755 : 0o644)
  }
}

function programName(product: string, platform: string, packager: AfterPackContext['packager']): string {
  if (platform === 'darwin' || platform === 'mas') return `${product}.app`
  if (platform === 'win32') return `${product}.exe`
  return 'executableName' in packager ? String(packager.executableName) : product
}
