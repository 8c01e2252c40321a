import { mkdtempSync, readdirSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { type Database, transaction } from '#base/sqlite.ts'
import { openPlatformDatabase } from '../database/open.ts'
import { platformValues } from '../database/platform-values.ts'
import { confirmKey, platformKeys } from '../platform-keys.ts'
import { auditLog } from './audit-log.ts'
import { runVerify } from './verify-command.ts'

const MASTER = Buffer.alloc(32, 7)
let folder: string
let database: Database

beforeEach(() => {
  vi.stubEnv('APP__ENCRYPTION_KEY', MASTER.toString('base64'))
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-verify-'))
  database = openPlatformDatabase(folder)
  const keys = platformKeys(MASTER)
  confirmKey(keys, platformValues(database))
  const audit = auditLog(database, keys.audit)
  const person = { id: 'admin', email: 'admin@example.org' }
  const source = { via: 'console', ip: null, userAgent: null } as const
  for (let at = 1; at <= 9; at++)
    transaction(database, () =>
      audit.append({ event: 'session.opened', at, actor: person, subject: person, source }),
    )
})
afterEach(() => {
  database.close()
  vi.unstubAllEnvs()
})

function verify(...flags: string[]): { code: number; text: string } {
  const lines: string[] = []
  const code = runVerify(['--data', folder, ...flags], (line) => void lines.push(line))
  return { code, text: lines.join('\n') }
}

it('says that the audit is whole, beside the running platform, and changes nothing', () => {
  const content = () =>
    readdirSync(folder).map((name) => [
      name,
      name.endsWith('-shm') || readFileSync(join(folder, name), 'hex'),
    ])
  const before = content()
  const { code, text } = verify()
  expect([code, text]).toEqual([0, expect.stringMatching(/whole: 9 records\.\n.*9:[0-9a-f]{64}$/)])
  expect(content()).toEqual(before)
})

it('names the first broken record', () => {
  database.exec('DROP TRIGGER audit_never_changes')
  database.exec("UPDATE audit SET body = replace(body, 'admin@', 'other@') WHERE sequence >= 4")
  expect(verify()).toEqual({
    code: 1,
    text: expect.stringMatching(/BROKEN: record 4 is not what was written/),
  })
})

it('shows an older copy against an anchor', () => {
  const [anchor = ''] = /\d+:[0-9a-f]{64}/.exec(verify().text) ?? []
  expect(verify('--anchor', anchor).code).toBe(0)
  expect(verify('--anchor', anchor.replace(/^9/, '8'))).toEqual({
    code: 1,
    text: expect.stringMatching(/record 8 is not the one/),
  })
  expect(verify('--anchor', anchor.replace(/^9/, '10')).code).toBe(1)
  expect(verify('--anchor', 'nonsense').text).toMatch(/COUNT:DIGEST/)
})

it('tells a wrong and a missing key, and a folder without a platform', () => {
  vi.stubEnv('APP__ENCRYPTION_KEY', Buffer.alloc(32, 8).toString('base64'))
  expect(verify()).toEqual({ code: 1, text: expect.stringMatching(/another encryption key/) })
  vi.stubEnv('APP__ENCRYPTION_KEY', '')
  expect(verify()).toEqual({ code: 1, text: expect.stringMatching(/The key is missing/) })
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-verify-'))
  expect(verify()).toEqual({ code: 1, text: expect.stringMatching(/no platform in/) })
  expect(readdirSync(folder)).toEqual([])
})
