import { closeSync, fstatSync, mkdirSync, openSync, renameSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { LogSink } from '#base/logger.ts'

const MOST_BYTES = 5_000_000

/**
 * Log lines into `gatehouse.log` in `folder`, readable by its owner alone; a full file becomes `gatehouse.1.log`, the one
 * before that goes. Written at once, so that the last line before a crash is there. A disk that takes no line loses the
 * line, never the console.
 */
export function logFile(folder: string, mostBytes = MOST_BYTES): LogSink & { close(): void } {
  const path = join(folder, 'gatehouse.log')
  let file: number | null = null
  let bytes = 0

  function open(): number {
    mkdirSync(folder, { recursive: true, mode: 0o700 })
    const opened = openSync(path, 'a', 0o600)
    bytes = fstatSync(opened).size
    return opened
  }

  function close(): void {
    if (file !== null) closeSync(file)
    file = null
  }

  return {
    write(line) {
      try {
        file ??= open()
        if (bytes > mostBytes) {
          close()
          renameSync(path, join(folder, 'gatehouse.1.log'))
          file = open()
        }
        bytes += writeSync(file, line)
      } catch {
        // Nowhere left to say it.
      }
    },
    close,
  }
}
