import { closeSync, fstatSync, openSync, readSync } from 'node:fs'
import { join } from 'node:path'

/** More says little more, and somebody has to read it before it is sent. */
const MOST_BYTES = 400_000

/**
 * The newest lines of the host's log, oldest first, whole ones only.
 * @param folder where `logFile` writes
 */
export function logTail(folder: string, mostBytes = MOST_BYTES): string[] {
  const current = tailOf(join(folder, 'gatehouse.log'), mostBytes)
  const before = tailOf(join(folder, 'gatehouse.1.log'), mostBytes - Buffer.byteLength(current))
  return `${before}${current}`.split('\n').filter((line) => line !== '')
}

function tailOf(path: string, mostBytes: number): string {
  if (mostBytes <= 0) return ''
  let file: number
  try {
    file = openSync(path, 'r')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return ''
    throw error
  }
  try {
    const { size } = fstatSync(file)
    const from = Math.max(0, size - mostBytes)
    const bytes = Buffer.alloc(size - from)
    const read = readSync(file, bytes, 0, bytes.length, from)
    const text = bytes.subarray(0, read).toString('utf8')
    // A line that was cut has lost what its secret could be known by.
    return from === 0 ? text : text.slice(text.indexOf('\n') + 1)
  } finally {
    closeSync(file)
  }
}
