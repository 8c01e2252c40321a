import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { DrivenClock } from '../../../tests/support/driven-clock.ts'
import {
  type OldUser,
  oldUser,
  oldUsers,
  writeJsonLines,
  writeSqlite,
} from '../../../tests/support/legacy-users.ts'
import { openMigration, tableDigest } from '../../../tests/support/migration-bench.ts'
import type { RequestSource } from '../audit/audit-log.ts'
import { MOST_REJECTIONS } from './import-report.ts'
import { legacySource } from './legacy-source.ts'
import { StoppedError } from './migration.ts'

const SOURCE: RequestSource = { via: 'console', ip: null, userAgent: null }

let folder: string
let clock: DrivenClock
let bench: Awaited<ReturnType<typeof openMigration>>

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-migration-'))
  clock = new DrivenClock()
  bench = await openMigration(folder, clock)
})
afterEach(() => bench.database.close())

const lines = (...values: readonly unknown[]) =>
  legacySource(writeJsonLines(join(folder, 'old.jsonl'), values))
const importAll = (count: number) => bench.migration.importFrom(lines(...oldUsers(count)))
const works = (user: OldUser): boolean => {
  const verdict = bench.validate(user.api_token, clock.now())
  return verdict.ok && verdict.user.id === user.id
}
const allWork = (count: number): boolean => oldUsers(count).every(works)
const state = () => ({
  users: tableDigest(bench.database, 'users'),
  legacy: tableDigest(bench.database, 'legacy_tokens'),
  tokens: tableDigest(bench.database, 'tokens'),
})
const owner = (index: number) => {
  const user = bench.users.byId(oldUser(index).id)
  if (!user) throw new Error('the user is missing')
  return user
}

describe('an old token', () => {
  it('works before, through and after the migration, its rollback and its end', async () => {
    await importAll(1200)
    expect(bench.migration.status()).toMatchObject({ total: 1200, waiting: 1200 })
    expect(allWork(1200)).toBe(true)
    let during = 0
    await bench.migration.migrate(() => {
      during += 1
      expect(allWork(1200)).toBe(true)
    })
    expect(during).toBeGreaterThan(2)
    expect(bench.migration.status()).toMatchObject({ total: 1200, waiting: 0 })
    await bench.migration.rollBack(() => expect(works(oldUser(600))).toBe(true))
    expect(allWork(1200)).toBe(true)
    await bench.migration.migrate()
    await bench.migration.finalize(() => expect(works(oldUser(600))).toBe(true))
    expect(bench.migration.status()).toMatchObject({ total: 0, waiting: 0, finalizing: false })
    expect(allWork(1200)).toBe(true)
  })

  it('becomes the "Legacy Token" that OpenCTI makes, with its key beside it and no end', async () => {
    await importAll(1)
    const user = owner(0)
    const listed = {
      id: `base_token_${user.id}`,
      name: 'Legacy Token',
      masked_token: `****${oldUser(0).api_token.slice(-4)}`,
      expires_at: null,
      revoked_at: null,
    }
    expect(bench.tokens.listed(user)).toMatchObject([listed])
    await bench.migration.migrate()
    expect(bench.tokens.listed(user)).toMatchObject([listed])
    expect(bench.database.prepare('SELECT key_id FROM tokens').all()).toEqual([{ key_id: bench.keys.keyId }])
  })

  it('of a locked account, or without the right, works no more than any other token', async () => {
    await bench.migration.importFrom(
      lines(
        { ...oldUser(0), account_status: 'Locked' },
        { ...oldUser(1), account_lock_after_date: 1 },
        oldUser(2),
      ),
    )
    bench.database.prepare("UPDATE users SET capabilities = '' WHERE id = ?").run(oldUser(2).id)
    const verdicts = () => oldUsers(3).map((user) => bench.validate(user.api_token, clock.now()))
    const refused = [{ why: 'account' }, { why: 'account' }, { why: 'no-api-access' }]
    expect(verdicts()).toMatchObject(refused)
    await bench.migration.migrate()
    expect(verdicts()).toMatchObject(refused)
  })

  it('is found by an index on its digest, before the migration and after it', () => {
    const plan = bench.database
      .prepare('EXPLAIN QUERY PLAN SELECT 1 FROM legacy_tokens WHERE digest = ? AND migrated_at IS NULL')
      .all(new Uint8Array(32)) as { detail: string }[]
    expect(plan.map(({ detail }) => detail).join()).toMatch(/SEARCH legacy_tokens USING INDEX .*digest=\?/)
  })
})

