import { createHmac, createSecretKey, randomBytes } from 'node:crypto'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemRandom } from '#base/crypto.ts'
import { Secret } from '#base/secret.ts'
import type { Database } from '#base/sqlite.ts'
import { prepareAdmin } from '../../electron/local-platform/admin.ts'
import { auditLog } from '../../electron/local-platform/audit/audit-log.ts'
import { openPlatformDatabase } from '../../electron/local-platform/database/open.ts'
import { platformKeys } from '../../electron/local-platform/platform-keys.ts'
import { tokenStore } from '../../electron/local-platform/tokens/token-store.ts'
import { tokenValidator } from '../../electron/local-platform/tokens/validator.ts'
import { userStore } from '../../electron/local-platform/users/user-store.ts'

export const id = 'PERF-1'

/** One figure beside its bar. */
export interface Row {
  readonly id: 'PERF-1'
  readonly figure: string
  readonly bar: string
  readonly pass: boolean
}

const SMALL = 1_000
const LARGE = 1_000_000
/** Tokens whose values we hold and ask for, spread over the whole table, so that no small part of it stays in the caches. */
const PROBES = 50_000
const USERS = 100
/** A B A B …: each round times both sides of each database once; the medians of the rounds are compared. */
const ROUNDS = 11
const CALLS = 8_000

const NOW = Date.UTC(2026, 0, 15)

/**
 * Cost of validating a bearer (the platform's own function, with the user and the capability) against one HMAC-SHA-256 and
 * one indexed read measured bare, at a thousand and at a million tokens in one run.
 */
export async function run(): Promise<Row[]> {
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-perf-1-'))
  const small = await fixture(join(folder, 'small'), SMALL)
  const large = await fixture(join(folder, 'large'), LARGE)
  try {
    const sides = [small, large].flatMap((side) => [side.bare, side.validate])
    for (const call of sides) time(call)
    const times: number[][] = sides.map(() => [])
    for (let round = 0; round < ROUNDS; round++) {
      for (const [index, call] of sides.entries()) times[index]?.push(time(call))
    }
    const [, smallOurs, largeBare, largeOurs] = times.map(median) as [number, number, number, number]
    const p99 = quantile(singleCalls(large.validate), 0.99)
    return [
      row('bearer validation / bare, 1 M tokens', largeOurs / largeBare, 2, micro(largeOurs)),
      row('1 M tokens / 1 k tokens', largeOurs / smallOurs, 1.2, micro(smallOurs)),
      {
        id: 'PERF-1',
        figure: `added latency p99 ${micro(p99)}`,
        bar: '< 1 ms',
        pass: p99 < 1e6,
      },
    ]
  } finally {
    small.close()
    large.close()
    rmSync(folder, { recursive: true })
  }
}

type Call = (index: number) => void

interface Side {
  readonly bare: Call
  readonly validate: Call
  close(): void
}

async function fixture(folder: string, count: number): Promise<Side> {
  const probes = Math.min(count, PROBES)
  mkdirSync(folder, { recursive: true })
  const database = openPlatformDatabase(folder)
  // Only while it is filled: nothing of it has to survive.
  database.exec('PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF; PRAGMA cache_size = -500000')
  const keys = platformKeys(randomBytes(32))
  const users = userStore(database)
  const tokens = tokenStore(database, keys, auditLog(database, keys.audit), systemRandom)
  await prepareAdmin({ database, users, tokens, random: systemRandom }, {}, NOW)
  fillUsers(database)
  fillTokens(database, count - probes, keys.keyId)

  const values: string[] = []
  database.exec('BEGIN')
  for (let index = 0; index < probes; index++) {
    const owner = users.byRow(2 + (index % USERS))
    if (!owner) throw new Error('the users are missing')
    const value = `flgrn_octi_tkn_${randomBytes(48).toString('base64url')}`
    values.push(value)
    tokens.put(owner, {
      id: `probe-${index}`,
      name: 'probe',
      value: new Secret(value),
      createdAt: NOW,
      expiresAt: null,
    })
  }
  database.exec('COMMIT; PRAGMA cache_size = -2000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL')

  const validate = tokenValidator(database, keys.token)
  const read = database.prepare('SELECT id FROM tokens WHERE hash = ?')
  // Ready beforehand, as the validator's is: made anew for each digest it would flatter us.
  const key = createSecretKey(keys.token)
  return {
    bare(index) {
      const digest = createHmac('sha256', key)
        .update(values[index % values.length] ?? '')
        .digest()
      if (read.get(digest) === undefined) throw new Error('the bare read found nothing')
    },
    validate(index) {
      if (!validate(values[index % values.length] ?? '', NOW).ok) throw new Error('a token was refused')
    },
    close: () => database.close(),
  }
}

function fillUsers(database: Database): void {
  database.exec(`
    INSERT INTO users (id, name, user_email, capabilities, created_at, updated_at)
    SELECT 'user-' || value, 'User ' || value, 'user' || value || '@example.org',
      'APIACCESS_USETOKEN EXPLORE KNOWLEDGE KNOWLEDGE_KNUPDATE', ${NOW}, ${NOW}
    FROM (${numbers(USERS)})`)
}

/** Rows with random digests, in the order of the digest, as they would lie after any history. */
function fillTokens(database: Database, count: number, keyId: string): void {
  if (count === 0) return
  database.exec(`
    INSERT INTO tokens (hash, id, user_row, name, masked_token, key_id, created_at)
    SELECT randomblob(32) AS hash, printf('00000000-0000-4000-8000-%012d', value), 2 + value % ${USERS},
      'script ' || value, '****abcd', '${keyId}', ${NOW}
    FROM (${numbers(count)}) ORDER BY hash`)
}

const numbers = (count: number): string =>
  `WITH RECURSIVE n (value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < ${count}) SELECT value FROM n`

/** ns a call, over CALLS calls. */
function time(call: Call): number {
  const start = process.hrtime.bigint()
  for (let index = 0; index < CALLS; index++) call(index)
  return Number(process.hrtime.bigint() - start) / CALLS
}

function singleCalls(call: Call): number[] {
  return Array.from({ length: CALLS * 5 }, (_, index) => {
    const start = process.hrtime.bigint()
    call(index)
    return Number(process.hrtime.bigint() - start)
  })
}

function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.floor(sorted.length * part)] ?? Number.NaN
}

function median(values: readonly number[]): number {
  return quantile(values, 0.5)
}

const micro = (ns: number): string => `${(ns / 1000).toFixed(1)} µs`

function row(what: string, ratio: number, bar: number, cost: string): Row {
  return {
    id: 'PERF-1',
    figure: `${what} ${ratio.toFixed(2)}× (${cost})`,
    bar: `≤ ${bar}×`,
    pass: ratio <= bar,
  }
}
