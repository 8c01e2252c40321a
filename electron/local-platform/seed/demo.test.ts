import { createHash } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { type RandomSource, systemRandom } from '#base/crypto.ts'
import { tokenStatus } from '#shared/domain/token.ts'
import { prepareAdmin } from '../admin.ts'
import { auditLog } from '../audit/audit-log.ts'
import { catalogs } from '../connectors/catalog/catalogs.ts'
import { connectorReports } from '../connectors/connector-reports.ts'
import { connectorStore } from '../connectors/connector-store.ts'
import { managerStore } from '../connectors/manager-store.ts'
import { openPlatformDatabase } from '../database/open.ts'
import { PEERS } from '../peers/peer.ts'
import { platformKeys } from '../platform-keys.ts'
import { tokenStore } from '../tokens/token-store.ts'
import { userStore } from '../users/user-store.ts'
import { seedDemo } from './demo.ts'

const NOW = Date.UTC(2026, 0, 15)

/** The same bytes in each run. */
function fixedRandom(): RandomSource {
  let calls = 0
  return (size) => {
    const parts: Buffer[] = []
    for (let part = 0; part * 32 < size; part++)
      parts.push(createHash('sha256').update(`${calls}/${part}`).digest())
    calls += 1
    return Buffer.concat(parts).subarray(0, size)
  }
}

async function seeded(random: RandomSource) {
  const database = openPlatformDatabase(mkdtempSync(join(tmpdir(), 'gatehouse-seed-')))
  const keys = platformKeys(new Uint8Array(32).fill(7))
  const users = userStore(database)
  const tokens = tokenStore(database, keys, auditLog(database, keys.audit), random)
  await prepareAdmin({ database, users, tokens, random }, {}, NOW)
  const connectors = connectorStore(database)
  const managers = managerStore(database)
  const reports = connectorReports(database)
  const peer = PEERS.gatehouse
  const parts = { connectors, managers, reports, catalogs: catalogs([], true) }
  seedDemo({ ...parts, database, users, tokens, random, peer }, NOW)
  const dump = [
    'users',
    'tokens',
    'token_usage',
    'groups',
    'organizations',
    'user_organizations',
    'token_days',
    'token_callers',
    'connectors',
    'connector_configurations',
    'connector_logs',
    'connector_health',
    'connector_managers',
  ].map((table) => database.prepare(`SELECT * FROM ${table} ORDER BY 1`).all())
  return { database, users, dump }
}

it('the demo is the same for the same clock and randomness, and another for other randomness', async () => {
  const [one, two, other] = [
    await seeded(fixedRandom()),
    await seeded(fixedRandom()),
    await seeded(systemRandom),
  ]
  expect(one.dump).toEqual(two.dump)
  expect(one.dump).not.toEqual(other.dump)
})

it('the demo has tokens in every state and accounts of every kind', async () => {
  const { database } = await seeded(systemRandom)
  const tokens = database
    .prepare('SELECT name, created_at, expires_at AS expiresAt, revoked_at AS revokedAt FROM tokens')
    .all() as { name: string; created_at: number; expiresAt: number | null; revokedAt: number | null }[]
  const statuses = new Set(tokens.map((token) => tokenStatus(token, NOW)))
  expect([...statuses].toSorted()).toEqual(['active', 'expired', 'expires-soon', 'revoked'])
  const known = new Set(tokens.map(({ name }) => name))
  for (const name of ['XTM One', 'Composer managed token', 'Legacy Token', 'Template generated token'])
    expect(known).toContain(name)
  expect(known.size).toBeLessThan(tokens.length)
  expect(tokens.every(({ created_at }) => created_at < NOW)).toBe(true)
  const accounts = database.prepare('SELECT DISTINCT account_status AS status FROM users ORDER BY 1').all()
  expect(accounts.map((row) => row.status)).toEqual(['Active', 'Expired', 'Inactive', 'Locked'])
})