describe('a revocation', () => {
  const revoke = (index: number): boolean =>
    bench.tokens.revoke(owner(index), `base_token_${oldUser(index).id}`, 'lost', {
      actor: bench.admin,
      at: clock.now(),
      source: SOURCE,
    })

  it('of a token that still waits holds at once, and outlives migration, rollback and a new migration', async () => {
    await importAll(3)
    expect(revoke(1)).toBe(true)
    const refused = () => bench.validate(oldUser(1).api_token, clock.now())
    expect(refused()).toEqual({ ok: false, why: 'revoked' })
    expect(revoke(1)).toBe(false)
    await bench.migration.migrate()
    expect(refused()).toEqual({ ok: false, why: 'revoked' })
    await bench.migration.rollBack()
    expect(refused()).toEqual({ ok: false, why: 'revoked' })
    expect([works(oldUser(0)), works(oldUser(2))]).toEqual([true, true])
    await bench.migration.migrate()
    await bench.migration.finalize()
    expect(refused()).toEqual({ ok: false, why: 'revoked' })
    expect(bench.tokens.revoked(owner(1))).toHaveLength(1)
    expect(bench.audit.verify().ok).toBe(true)
  })
})

describe('a rollback', () => {
  it('leaves users, the legacy place and all other tokens as they were, byte for byte', async () => {
    await importAll(700)
    const deed = { actor: bench.admin, at: clock.now(), source: SOURCE }
    bench.tokens.create(owner(3), 'its own', 'DAYS_30', deed)
    const before = state()
    await bench.migration.migrate()
    expect(state()).not.toEqual(before)
    expect(state().users).toBe(before.users)
    await bench.migration.rollBack()
    expect(state()).toEqual(before)
  })

  it('is refused once there is nothing to go back to', async () => {
    await expect(bench.migration.rollBack()).rejects.toThrow('nothing to roll back')
    await importAll(1)
    await bench.migration.migrate()
    await bench.migration.finalize()
    await expect(bench.migration.rollBack()).rejects.toThrow('nothing to roll back')
  })
})

describe('a step', () => {
  it('that is stopped keeps what it did and goes on', async () => {
    await importAll(1200)
    const stopped = bench.migration.migrate(() => void bench.migration.stop())
    await expect(stopped).rejects.toThrow(StoppedError)
    expect(bench.migration.status().waiting).toBe(700)
    expect(allWork(1200)).toBe(true)
    bench.database.close()
    bench = await openMigration(folder, clock)
    expect(await bench.migration.migrate()).toMatchObject({ moved: 700 })
    expect(allWork(1200)).toBe(true)
  })

  it('runs alone, in its order, and is in the audit', async () => {
    await importAll(2)
    await expect(bench.migration.finalize()).rejects.toThrow('2 legacy tokens are not migrated yet')
    const running = bench.migration.migrate()
    await expect(bench.migration.rollBack()).rejects.toThrow('Another step')
    await running
    const events = (
      bench.database.prepare('SELECT body FROM audit ORDER BY sequence').all() as { body: string }[]
    )
      .map(({ body }) => JSON.parse(body))
      .map(({ event, count }) => `${event} ${count}`)
    expect(events).toEqual([
      'legacy.import.started 0',
      'legacy.import.finished 2',
      'legacy.migrate.started 2',
      'legacy.migrate.finished 2',
    ])
    expect(bench.audit.verify().ok).toBe(true)
  })

  it('leaves a token alone whose plaintext is not what was imported, and says whose', async () => {
    await importAll(3)
    bench.database
      .prepare('UPDATE legacy_tokens SET api_token = ? WHERE user_row = ?')
      .run(oldUser(9).api_token, owner(1).row)
    expect(await bench.migration.migrate()).toEqual({ moved: 2, stuck: [oldUser(1).id] })
    expect(allWork(3)).toBe(true)
    await expect(bench.migration.finalize()).rejects.toThrow('1 legacy tokens are not migrated')
  })
})

