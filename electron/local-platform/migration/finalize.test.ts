import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { findCanary } from '../../../tests/support/canary.ts'
import { DrivenClock } from '../../../tests/support/driven-clock.ts'
import { oldUser, oldUsers, writeJsonLines } from '../../../tests/support/legacy-users.ts'
import { openMigration } from '../../../tests/support/migration-bench.ts'
import { legacySource } from './legacy-source.ts'
import { tokenLookalikes } from './token-lookalikes.ts'

const COUNT = 1500
const SAMPLE = [0, 1, 499, 500, 749, 1499].map((index) => oldUser(index).api_token)

const hits = (folder: string): string[] => SAMPLE.flatMap((token) => findCanary(folder, token).hits)

describe('the end of a migration', () => {
  let folder: string
  let data: string
  let source: string
  let bench: Awaited<ReturnType<typeof openMigration>>

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'gatehouse-finalize-'))
    data = join(folder, 'data')
    mkdirSync(data)
    source = writeJsonLines(join(folder, 'old.jsonl'), oldUsers(COUNT))
    bench = await openMigration(data, new DrivenClock())
    await bench.migration.importFrom(legacySource(source))
    await bench.migration.migrate()
  })
  afterEach(() => bench.database.close())

  it('leaves no plaintext in any file, in any encoding, and proves it', async () => {
    expect(hits(data).length).toBeGreaterThan(0)
    const report = await bench.migration.finalize()
    expect(report).toMatchObject({ verified: COUNT, wiped: COUNT, scan: { hits: [] } })
    expect(report.scan.compared).toBeGreaterThan(COUNT)
    expect(hits(data)).toEqual([])
    expect(statSync(join(data, 'platform.sqlite-wal')).size).toBeLessThan(100_000)
    // Every token, raw, in every byte that is left.
    const bytes = readdirSync(data)
      .map((name) => readFileSync(join(data, name)).toString('latin1'))
      .join('\n')
    expect(oldUsers(COUNT).filter(({ api_token }) => bytes.includes(api_token))).toEqual([])
  })

  it('names the imported file until it is gone', async () => {
    await bench.migration.finalize()
    expect(bench.migration.status().sources).toEqual([{ path: source, exists: true }])
    rmSync(source)
    expect(bench.migration.status().sources).toEqual([{ path: source, exists: false }])
    await bench.migration.finalize()
    expect(bench.migration.status().sources).toEqual([])
  })

  it('is not reached while a token lies elsewhere in the folder; then it is', async () => {
    const leak = join(data, 'old.log')
    // Over the border between two chunks of the search.
    writeFileSync(leak, `${'.'.repeat(32 * 1024 - 20)}${SAMPLE[0]}${'.'.repeat(4000)}`)
    expect(await bench.migration.finalize()).toMatchObject({ wiped: COUNT, scan: { hits: [leak] } })
    expect(bench.migration.status()).toMatchObject({ total: 0, finalizing: true })
    await expect(bench.migration.migrate()).rejects.toThrow('--finalize')
    rmSync(leak)
    expect(await bench.migration.finalize()).toMatchObject({ scan: { hits: [] } })
    expect(bench.migration.status().finalizing).toBe(false)
  })
})

describe('what looks like a token', () => {
  const token = oldUser(77).api_token
  const raw = Buffer.from(token)
  it.each([
    ['as it is', raw],
    ['behind half a UUID', Buffer.from(`aaaaaaaa-bbbb-4ccc-8ddd-eeee${token}`)],
    ['between digits', Buffer.from(`12ab${token}34cd`)],
    ['in upper case', Buffer.from(token.toUpperCase())],
    ['in hex', Buffer.from(raw.toString('hex'))],
    ['in upper-case hex', Buffer.from(raw.toString('hex').toUpperCase())],
    ['in UTF-16, little end first', Buffer.from(`x${token}y`, 'utf16le')],
    ['in UTF-16, big end first', Buffer.from(`x${token}y`, 'utf16le').swap16()],
    ...[0, 1, 2].flatMap((offset) => {
      const bytes = Buffer.concat([Buffer.alloc(offset, 0x41), raw, Buffer.from('tail')])
      return [
        [`in base64 at offset ${offset}`, Buffer.from(bytes.toString('base64'))] as const,
        [`in base64url at offset ${offset}`, Buffer.from(`k=${bytes.toString('base64url')}&`)] as const,
      ]
    }),
  ] as const)('is seen %s', (_, bytes) => {
    const seen = [...tokenLookalikes(Buffer.concat([Buffer.from([0, 1]), bytes, Buffer.from([0, 255])]))]
    expect(seen.map((text) => text.toLowerCase())).toContain(token)
  })
})
