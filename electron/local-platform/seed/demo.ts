import { newTokenValue, type RandomSource } from '#base/crypto.ts'
import { Secret } from '#base/secret.ts'
import { type Database, transaction } from '#base/sqlite.ts'
import { DAY_MS } from '#shared/domain/token.ts'
import type { Catalogs } from '../connectors/catalog/catalogs.ts'
import type { ConnectorReports } from '../connectors/connector-reports.ts'
import type { ConnectorStore } from '../connectors/connector-store.ts'
import type { ManagerStore } from '../connectors/manager-store.ts'
import { newId } from '../ids.ts'
import type { Peer } from '../peers/peer.ts'
import type { TokenStore } from '../tokens/token-store.ts'
import { BUILT_IN_ADMIN_ID, type User } from '../users/user.ts'
import type { UserStore } from '../users/user-store.ts'
import { addConnectors } from './demo-connectors.ts'
import {
  DEMO_GROUPS,
  DEMO_ORGANIZATIONS,
  DEMO_PEOPLE,
  type DemoGroup,
  type DemoPerson,
  type DemoToken,
} from './demo-people.ts'
import { addUsage } from './demo-usage.ts'

const HOUR_MS = 3_600_000

export interface SeedParts {
  readonly database: Database
  readonly users: UserStore
  readonly tokens: TokenStore
  readonly connectors: ConnectorStore
  readonly managers: ManagerStore
  readonly reports: ConnectorReports
  readonly catalogs: Catalogs
  readonly random: RandomSource
  readonly peer: Peer
}

/**
 * Fills an empty platform with the demo's people and tokens in every state, all times relative to `now`. The values of
 * these tokens are thrown away at once: they can be looked at and revoked, not used. The same clock and randomness give
 * the same platform.
 */
export function seedDemo(parts: SeedParts, now: number): void {
  const { database, users, tokens, random, peer } = parts
  transaction(database, () => {
    const groups = addGroups(database, random)
    const organizations = addOrganizations(database, random)
    const byName = new Map<string, User>()
    for (const person of DEMO_PEOPLE) {
      const user = addPerson(users, person, groups, organizations, random, now)
      byName.set(user.name, user)
      for (const token of tokensFor(peer, person)) {
        const used = addToken(tokens, user, token, random, now)
        if (used) addUsage(database, used.id, person.group, { ...used, seed: random(1)[0] ?? 0 })
      }
    }
    addConnectors({ ...parts, userByName: byName, version: peer.version }, now)
  })
}

function addGroups(database: Database, random: RandomSource): Map<DemoGroup, string> {
  const ids = new Map<DemoGroup, string>()
  const addRole = database.prepare('INSERT INTO roles (id, name) VALUES (?, ?)')
  const addCapability = database.prepare('INSERT INTO role_capabilities (role_id, capability) VALUES (?, ?)')
  const addGroup = database.prepare('INSERT INTO groups (id, name) VALUES (?, ?)')
  const addGroupRole = database.prepare('INSERT INTO group_roles (group_id, role_id) VALUES (?, ?)')
  for (const group of Object.keys(DEMO_GROUPS) as DemoGroup[]) {
    const roleId = newId(random)
    const groupId = newId(random)
    const { name, capabilities } = DEMO_GROUPS[group]
    addRole.run(roleId, name)
    for (const capability of capabilities) addCapability.run(roleId, capability)
    addGroup.run(groupId, name)
    addGroupRole.run(groupId, roleId)
    ids.set(group, groupId)
  }
  return ids
}

function addOrganizations(database: Database, random: RandomSource): Map<string, string> {
  const add = database.prepare('INSERT INTO organizations (id, name) VALUES (?, ?)')
  return new Map(
    DEMO_ORGANIZATIONS.map((name) => {
      const id = newId(random)
      add.run(id, name)
      return [name, id]
    }),
  )
}

function addPerson(
  users: UserStore,
  person: DemoPerson,
  groups: ReadonlyMap<DemoGroup, string>,
  organizations: ReadonlyMap<string, string>,
  random: RandomSource,
  now: number,
): User {
  const group = groups.get(person.group)
  const organization = person.organization ? organizations.get(person.organization) : undefined
  const oldest = Math.max(30, ...(person.tokens ?? []).map(({ createdDaysAgo }) => createdDaysAgo))
  return users.add({
    ...person,
    id: newId(random),
    groups: group ? [group] : [],
    organizations: organization
      ? [{ id: organization, administrator: person.administersOrganization ?? false }]
      : [],
    accountStatus: person.status ?? 'Active',
    lockAfter: person.locksInDays === undefined ? null : now + person.locksInDays * DAY_MS,
    createdAt: now - (oldest + 10) * DAY_MS,
  })
}

/** What the peer would still have of a person's tokens. */
function tokensFor(peer: Peer, { tokens = [] }: DemoPerson): readonly DemoToken[] {
  if (!peer.apiTokens) return []
  return peer.extensions
    ? tokens
    : tokens.filter(({ revoked }) => !revoked).map((token) => ({ ...token, scopes: undefined }))
}

function addToken(
  tokens: TokenStore,
  owner: User,
  token: DemoToken,
  random: RandomSource,
  now: number,
): { id: string; createdAt: number; lastUsedAt: number } | null {
  const id = token.legacy ? `base_token_${owner.id}` : newId(random)
  const lastUsedAt = token.usedHoursAgo === undefined ? null : Math.round(now - token.usedHoursAgo * HOUR_MS)
  const createdAt = now - token.createdDaysAgo * DAY_MS
  tokens.put(owner, {
    id,
    name: token.name,
    value: token.legacy ? new Secret(newId(random)) : newTokenValue(random).secret,
    createdAt,
    expiresAt: token.lastsDays === undefined ? null : createdAt + token.lastsDays * DAY_MS,
    lastUsedAt,
    scopes: token.scopes,
    revoked: token.revoked && {
      at: now - token.revoked.daysAgo * DAY_MS,
      by: BUILT_IN_ADMIN_ID,
      reason: token.revoked.reason,
    },
  })
  return lastUsedAt === null ? null : { id, createdAt, lastUsedAt }
}