describe('an import', () => {
  it('run again changes nothing', async () => {
    await importAll(250)
    const before = state()
    clock.advance(1000)
    expect(await importAll(250)).toMatchObject({
      added: 0,
      attached: 0,
      unchanged: 250,
      rejected: { total: 0 },
    })
    expect(state()).toEqual(before)
    await bench.migration.migrate()
    expect(await importAll(250)).toMatchObject({ unchanged: 250 })
    await bench.migration.finalize()
    expect(await importAll(250)).toMatchObject({ unchanged: 250 })
    expect(bench.migration.status().total).toBe(0)
  })

  it('names each line that it does not take over, and takes all others', async () => {
    const report = await bench.migration.importFrom(
      lines(
        oldUser(0),
        { ...oldUser(0), api_token: oldUser(20).api_token },
        oldUser(0),
        { ...oldUser(1), user_email: oldUser(0).user_email.toUpperCase() },
        { ...oldUser(2), api_token: oldUser(0).api_token },
        '{"api_token": "broken',
        { ...oldUser(3), api_token: 'not a UUID' },
        { ...oldUser(4), id: '88ec0c6a-13ce-5e39-b486-354fe4a7084f' },
        `"${'x'.repeat(1024 * 1024)}"`,
        { ...oldUser(5), name: 'ev\u202eil' },
        '',
        { ...oldUser(6), api_token: null },
        oldUser(7),
      ),
    )
    expect(report.rejected).toEqual({
      total: 9,
      byReason: {
        'id-repeated': [2, 3],
        'email-taken': [4],
        'token-taken': [5],
        'not-json': [6],
        'bad-api_token': [7],
        'built-in-admin': [8],
        'too-long': [9],
        'bad-name': [10],
      },
    })
    expect(report).toMatchObject({ records: 12, added: 3, withoutToken: 1 })
    expect(JSON.stringify(report)).not.toContain(oldUser(0).api_token)
    expect([works(oldUser(0)), works(oldUser(7))]).toEqual([true, true])
  })

  it('refuses a line with a token in its texts: its own, of a later line, of the platform, in disguise', async () => {
    await bench.migration.importFrom(lines(oldUser(0)))
    const hex = (text: string) => Buffer.from(text).toString('hex')
    const [half, rest] = [oldUser(7).api_token.slice(0, 9), oldUser(7).api_token.slice(9)]
    const report = await bench.migration.importFrom(
      lines(
        { ...oldUser(1), description: `key ${oldUser(1).api_token}` },
        { ...oldUser(2), firstname: oldUser(7).api_token },
        { ...oldUser(3), lastname: oldUser(0).api_token.toUpperCase() },
        { ...oldUser(4), description: hex(oldUser(7).api_token) },
        { ...oldUser(5), firstname: half, lastname: rest },
        { ...oldUser(6), groups: [oldUser(7).api_token] },
        { ...oldUser(7), description: 'id 99999999-2222-4333-8444-555555555555' },
      ),
    )
    expect(report.rejected).toEqual({ total: 6, byReason: { 'token-in-text': [1, 2, 3, 4, 5, 6] } })
    expect(report).toMatchObject({ added: 1, unknownGroups: [] })
  })

  it('gives an existing user the token and leaves every field of it alone', async () => {
    await bench.migration.importFrom(lines({ ...oldUser(0), api_token: null }))
    const users = tableDigest(bench.database, 'users')
    expect(await bench.migration.importFrom(lines({ ...oldUser(0), name: 'Renamed' }))).toMatchObject({
      attached: 1,
    })
    expect(tableDigest(bench.database, 'users')).toBe(users)
    expect(works(oldUser(0))).toBe(true)
    const other = await bench.migration.importFrom(
      lines(
        { ...oldUser(0), api_token: oldUser(1).api_token },
        { ...oldUser(0), user_email: 'other@example.org' },
      ),
    )
    expect(other.rejected.byReason).toEqual({ 'has-another-token': [1], 'id-taken': [2] })
  })

  it('lets users into the groups that exist and names those that do not', async () => {
    const report = await bench.migration.importFrom(
      lines({ ...oldUser(0), groups: ['Administrators', 'Nobody knows'] }),
    )
    expect(report.unknownGroups).toEqual(['Nobody knows'])
    expect(bench.users.groups(owner(0)).map(({ name }) => name)).toEqual(['Administrators', 'Imported users'])
    expect(owner(0).capabilities.split(' ')).toContain('BYPASS')
  })

  it('reads a SQLite file alike', async () => {
    const source = legacySource(writeSqlite(join(folder, 'old.sqlite'), oldUsers(250)))
    expect(await bench.migration.importFrom(source)).toMatchObject({ records: 250, added: 250 })
    expect(owner(0).user_service_account).toBe(1)
    expect(allWork(250)).toBe(true)
    expect(bench.migration.status().sources).toEqual([{ path: source.path, exists: true }])
  })

  it('gives up on a file that is no file of users', async () => {
    const source = lines(...Array.from({ length: MOST_REJECTIONS + 1 }, () => 'x'))
    await expect(bench.migration.importFrom(source)).rejects.toThrow('no file of users')
  })
})
