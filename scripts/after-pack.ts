import { join } from 'node:path'
import { flipFuses, getCurrentFuseWire } from '@electron/fuses'
import type { AfterPackContext } from 'electron-builder'
import { fusesOf, inspectableFuses, releaseFuses } from './fuses.ts'

/** Burns the fuses into the packed program, before it is signed. `GATEHOUSE_INSPECTABLE=1` makes the variant for tests. */
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
}

function programName(product: string, platform: string, packager: AfterPackContext['packager']): string {
  if (platform === 'darwin' || platform === 'mas') return `${product}.app`
  if (platform === 'win32') return `${product}.exe`
  return 'executableName' in packager ? String(packager.executableName) : product
}
