import { fork } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { FolderBusyError, lockFolder } from './folder-lock.ts'
import { NewerDatabaseError, openDatabase, transaction } from './sqlite.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-base-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('a database', () => {
  const first = 'CREATE TABLE note (text TEXT NOT NULL) STRICT'
  const second = 'ALTER TABLE note ADD COLUMN at INTEGER'

  it('is brought to the newest format once', () => {
    const path = join(folder, 'a.sqlite')
    openDatabase(path, [first]).close()
    const database = openDatabase(path, [first, second])
    database.exec("INSERT INTO note VALUES ('kept', 1)")
    database.close()
    const again = openDatabase(path, [first, second])
    expect(again.prepare('SELECT * FROM note').all()).toEqual([{ text: 'kept', at: 1 }])
    expect(again.prepare('PRAGMA journal_mode').get()).toEqual({ journal_mode: 'wal' })
    again.close()
  })

  it('of a newer version is refused, not damaged', () => {
    const path = join(folder, 'a.sqlite')
    openDatabase(path, [first, second]).close()
    expect(() => openDatabase(path, [first])).toThrow(NewerDatabaseError)
    openDatabase(path, [first, second]).close()
  })

  it('takes all of a transaction or nothing', () => {
    const database = openDatabase(join(folder, 'a.sqlite'), [first])
    const work = () => {
      database.exec("INSERT INTO note VALUES ('half')")
      throw new Error('stopped')
    }
    expect(() => transaction(database, work)).toThrow('stopped')
    expect(database.prepare('SELECT count(*) AS n FROM note').get()).toEqual({ n: 0 })
    expect(transaction(database, () => 'done')).toBe('done')
    database.close()
  })
})

describe('a folder', () => {
  it('has one writer, and a new one right after the first let go', () => {
    const release = lockFolder(folder)
    expect(() => lockFolder(folder)).toThrow(FolderBusyError)
    release()
    lockFolder(folder)()
  })

  it('is free again after its holder was killed, and is readable by its owner alone', async () => {
    const inner = join(folder, 'inner')
    const script = join(folder, 'holder.mjs')
    const lock = new URL('./folder-lock.ts', import.meta.url).href
    writeFileSync(
      script,
      `import { lockFolder } from ${JSON.stringify(lock)}\nlockFolder(${JSON.stringify(inner)})\nprocess.send('held')\nsetInterval(() => {}, 1000)`,
    )
    const holder = fork(script)
    await new Promise((resolve) => holder.once('message', resolve))
    expect(() => lockFolder(inner)).toThrow(FolderBusyError)
    expect(statSync(inner).mode & 0o777).toBe(0o700)
    const ended = new Promise((resolve) => holder.once('exit', resolve))
    holder.kill('SIGKILL')
    await ended
    lockFolder(inner)()
  })
})
