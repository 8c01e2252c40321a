import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { electronBinary } from './electron-binary.ts'

const ROOT = join(import.meta.dirname, '..')

/** A packed app as it lies in a folder (electron-builder's `dir`). */
export interface PackedFolder {
  readonly folder: string
  readonly program: string
}

/**
 * Packs what lies in `out/` for Linux, without an installer around it.
 * @param into the folder to pack into; made when it is not there
 * @param fuses `release`, or `inspectable`: the variant that a test can drive
 * @param root where the sources and `out/` are
 * @throws when Electron is not installed, or what electron-builder says when it fails
 */
export async function packFolder(
  into: string,
  fuses: 'release' | 'inspectable',
  root = ROOT,
): Promise<PackedFolder> {
  const electron = electronBinary()
  if (!electron) throw new Error('Electron is not installed')
  const version = readFileSync(join(dirname(electron), 'version'), 'utf8')
    .trim()
    .replace(/^v/, '')
  const packing = [
    join(ROOT, 'node_modules', 'electron-builder', 'cli.js'),
    ...['--config', 'scripts/packaging.ts', '--linux', 'dir'],
    ...[`-c.directories.output=${into}`, `-c.electronVersion=${version}`],
  ]
  const env = { ...process.env, GATEHOUSE_INSPECTABLE: fuses === 'inspectable' ? '1' : '' }
  await promisify(execFile)(process.execPath, packing, { cwd: root, env })
  const folder = join(into, 'linux-unpacked')
  return { folder, program: join(folder, 'gatehouse') }
}
