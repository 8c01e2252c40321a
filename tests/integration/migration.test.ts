import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { ensureBuilt } from '../../scripts/build-parts.ts'
import { findCanary } from '../support/canary.ts'
import { type OldUser, oldUser, oldUsers, writeJsonLines, writeSqlite } from '../support/legacy-users.ts'
import { folderDigest } from '../support/migration-bench.ts'
import { until } from '../support/until.ts'

const ENTRY = resolve('out/main/local-platform.js')
/** Large enough that a migration outlives a few requests. */
const COUNT = 3000

const children = new Set<ChildProcess>()
let folder: string
let data: string
let source: string

beforeAll(() => ensureBuilt('main'), 120_000)
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'gatehouse-migrate-'))
  data = join(folder, 'data')
  source = writeJsonLines(join(folder, 'old.jsonl'), oldUsers(COUNT))
})
afterEach(() => {
  for (const child of children) child.kill('SIGKILL')
  children.clear()
})

/** The bundled entry as `npm run platform` starts it. */
function start(...args: string[]) {
  const child = spawn(process.execPath, [ENTRY, ...args], { stdio: ['ignore', 'pipe', 'pipe'] })
  children.add(child)
  const output: string[] = []
  child.stderr.on('data', (chunk) => output.push(String(chunk)))
  const lines = createInterface({ input: child.stdout })
  const url = new Promise<string>((ready) => {
    lines.on('line', (line) => {
      output.push(line)
      const found = /ready at (\S+?);?(\s|$)/.exec(line)
      if (found?.[1]) ready(found[1])
    })
  })
  const ended = once(child, 'exit').then(([code, signal]) => (code ?? signal) as number | string)
  return { child, url, ended, text: () => output.join('\n') }
}
const migrate = (...args: string[]) => start('migrate', '--data', data, '--port', '0', ...args)

