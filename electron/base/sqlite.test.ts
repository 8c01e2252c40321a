import { chmodSync, mkdirSync, mkdtempSync, readdirSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { lockFolder } from './folder-lock.ts'
import { openDatabase } from './sqlite.ts'

const TABLE = ['CREATE TABLE thing (name TEXT) STRICT']

function openFolder(): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'gatehouse-sqlite-')), 'open')
  mkdirSync(folder)
  chmodSync(folder, 0o755)
  return folder
}

const modes = (folder: string) =>
  Object.fromEntries(
    readdirSync(folder).map((file) => [file, (statSync(join(folder, file)).mode & 0o777).toString(8)]),
  )

it.skipIf(process.platform === 'win32')('keeps its files to their owner in a folder open to all', () => {
  const folder = openFolder()
  const path = join(folder, 'thing.sqlite')
  const database = openDatabase(path, TABLE)
  database.exec("INSERT INTO thing VALUES ('one')")
  const own = { 'thing.sqlite': '600', 'thing.sqlite-wal': '600', 'thing.sqlite-shm': '600' }
  expect(modes(folder)).toEqual(own)

  // As an earlier version left them.
  for (const file of readdirSync(folder)) chmodSync(join(folder, file), 0o644)
  const again = openDatabase(path, TABLE)
  expect(modes(folder)).toEqual(own)
  expect(again.prepare('SELECT name FROM thing').all()).toEqual([{ name: 'one' }])
  again.close()
  database.close()
})

it.skipIf(process.platform === 'win32')('keeps the lock of such a folder to its owner too', () => {
  const folder = openFolder()
  const release = lockFolder(folder)
  expect(new Set(Object.values(modes(folder)))).toEqual(new Set(['600']))
  release()
})
