import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '#base/clock.ts'
import { rehearsal } from '../../electron/local-platform/migration/dry-run.ts'
import { legacySource } from '../../electron/local-platform/migration/legacy-source.ts'
import { platformKeys } from '../../electron/local-platform/platform-keys.ts'
import { findCanary } from '../support/canary.ts'
import { migrationLives, type Where } from '../support/killed-migration.ts'
import { type OldUser, oldUsers, writeJsonLines } from '../support/legacy-users.ts'
import { folderDigest, LEGACY_TEST_KEY, openMigration, tableDigest } from '../support/migration-bench.ts'

export const id = 'REL-4'

type Live = Awaited<ReturnType<typeof migrationLives>>

/** One figure beside its bar. */
export interface Row {
  readonly id: 'REL-4'
  readonly figure: string
  readonly bar: string
  readonly pass: boolean
}

const KILLS = 50
const USERS = 100_000
/** The rollback campaign starts anew at each kill, so its population is small in the short form. */
const ROLLBACK_USERS = { short: 600, full: 20_000 } as const
/** Tokens tried after each kill; the full form tries all of them. */
const SAMPLE = 1_000
const CANARIES = 4

/**
 * A population of 100 000 users imported, migrated and finalized by processes that are killed with SIGKILL, by turns right
 * after a commit and in the middle of a transaction; after each kill the platform's own validator is asked. GATEHOUSE_FULL=1
 * runs the full form (some ten minutes).
 */
