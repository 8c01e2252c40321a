import { mkdtempSync, truncateSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, describe, expect, it } from 'vitest'
import { openDatabase } from '#base/sqlite.ts'
import { oldUser, oldUsers, writeSqlite } from '../../../tests/support/legacy-users.ts'
import { legacySource } from './legacy-source.ts'
import { legacyUser } from './legacy-user.ts'
import { type SourceRecord, UnusableSourceError } from './source-record.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-source-'))
})

async function read(path: string): Promise<SourceRecord[]> {
  const records: SourceRecord[] = []
  for await (const record of legacySource(path).records()) records.push(record)
  return records
}

const file = (content: string | Buffer): string => {
  const path = join(folder, 'users.jsonl')
  writeFileSync(path, content)
  return path
}

describe('JSON lines', () => {
  it('are numbered as an editor numbers them, over chunks, blank lines, CRLF and a byte order mark', async () => {
    const long = 'x'.repeat(60_000)
    const path = file(`\ufeff{"n":1}\r\n\n   \n${`{"n":4,"t":"${long}"}\n`.repeat(3)}{"n":7}`)
    expect(
      (await read(path)).map((record) => [record.line, (record as { value: { n: number } }).value.n]),
    ).toEqual([
      [1, 1],
      [4, 4],
      [5, 4],
      [6, 4],
      [7, 7],
    ])
  })

  it('that cannot be read are named by line, and never stop the others', async () => {
    const path = file(
      Buffer.concat([
        Buffer.from('{"api_token":"11111111-2222-4333-8444-555555555555"\n'),
        Buffer.from(`"${'y'.repeat(1024 * 1024)}"\n`),
        Buffer.from([0x22, 0xff, 0xfe, 0x22, 0x0a]),
        Buffer.from(`${'['.repeat(60_000)}\n`),
        Buffer.from('{"n":5}\n'),
      ]),
    )
    const records = await read(path)
    expect(records).toEqual([
      { line: 1, unreadable: 'not-json' },
      { line: 2, unreadable: 'too-long' },
      { line: 3, unreadable: 'not-utf-8' },
      { line: 4, unreadable: 'not-json' },
      { line: 5, value: { n: 5 } },
    ])
    expect(JSON.stringify(records)).not.toContain('11111111')
  })

  it('hold nothing of an endless line in memory', async () => {
    const path = file('')
    // A hole in the file: zeros without an end of line, and no space on the disk.
    truncateSync(path, 384 * 1024 * 1024)
    const before = process.resourceUsage().maxRSS
    expect(await read(path)).toEqual([{ line: 1, unreadable: 'too-long' }])
    expect(process.resourceUsage().maxRSS - before).toBeLessThan(192 * 1024)
  })

  it('come from a file, and nothing else', () => {
    expect(() => legacySource(join(folder, 'none'))).toThrow(UnusableSourceError)
    expect(() => legacySource(folder)).toThrow('is not a file')
  })
})

describe('a SQLite file', () => {
  it('gives the known columns of its table users, in their order', async () => {
    const path = writeSqlite(join(folder, 'old.sqlite'), oldUsers(3))
    const records = await read(path)
    expect(legacySource(path).kind).toBe('sqlite')
    expect(records).toHaveLength(3)
    expect(records[2]).toEqual({
      line: 3,
      value: { ...oldUser(2), user_service_account: 1, groups: '["Administrators"]' },
    })
    expect(legacyUser((records[2] as { value: unknown }).value)).toMatchObject({
      user_service_account: true,
      groups: ['Administrators'],
    })
  })

  it('is refused without such a table, and when the table is a view', async () => {
    const open = (name: string, sql: string): string => {
      const path = join(folder, name)
      const database = openDatabase(path, [])
      database.exec(sql)
      database.close()
      return path
    }
    await expect(read(open('a.sqlite', 'CREATE TABLE people (id)'))).rejects.toThrow('no table "users"')
    await expect(read(open('b.sqlite', 'CREATE TABLE users (id)'))).rejects.toThrow('no column "api_token"')
    await expect(
      read(open('c.sqlite', "CREATE VIEW users AS SELECT 'x' AS id, 'y' AS api_token")),
    ).rejects.toThrow('no table "users"')
  })

  it('that is damaged says so without repeating what it holds', async () => {
    const path = writeSqlite(join(folder, 'old.sqlite'), oldUsers(3))
    writeFileSync(path, Buffer.concat([Buffer.from('SQLite format 3\0'), Buffer.alloc(5000, 1)]))
    await expect(read(path)).rejects.toThrow(/cannot be read after row 0 \(SQLite error \d+\)/)
  })
})

describe('a line', () => {
  const good = oldUser(1)
  it('is a user with the fields that are known, under either name of the id', () => {
    const { id, ...rest } = good
    expect(
      legacyUser({ ...rest, internal_id: id, unknown: 1, account_lock_after_date: '2026-01-01T00:00:00Z' }),
    ).toMatchObject({ ...good, external: false, account_lock_after_date: Date.UTC(2026, 0, 1), groups: [] })
    expect(legacyUser({ ...good, api_token: '' })).toMatchObject({ api_token: null })
    expect(legacyUser({ ...good, name: '<b>"Zoë" & 李</b>' })).toMatchObject({ name: '<b>"Zoë" & 李</b>' })
  })

  it.each([
    [null, 'not-an-object'],
    [[good], 'not-an-object'],
    ['text', 'not-an-object'],
    [{ ...good, id: undefined }, 'bad-id'],
    [{ ...good, id: '../../etc' }, 'bad-id'],
    [{ ...good, name: '' }, 'bad-name'],
    [{ ...good, name: '\u001b]0;owned\u0007' }, 'bad-name'],
    [{ ...good, name: 'admin\u202egpj.exe' }, 'bad-name'],
    [{ ...good, name: 'half \ud800' }, 'bad-name'],
    [{ ...good, name: 'n'.repeat(251) }, 'bad-name'],
    [{ ...good, name: { toString: 'x' } }, 'bad-name'],
    [{ ...good, user_email: 'nobody' }, 'bad-user_email'],
    [{ ...good, user_email: 'a@b\nc' }, 'bad-user_email'],
    [{ ...good, api_token: 'secret' }, 'bad-api_token'],
    [{ ...good, api_token: ` ${good.api_token}` }, 'bad-api_token'],
    [{ ...good, api_token: 12 }, 'bad-api_token'],
    [{ ...good, created_at: 'yesterday' }, 'bad-created_at'],
    [{ ...good, groups: 'everyone' }, 'bad-groups'],
    [JSON.parse('{"__proto__":{"id":"a","name":"b","user_email":"c@d"}}'), 'bad-id'],
  ])('%j is refused: %s', (value, reason) => {
    expect(legacyUser(value)).toBe(reason)
  })
})
