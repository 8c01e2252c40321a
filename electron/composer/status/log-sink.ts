import { appendFileSync, mkdirSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
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

/** One JSON file a day in `folder`, the newest five kept. Each line is written before the call returns. */
export function fileSink(folder: string, now: () => number): LogSink {
  mkdirSync(folder, { recursive: true, mode: 0o700 })
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
