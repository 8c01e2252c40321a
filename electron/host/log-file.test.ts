import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, it } from 'vitest'
import { logFile } from './log-file.ts'

const place = mkdtempSync(join(tmpdir(), 'gatehouse-log-'))
const folder = join(place, 'logs')
const read = (name: string) => readFileSync(join(folder, name), 'utf8')
afterEach(() => rmSync(place, { recursive: true, force: true }))

it('keeps two files of bounded size, readable by their owner alone', () => {
  const first = logFile(folder, 10)
  for (const line of ['one-one-one\n', 'two\n', 'two-two-two\n', 'three\n']) first.write(line)
  first.close()
  expect(read('gatehouse.1.log')).toBe('two\ntwo-two-two\n')
  expect(read('gatehouse.log')).toBe('three\n')
  expect(statSync(join(folder, 'gatehouse.log')).mode & 0o777).toBe(0o600)
  expect(statSync(folder).mode & 0o777).toBe(0o700)

  const second = logFile(folder, 10)
  second.write('four\n')
  second.close()
  expect(read('gatehouse.log')).toBe('three\nfour\n')
})

it('loses a line, not the console, where nothing can be written', () => {
  const blocked = join(place, 'blocked')
  mkdirSync(place, { recursive: true })
  writeFileSync(blocked, '')
  const log = logFile(join(blocked, 'logs'))
  expect(() => log.write('lost\n')).not.toThrow()
  log.close()
})