/** A client of the old days: it knows its URL and its static token and sends what it always sent. */
async function oldClient(url: string, user: OldUser): Promise<string> {
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { authorization: `Bearer ${user.api_token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ me { id user_email } about { version } }' }),
  })
  const { data, errors } = (await response.json()) as {
    data: { me: { id: string } } | null
    errors?: { message: string }[]
  }
  return errors?.[0]?.message ?? data?.me.id ?? 'no answer'
}

describe('an old client', () => {
  it('is served before, during and after the migration, a kill -9 of the platform between', async () => {
    let answered = 0
    let kills = 0
    const known = new Set<string>()
    for (let life = 0; life < 20; life++) {
      const run = migrate('--from', source, '--report', join(folder, 'report.json'))
      const url = await run.url
      // A little later in each life, counted in answers: a fast machine must not be done before it was killed.
      const lastAnswer = life < 5 ? answered + 3 + life * 2 : Number.POSITIVE_INFINITY
      let over = false
      void run.ended.then(() => {
        over = true
      })
      while (!over) {
        const user = oldUser(answered % 50)
        const answer = await oldClient(url, user).catch(() => null)
        // Whoever was let in once, or whose line was read long ago, is let in for ever.
        if (answer === user.id) known.add(user.id)
        else if (answer !== null) expect(known.has(user.id)).toBe(false)
        if (answer !== null) answered += 1
        if (answered >= lastAnswer && !over) {
          run.child.kill('SIGKILL')
          kills += 1
          await run.ended
        }
      }
      if ((await run.ended) === 0) break
    }
    expect(kills).toBe(5)
    expect(answered).toBeGreaterThan(50)
    expect(known.size).toBe(50)
    expect(JSON.parse(readFileSync(join(folder, 'report.json'), 'utf8'))).toMatchObject({
      action: 'migrate',
      outcome: 'done',
      legacy: { total: COUNT, migrated: COUNT, waiting: 0 },
      plaintext: { place: 'legacy_tokens.api_token', rows: COUNT },
      deleteThese: [source],
    })
    const after = start('--data', data, '--port', '0')
    const url = await after.url
    for (const user of [oldUser(0), oldUser(COUNT / 2), oldUser(COUNT - 1)])
      expect(await oldClient(url, user)).toBe(user.id)
    expect(after.text()).toContain(`${COUNT} legacy tokens are kept in plaintext, 0 of them not migrated yet`)
  })
})

describe('the command', () => {
  it('rehearses, migrates, rolls back, finalizes and goes on serving; no token in any output', async () => {
    const report = join(folder, 'report.json')
    const outcome = () => JSON.parse(readFileSync(report, 'utf8'))
    const texts: string[] = []
    const done = async (...args: string[]) => {
      const run = migrate('--report', report, ...args)
      const code = await run.ended
      texts.push(run.text(), readFileSync(report, 'utf8'))
      return code
    }
    source = writeSqlite(join(folder, 'old.sqlite'), oldUsers(600))
    expect(await done('--dry-run', '--from', source)).toBe(0)
    expect(outcome()).toMatchObject({ dryRun: true, import: { added: 600 }, migrate: { moved: 600 } })
    expect(existsSync(data)).toBe(false)
    expect(statSync(report).mode & 0o777).toBe(0o600)

    expect(await done('--from', source)).toBe(0)
    const before = folderDigest(data)
    expect(await done('--dry-run')).toBe(0)
    expect(folderDigest(data)).toEqual(before)
    expect(await done('--rollback')).toBe(0)
    expect(outcome()).toMatchObject({ rollback: { moved: 600 }, legacy: { waiting: 600 } })
    expect(await done('--finalize')).toBe(1)
    expect(outcome().problem).toContain('600 legacy tokens are not migrated yet')
    expect(await done()).toBe(0)
    expect(findCanary(data, oldUser(7).api_token).hits).not.toEqual([])

    const last = migrate('--finalize', '--serve', '--report', report)
    await until('the end of the search', () => last.text().includes('Searched'))
    expect(await oldClient(await last.url, oldUser(7))).toBe(oldUser(7).id)
    last.child.kill('SIGTERM')
    expect(await last.ended).toBe(0)
    texts.push(last.text())
    expect(outcome()).toMatchObject({
      finalize: { verified: 600, wiped: 600, scan: { hits: [] } },
      plaintext: { rows: 0 },
      deleteThese: [source],
    })
    expect(last.text()).toContain(`delete them:\n  ${source}`)
    for (const index of [0, 7, 599]) {
      expect(findCanary(data, oldUser(index).api_token).hits).toEqual([])
      expect(texts.join('\n')).not.toContain(oldUser(index).api_token)
    }
  })

  it('says which lines it left out, with its own exit code', async () => {
    const lines = [oldUser(0), '{"api_token":"11111111-2222-4333-8444-555555555555",', oldUser(0)]
    const run = migrate('--from', writeJsonLines(source, lines))
    expect(await run.ended).toBe(2)
    expect(run.text()).toContain('not JSON: lines 2')
    expect(run.text()).toContain('the same id stands in an earlier line: lines 3')
    expect(run.text()).not.toContain('11111111-2222')
  })

  it('ends in order at a signal and says how to go on', async () => {
    const run = migrate('--from', source)
    await run.url
    await until('the first batch', () => run.text().includes('Taking users over'))
    run.child.kill('SIGTERM')
    expect(await run.ended).toBe(3)
    expect(run.text()).toContain('run it again to go on where it was')
    expect(await migrate('--from', source).ended).toBe(0)
  })

  it.each([
    [['--dry-run', '--finalize'], 'do not go together'],
    [['--rollback', '--from', 'x'], 'do not go together'],
    [['--bogus'], "Unknown option '--bogus'"],
    [['--from', '/nowhere/users.jsonl'], 'There is no readable file'],
  ])('refuses %j', async (args, message) => {
    const run = migrate(...args)
    expect(await run.ended).toBe(1)
    expect(run.text()).toContain(message)
    expect(existsSync(data)).toBe(false)
  })

  it('beside a running platform says what to do; a rehearsal may run beside it', async () => {
    const running = start('--data', data, '--port', '0')
    await running.url
    const second = migrate('--from', source)
    expect(await second.ended).toBe(1)
    expect(second.text()).toContain('Stop the platform and start "migrate" in its place')
    expect(await migrate('--dry-run', '--from', source).ended).toBe(0)
    expect(await oldClient(await running.url, oldUser(0))).toBe('You must be logged in to do this.')
  })

  it('does not make a new key where the old one is lost', async () => {
    expect(await migrate('--from', source).ended).toBe(0)
    rmSync(join(data, 'platform.key'))
    const run = migrate()
    expect(await run.ended).toBe(1)
    expect(run.text()).toContain('platform.key is missing, and the database beside it was written with it')
    expect(existsSync(join(data, 'platform.key'))).toBe(false)
  })
})
