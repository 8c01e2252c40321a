import type { RandomSource } from '#base/crypto.ts'
import type { SeedSize } from '#base/platform-channel.ts'
import { type Database, transaction } from '#base/sqlite.ts'
import { DAY_MS } from '#shared/domain/token.ts'
import { newId } from '../ids.ts'
import type { PlatformKeys } from '../platform-keys.ts'
import type { UserStore } from '../users/user-store.ts'

/** What `--seed large` makes unless told otherwise. */
export const LARGE: SeedSize = { users: 10_000, tokens: 50_000, tokensOfOne: 0 }

export interface LargeSeedParts {
  readonly database: Database
  readonly keys: PlatformKeys
  readonly users: UserStore
  readonly random: RandomSource
  /** false: people only */
  readonly withTokens: boolean
}

const FIRST =
  'Amara Bilal Chiara Dmitri Elif Farid Grace Hana Ines Jonas Kavya Luca Mei Noor Olga Pavel'.split(' ')
const LAST =
  'Abe Becker Cruz Dubois Eriksen Fofana Greco Haddad Ivanova Jansen Kaya Lopez Moreau Nakamura Okafor Petrov'.split(
    ' ',
  )
const PURPOSES = [
  'CI pipeline',
  'Jupyter',
  'Laptop',
  'Dashboard',
  'Nightly export',
  'Enrichment',
  'SIEM',
  'Test',
]
const STATUSES = ['Active', 'Active', 'Active', 'Active', 'Active', 'Active', 'Inactive', 'Locked']
const LIFETIMES = [30, 60, 90, 90, 365, 365, null, null]
const ROLE = { id: 'role--large', name: 'Everybody' }
const GROUP = { id: 'group--large', name: 'Everybody' }

/**
 * Fills an empty platform with an organisation of a given size, for measuring and for trying large lists: `users` people
 * besides the administrator and `tokens` tokens spread over them unevenly (most have a few, every eighth none), of every age
 * and state; with `tokensOfOne` a further person, "Owner of many", who has so many. The tokens can be looked at and revoked,
 * not used: their digests are of nothing. The same clock and randomness give the same platform.
 */
export function seedLarge(
  { database, keys, users, random, withTokens }: LargeSeedParts,
  { users: people, tokens, tokensOfOne }: SeedSize,
  now: number,
): void {
  const choose = chooser(random)
  const insert = database.prepare(
    `INSERT INTO tokens (hash, id, user_row, name, masked_token, key_id, created_at, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const used = database.prepare('INSERT INTO token_usage (token_row, last_used_at) VALUES (?, ?)')

  const addUser = (name: string, email: string): number => {
    const number = choose(1_000)
    return users.add({
      id: newId(random),
      name,
      email,
      serviceAccount: number < 30,
      accountStatus: STATUSES[number % STATUSES.length],
      groups: [GROUP.id],
      createdAt: now - (800 + choose(200)) * DAY_MS,
    }).row
  }
  const addToken = (owner: number): void => {
    const lifetime = LIFETIMES[choose(LIFETIMES.length)] ?? null
    const age = choose(lifetime === null ? 700 * DAY_MS : Math.round(lifetime * 1.1 * DAY_MS))
    const createdAt = now - age
    const { lastInsertRowid } = insert.run(
      random(32),
      newId(random),
      owner,
      `${PURPOSES[choose(PURPOSES.length)]} ${choose(100)}`,
      `****${choose(36 ** 4)
        .toString(36)
        .padStart(4, '0')}`,
      keys.keyId,
      createdAt,
      lifetime === null ? null : createdAt + lifetime * DAY_MS,
    )
    // Two in three were used, some of those long ago.
    if (choose(3) > 0) used.run(lastInsertRowid, createdAt + choose(age + 1))
  }

  transaction(database, () => {
    addGroup(database)
    const rows: number[] = []
    for (let index = 0; index < people; index++) {
      const first = FIRST[index % FIRST.length] ?? ''
      const last = LAST[Math.floor(index / FIRST.length) % LAST.length] ?? ''
      const email = `${first}.${last}.${index}@example.org`.toLowerCase()
      rows.push(addUser(`${first} ${last} ${index}`, email))
    }
    const owner = tokensOfOne > 0 ? addUser('Owner of many', 'owner.of.many@example.org') : null
    if (!withTokens) return
    const owners = rows.filter((_, index) => index % 8 !== 7)
    // The square makes it uneven: a few have many, most have some.
    for (let index = 0; index < tokens && owners.length > 0; index++) {
      const at = Math.floor((choose(65_536) / 65_536) ** 2 * owners.length)
      addToken(index < owners.length ? (owners[index] as number) : (owners[at] as number))
    }
    if (owner !== null) for (let index = 0; index < tokensOfOne; index++) addToken(owner)
  })
}

function addGroup(database: Database): void {
  database.prepare('INSERT INTO roles (id, name) VALUES (?, ?)').run(ROLE.id, ROLE.name)
  const grant = database.prepare('INSERT INTO role_capabilities (role_id, capability) VALUES (?, ?)')
  for (const capability of ['APIACCESS_USETOKEN', 'KNOWLEDGE']) grant.run(ROLE.id, capability)
  database.prepare('INSERT INTO groups (id, name) VALUES (?, ?)').run(GROUP.id, GROUP.name)
  database.prepare('INSERT INTO group_roles (group_id, role_id) VALUES (?, ?)').run(GROUP.id, ROLE.id)
}

/** Whole numbers below a bound, from few random bytes (mulberry32); good enough for invented data. */
function chooser(random: RandomSource): (below: number) => number {
  let state = Buffer.from(random(4)).readUInt32LE()
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below)
  }
}
