import { spawnSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export interface SmallDisk {
  readonly folder: string
  /** Takes all the room that is left. */
  fill(): void
  /** Gives it back. */
  makeRoom(): void
  /** Mounts it anew, so that nothing can be written, or again can. */
  readOnly(on: boolean): void
  remove(): void
}

/** A disk in memory; null where this process may not mount one. @param kilobytes its size */
export function smallDisk(kilobytes: number): SmallDisk | null {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-disk-'))
  const mount = (options: string): boolean =>
    spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder]).status === 0
  const filler = join(folder, 'filler')
  if (!mount(`size=${kilobytes}k`)) {
    rmSync(folder, { recursive: true })
    return null
  }
  return {
    folder,
    fill() {
      const file = openSync(filler, 'w')
      try {
        for (;;) writeSync(file, Buffer.alloc(4096, 1))
      } catch {
        closeSync(file)
      }
    },
    makeRoom: () => rmSync(filler, { force: true }),
    readOnly(on) {
      if (!mount(`remount,${on ? 'ro' : 'rw'},size=${kilobytes}k`)) throw new Error('The disk is busy')
    },
    remove() {
      spawnSync('umount', ['-l', folder])
      rmSync(folder, { recursive: true, force: true })
    },
  }
}
