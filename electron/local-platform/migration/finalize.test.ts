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

  it('leaves none in pages that were freed before deleted bytes were overwritten', async () => {
    bench.database.exec('PRAGMA secure_delete = OFF; CREATE TABLE scratch (note TEXT)')
    const insert = bench.database.prepare('INSERT INTO scratch VALUES (?)')
    for (const token of SAMPLE) insert.run(token)
    bench.database.exec('DROP TABLE scratch; PRAGMA secure_delete = ON; PRAGMA wal_checkpoint(TRUNCATE)')
    expect(await bench.migration.finalize()).toMatchObject({ wiped: COUNT, scan: { hits: [] } })
    expect(hits(data)).toEqual([])
  })

  it('names the imported file until it is gone', async () => {
    await bench.migration.finalize()
    expect(bench.migration.status().sources).toEqual([{ path: source, exists: true }])
    rmSync(source)
    expect(bench.migration.status().sources).toEqual([{ path: source, exists: false }])
    await bench.migration.finalize()
    expect(bench.migration.status().sources).toEqual([])
  })

  it('is refused while a token lies elsewhere in the folder, and going back stays possible', async () => {
    const leak = join(data, 'old.log')
    // Over the border between two chunks of the search.
    writeFileSync(leak, `${'.'.repeat(32 * 1024 - 20)}${SAMPLE[0]}${'.'.repeat(4000)}`)
    await expect(bench.migration.finalize()).rejects.toThrow(leak)
    expect(bench.migration.status()).toMatchObject({ total: COUNT, finalizing: false })
    await bench.migration.rollBack()
    await bench.migration.migrate()
    rmSync(leak)
    expect(await bench.migration.finalize()).toMatchObject({ wiped: COUNT, scan: { hits: [] } })
    expect(bench.migration.status().finalizing).toBe(false)
  })

  it('is refused while a table holds a token, whole or in two neighbouring fields; the value is not told', async () => {
    const token = oldUser(3).api_token
    const rename = bench.database.prepare('UPDATE users SET firstname = ?, lastname = ? WHERE id = ?')
    const refusal = () => bench.migration.finalize().then(String, String)
    rename.run(`was ${Buffer.from(token).toString('base64')}`, null, oldUser(8).id)
    expect(await refusal()).toContain('table users.firstname;')
    rename.run(token.slice(0, 20), token.slice(20), oldUser(8).id)
    expect(await refusal()).toContain('table users;')
    expect(await refusal()).not.toContain(token.slice(20))
    expect(bench.migration.status()).toMatchObject({ total: COUNT, finalizing: false })
    rename.run(null, null, oldUser(8).id)
    expect(await bench.migration.finalize()).toMatchObject({ wiped: COUNT, scan: { hits: [] } })
  })

  it('has a way out of a token in the audit, which nobody can take out: it is revoked', async () => {
    const deed = {
      actor: bench.admin,
      at: 1,
      source: { via: 'console', ip: null, userAgent: null },
    } as const
    const { id: subjectId, user_email: email } = bench.admin
    const person = { id: subjectId, email }
    bench.audit.append({
      event: 'user.updated',
      at: 1,
      actor: person,
      subject: person,
      changes: { name: oldUser(3).api_token },
      source: deed.source,
    })
    await expect(bench.migration.finalize()).rejects.toThrow('table audit.body;')
    const owner = bench.users.byId(oldUser(3).id)
    if (!owner) throw new Error('not imported')
    bench.tokens.revoke(owner, `base_token_${owner.id}`, `leaked: ${oldUser(3).api_token}`, deed)
    expect(bench.tokens.revoked(owner)).toMatchObject([{ revoke_reason: 'leaked: [redacted]' }])
    expect(await bench.migration.finalize()).toMatchObject({ wiped: COUNT, scan: { hits: [] } })
  })

  it('names what came in during the wipe, holds nothing up, and is repeated after mending', async () => {
    const rename = bench.database.prepare('UPDATE users SET description = ? WHERE id = ?')
    const report = await bench.migration.finalize(() => rename.run(SAMPLE[2] ?? '', oldUser(9).id))
    expect(report.scan.hits).toContain('table users.description')
    expect(bench.migration.status()).toMatchObject({ total: 0, finalizing: false })
    await bench.migration.importFrom(
      legacySource(writeJsonLines(join(folder, 'new.jsonl'), [oldUser(COUNT)])),
    )
    await bench.migration.migrate()
    await expect(bench.migration.finalize()).rejects.toThrow('table users.description')
    rename.run(null, oldUser(9).id)
    expect(await bench.migration.finalize()).toMatchObject({ wiped: 1, scan: { hits: [] } })
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