export async function run(): Promise<Row[]> {
  const full = process.env.GATEHOUSE_FULL === '1'
  const folder = mkdtempSync(join(tmpdir(), 'gatehouse-rel-4-'))
  try {
    const live = await migrationLives(folder)
    const campaigns = await Promise.all([
      migrationCampaign(live, folder, full),
      rollBackKilled(live, join(folder, 'small'), full ? ROLLBACK_USERS.full : ROLLBACK_USERS.short),
    ])
    return campaigns.flat()
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function migrationCampaign(live: Live, folder: string, full: boolean): Promise<Row[]> {
  const population = oldUsers(USERS)
  const source = writeJsonLines(join(folder, 'old.jsonl'), population)
  const data = join(folder, 'data')
  return [
    await importKilled(live, data, source, full ? population : sample(population, 0)),
    await rehearsed(data),
    await migrateKilled(live, data, population, full),
    await finalizeKilled(live, data, source, population),
  ]
}

const whereOf = (kill: number): Where => (kill % 2 === 0 ? 'after' : 'within')

async function importKilled(
  live: Live,
  data: string,
  source: string,
  tokens: readonly OldUser[],
): Promise<Row> {
  let kills = 0
  for (const part of [0.2, 0.4])
    if (await live(data, 'import', 'after', Math.floor(USERS * part), source)) kills += 1
  await live(data, 'import', 'never', 0, source)
  const { total, refused } = await check(data, tokens)
  return row(
    `${USERS} users imported, killed ${kills} times: ${total} in the legacy place, ${refused} of ${tokens.length} old tokens refused`,
    '100 %, 0 refused',
    total === USERS && refused === 0,
  )
}

async function migrateKilled(
  live: Live,
  data: string,
  population: readonly OldUser[],
  full: boolean,
): Promise<Row> {
  const share = Math.ceil(USERS / (KILLS + 1))
  let kills = 0
  let refused = 0
  let tried = 0
  for (let kill = 0; kill < KILLS; kill++) {
    if (await live(data, 'migrate', whereOf(kill), share)) kills += 1
    const tokens = full ? population : sample(population, kill)
    const state = await check(data, tokens)
    refused += state.refused
    tried += tokens.length
    if (state.total !== USERS) refused += 1
  }
  await live(data, 'migrate', 'never', 0)
  const { waiting, refused: last } = await check(data, population)
  const migrated = USERS - waiting
  return row(
    `migration of ${USERS} users killed ${kills} times: ${migrated} migrated, ${refused + last} of ${tried + USERS} old tokens refused`,
    '50 kills, 100 %, 0 refused',
    kills === KILLS && migrated === USERS && refused + last === 0,
  )
}

/** Every token whose place moved around this kill, and others from everywhere. */
function sample(population: readonly OldUser[], kill: number): OldUser[] {
  const frontier = Math.floor((population.length * (kill + 1)) / (KILLS + 1))
  const near = population.slice(Math.max(0, frontier - SAMPLE / 4), frontier + SAMPLE / 4)
  const step = Math.floor(population.length / (SAMPLE / 2))
  return [...near, ...population.filter((_, index) => index % step === kill % step)]
}

async function check(data: string, tokens: readonly OldUser[]) {
  const { database, validate, migration } = await openMigration(data, systemClock)
  try {
    const now = systemClock.now()
    const works = (user: OldUser): boolean => {
      const verdict = validate(user.api_token, now)
      return verdict.ok && verdict.user.id === user.id
    }
    return { ...migration.status(), refused: tokens.filter((user) => !works(user)).length }
  } finally {
    database.close()
  }
}

async function rehearsed(data: string): Promise<Row> {
  const before = folderDigest(data)
  const { migration, close } = await rehearsal(data, platformKeys(LEGACY_TEST_KEY), {}, systemClock)
  const { moved } = await migration.migrate()
  close()
  const after = folderDigest(data)
  const changed = Object.keys({ ...before, ...after }).filter((path) => before[path] !== after[path])
  return row(
    `dry run over ${moved} tokens: ${changed.length} of ${Object.keys(before).length} files changed`,
    '0 changed',
    changed.length === 0 && moved === USERS,
  )
}

async function finalizeKilled(
  live: Live,
  data: string,
  source: string,
  population: readonly OldUser[],
): Promise<Row> {
  let kills = 0
  for (const kill of [0, 1, 2])
    if (await live(data, 'finalize', whereOf(kill), Math.floor(USERS / 5))) kills += 1
  const { database, migration } = await openMigration(data, systemClock)
  const { scan } = await migration.finalize()
  database.close()
  const { refused } = await check(data, population)
  const found = rawTokens(data, population) + scan.hits.length
  return row(
    `finalize killed ${kills} times: ${found} plaintext tokens in ${scan.files} files (${megabytes(data)} MB), ${refused} old tokens refused; ` +
      `left to the admin: ${statSync(source).size > 0 ? 'the imported file' : 'nothing'}`,
    '0 plaintext, 0 refused',
    found === 0 && refused === 0,
  )
}

/** Searches all files for every token as it is, and for some in every disguise. */
function rawTokens(data: string, population: readonly OldUser[]): number {
  const tokens = new Set(population.map(({ api_token }) => api_token))
  let found = 0
  for (const name of readdirSync(data)) {
    const text = readFileSync(join(data, name)).toString('latin1')
    for (const match of text.matchAll(/(?=([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}))/g))
      if (match[1] && tokens.has(match[1])) found += 1
  }
  const step = Math.floor(population.length / CANARIES)
  for (const { api_token } of population.filter((_, index) => index % step === 0))
    found += findCanary(data, api_token).hits.length
  return found
}

const megabytes = (folder: string): string =>
  (readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0) / 1e6).toFixed(0)

/** At each kill of a migration everything is rolled back, by a process that is killed as well, and compared. */
async function rollBackKilled(live: Live, data: string, users: number): Promise<Row> {
  const population = oldUsers(users)
  const { database, migration } = await openMigration(data, systemClock)
  await migration.importFrom(legacySource(writeJsonLines(`${data}.jsonl`, population)))
  const before = [
    tableDigest(database, 'users'),
    tableDigest(database, 'legacy_tokens'),
    tableDigest(database, 'tokens'),
  ]
  database.close()
  let kills = 0
  let different = 0
  let refused = 0
  for (let kill = 0; kill < KILLS; kill++) {
    const rows = Math.ceil((users * (kill + 1)) / (KILLS + 1))
    if (await live(data, 'migrate', whereOf(kill), rows)) kills += 1
    if (kill % 5 === 0) await live(data, 'rollback', whereOf(kill + 1), Math.ceil(rows / 2))
    const bench = await openMigration(data, systemClock)
    refused += refusedBy(bench.validate, population)
    await bench.migration.rollBack()
    refused += refusedBy(bench.validate, population)
    const after = [
      tableDigest(bench.database, 'users'),
      tableDigest(bench.database, 'legacy_tokens'),
      tableDigest(bench.database, 'tokens'),
    ]
    if (after.some((digest, index) => digest !== before[index])) different += 1
    bench.database.close()
  }
  return row(
    `rollback at each of ${kills} kills (${users} users): ${KILLS - different} byte for byte, ${refused} old tokens refused`,
    '50 of 50, 0 refused',
    kills === KILLS && different === 0 && refused === 0,
  )
}

function refusedBy(
  validate: (bearer: string, now: number) => { readonly ok: boolean },
  population: readonly OldUser[],
): number {
  const now = systemClock.now()
  return population.filter(({ api_token }) => !validate(api_token, now).ok).length
}

const row = (figure: string, bar: string, pass: boolean): Row => ({ id: 'REL-4', figure, bar, pass })
