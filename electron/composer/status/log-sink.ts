import { appendFileSync, existsSync, mkdirSync, readdirSync, rmSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { LogSink } from '#base/logger.ts'

const FILES_KEPT = 5
const FILE = /^composer-\d{4}-\d{2}-\d{2}\.log$/
const LEVELS: Readonly<Record<number, string>> = {
  10: 'TRACE',
  20: 'DEBUG',
  30: 'INFO',
  40: 'WARN',
  50: 'ERROR',
  60: 'FATAL',
}

/**
 * One JSON file a day in `folder`, the newest five kept. Each line is written before the call returns.
 * @throws Error of the operating system when there can be no such folder, or of a line that cannot be written
 */
export function fileSink(folder: string, now: () => number): LogSink {
  makeFolder(resolve(folder))
  let current = ''
  return {
    write(line) {
      const name = `composer-${new Date(now()).toISOString().slice(0, 10)}.log`
      if (name !== current) {
        current = name
        const old = readdirSync(folder).filter((file) => FILE.test(file) && file !== name)
        for (const file of old.sort().slice(0, -(FILES_KEPT - 1))) rmSync(join(folder, file))
      }
      appendFileSync(join(folder, name), line, { mode: 0o600 })
    },
  }
}

/** Node's own way with `recursive` never comes back where a file system makes no folders (`/proc`). */
function makeFolder(folder: string): void {
  if (existsSync(folder) && statSync(folder).isDirectory()) return
  const above = dirname(folder)
  if (above !== folder) makeFolder(above)
  mkdirSync(folder, { mode: 0o700 })
}

/** `sink`, whose faults (a full disk) end nothing: the first one in a row is told, and each line is tried. */
export function forgivingSink(sink: LogSink, onFault: (message: string) => void): LogSink {
  let failing = false
  return {
    write(line) {
      try {
        sink.write(line)
        failing = false
      } catch (error) {
        if (!failing) onFault(error instanceof Error ? error.message : String(error))
        failing = true
      }
    },
  }
}

/** Lines for a person: time, level, message, then what else the record holds. */
export function prettySink(out: LogSink): LogSink {
  return {
    write(line) {
      const {
        level,
        time,
        msg,
        name: _name,
        pid: _pid,
        ...rest
      } = JSON.parse(line) as Record<string, unknown>
      const details = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
      out.write(`${[time, LEVELS[Number(level)] ?? level, msg, ...details].join(' ')}\n`)
    },
  }
}

/** Every line to each of `sinks`. */
export function bothSinks(sinks: readonly LogSink[]): LogSink {
  return {
    write(line) {
      for (const sink of sinks) sink.write(line)
    },
  }
}
