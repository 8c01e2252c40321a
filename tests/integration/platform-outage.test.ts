import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { Secret } from '#base/secret.ts'
import { type Database, openDatabase } from '#base/sqlite.ts'
import { MIGRATIONS } from '../../electron/local-platform/database/migrations.ts'
import { codeOf, startTestPlatform, type TestPlatform } from '../support/platform-rig.ts'

const PASSWORD = 'not-a-real-password'
const EMAIL = 'admin@soc.example.org'
const LOGIN = 'mutation ($input: UserLoginInput) { token(input: $input) }'
const OWN_TOKENS = '{ me { api_tokens { name usage: apiTokenUsage { requests } } } }'

let local: TestPlatform
/** A second connection, as another process has it. */
let other: Database

beforeEach(async () => {
  local = await startTestPlatform({ admin: { email: EMAIL, password: new Secret(PASSWORD) } })
  other = openDatabase(join(local.dataFolder, 'platform.sqlite'), MIGRATIONS)
})
afterEach(async () => {
  if (other.isTransaction) other.exec('ROLLBACK')
  other.close()
  await local.platform.stop()
})

const requests = async (): Promise<number> => {
  const { data } = await local.ask(OWN_TOKENS)
  return data.me.api_tokens[0].usage.requests
}
const lines = (event: string): string[] => local.lines.filter((line) => line.includes(`"${event}"`))

describe('a database that cannot be written', () => {
  it('refuses no read and no token, says so once, and loses no use', async () => {
    const { plaintext_token: token } = await local.generate()
    const use = () => local.ask('{ me { id } }', { token })
    other.exec('BEGIN IMMEDIATE')
    for (let minute = 0; minute < 5; minute++) {
      expect((await use()).data.me.id).toBeTruthy()
      const began = performance.now()
      local.clock.advance(60_000)
      // Twelve tries of a few ms each; a write that waits for the lock takes 5 s.
      expect(performance.now() - began).toBeLessThan(3_000)
      expect(await requests()).toBe(0)
    }
    expect(lines('usage.unwritten')).toHaveLength(1)
    expect(lines('usage.unwritten')[0]).not.toContain(token)
    other.exec('ROLLBACK')
    local.clock.advance(5_000)
    expect(await requests()).toBe(5)
    expect(lines('usage.written')).toHaveLength(1)

    // The next outage is said anew.
    await use()
    other.exec('BEGIN IMMEDIATE')
    local.clock.advance(61_000)
    expect(lines('usage.unwritten')).toHaveLength(2)
  })

  it('keeps a session alive that is used meanwhile, and the use is written afterwards', async () => {
    const answer = await local.ask(LOGIN, {
      token: null,
      variables: { input: { email: EMAIL, password: PASSWORD } },
    })
    const cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? ''
    const me = () => local.ask('{ me { id } }', { token: null, headers: { cookie } })
    const seen = () =>
      (other.prepare('SELECT last_seen_at FROM sessions').get() as { last_seen_at: number }).last_seen_at
    const opened = seen()
    other.exec('BEGIN IMMEDIATE')
    for (let turn = 0; turn < 4; turn++) {
      local.clock.advance(15 * 60_000)
      expect((await me()).data.me.id).toBeTruthy()
    }
    other.exec('ROLLBACK')
    expect(seen()).toBe(opened)
    local.clock.advance(5_000)
    expect((await me()).data.me.id).toBeTruthy()
    expect(seen()).toBe(opened + 60 * 60_000)
    local.clock.advance(20 * 60_000)
    expect(codeOf(await me())).toBe('AUTH_REQUIRED')
  })

  it('lets the platform stop', async () => {
    const { plaintext_token: token } = await local.generate()
    await local.ask('{ me { id } }', { token })
    other.exec('BEGIN IMMEDIATE')
    await local.platform.stop()
    expect(lines('platform.stopped')).toHaveLength(1)
    expect(local.clock.pending).toBe(0)
  })
})
