import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { LogSink } from './logger.ts'

export interface LogFile extends LogSink {
  close(): void
}

export interface LogFileLimits {
  /** bytes after which a new file is begun */
  readonly mostBytes: number
  /** how many older files are kept, `path.1` the newest */
  readonly keep: number
}

/**
 * Appends lines to the file at `path` (0600) and turns it over by size. A full disk or a lost folder loses lines, never
 * the program: a log is no reason to stop.
 */
export function openLogFile(
  path: string,
  limits: LogFileLimits = { mostBytes: 5_000_000, keep: 3 },
): LogFile {
  let file: number | null = null
  let size = 0
  let closed = false

  const open = (): void => {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
    file = openSync(path, 'a', 0o600)
    size = fstatSync(file).size
  }
  const close = (): void => {
    if (file !== null) closeSync(file)
    file = null
  }
  const turnOver = (): void => {
    close()
    rmSync(`${path}.${limits.keep}`, { force: true })
    for (let age = limits.keep - 1; age >= 1; age -= 1) moveIfThere(`${path}.${age}`, `${path}.${age + 1}`)
    moveIfThere(path, `${path}.1`)
    open()
  }

  return {
    write(line) {
      if (closed) return
      try {
        if (file === null) open()
        if (size > 0 && size + line.length > limits.mostBytes) turnOver()
        if (file !== null) size += writeSync(file, line)
      } catch {
        // Nowhere left to say it: the log itself is what failed.
      }
    },
    close() {
      closed = true
      close()
    },
  }
}

function moveIfThere(from: string, to: string): void {
  try {
    renameSync(from, to)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
