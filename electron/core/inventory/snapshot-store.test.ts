import { mkdtempSync, readdirSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { openDatabase } from '#base/sqlite.ts'
import { quietLogger } from '../../../tests/support/quiet-logger.ts'
import { openSnapshotDatabase } from './snapshot-database.ts'
import { SNAPSHOT_MIGRATIONS, SnapshotStore, type StoredHolding } from './snapshot-store.ts'

const NOW = Date.UTC(2026, 10, 22, 12)
const MINUTE = 60_000

const open: SnapshotStore[] = []
afterEach(async () => {
  for (const store of open.splice(0)) await store.close()
})

function storeIn(folder: string): SnapshotStore {
  const { logger } = quietLogger()
  const store = new SnapshotStore(openSnapshotDatabase(folder, logger), logger)
  open.push(store)
  return store
}

const freshFolder = () => mkdtempSync(join(tmpdir(), 'gatehouse-snapshots-'))

const factsAt = (takenAt: number, connectionId = 'cert') =>
  ({ connectionId, takenAt, scope: 'everyone', userId: 'u-1', clockSkewMs: 0, complete: true }) as const

/** Holders with three tokens each. */
function holdings(count: number): StoredHolding[] {
  return Array.from({ length: count }, (_, index) => ({
    owner: {
      id: `u-${index}`,
      name: `Owner ${index} \u202e"'`,
      email: `${index}@example.org`,
      accountStatus: 'Active',
      accountLockAfter: null,
      serviceAccount: false,
      canUseTokens: null,
    },
    tokens: [0, 1, 2].map((place) => ({
      id: `t-${index}-${place}`,
      name: 'nightly',
      maskedToken: '****a1b2',
      createdAt: NOW,
      expiresAt: null,
      lastUsedAt: NOW + place,
    })),
    readAt: NOW + index,
  }))
}

async function read(store: SnapshotStore, id: number): Promise<StoredHolding[]> {
  const all: StoredHolding[] = []
  for await (const piece of store.pieces(id)) all.push(...piece)
  return all
}

it('a snapshot comes back as it was, also after a restart', async () => {
  const folder = freshFolder()
  const store = storeIn(folder)
  const kept = await store.save(factsAt(NOW), holdings(1_000))
  expect(kept).toMatchObject({ tokens: 3_000, complete: true })
  await store.close()
  const again = storeIn(folder)
  const [newest] = again.list('cert')
  expect(newest).toEqual(kept)
  expect(await read(again, newest?.id ?? 0)).toEqual(holdings(1_000))
  expect(again.list('other')).toEqual([])
})

it('what is denser than ten minutes is thinned, never the newest', async () => {
  const store = storeIn(freshFolder())
  for (const minutes of [0, 1, 2, 9, 11, 12, 30]) {
    await store.save(factsAt(NOW + minutes * MINUTE), holdings(1))
  }
  const minutes = store.list('cert').map(({ takenAt }) => (takenAt - NOW) / MINUTE)
  expect(minutes).toEqual([30, 11, 0])
})

it('there are at most thirty for each connection', async () => {
  const store = storeIn(freshFolder())
  await store.save(factsAt(NOW, 'other'), holdings(1))
  for (let hour = 0; hour < 40; hour++) await store.save(factsAt(NOW + hour * 60 * MINUTE), holdings(1))
  const kept = store.list('cert')
  expect(kept).toHaveLength(30)
  expect(kept[0]?.takenAt).toBe(NOW + 39 * 60 * MINUTE)
  expect(store.list('other')).toHaveLength(1)
})

it('one that was not finished is gone at the next start', async () => {
  const folder = freshFolder()
  const store = storeIn(folder)
  const kept = await store.save(factsAt(NOW), holdings(10))
  function* cut(): Iterable<StoredHolding> {
    yield* holdings(600)
    throw new Error('the console ended here')
  }
  expect(await store.save(factsAt(NOW + 60 * MINUTE), cut())).toBeNull()
  expect(store.list('cert')).toEqual([kept])
  await store.close()
  const again = storeIn(folder)
  expect(again.list('cert')).toEqual([kept])
  const database = openDatabase(join(folder, 'inventory.sqlite'), SNAPSHOT_MIGRATIONS)
  expect(database.prepare('SELECT count(*) AS count FROM snapshot').get()).toEqual({ count: 1 })
  database.close()
})

describe('a file that cannot be used', () => {
  it('is moved aside when it is damaged', async () => {
    const folder = freshFolder()
    writeFileSync(
      join(folder, 'inventory.sqlite'),
      'this is no database, but long enough to be taken for one'.repeat(99),
    )
    const store = storeIn(folder)
    expect(await store.save(factsAt(NOW), holdings(1))).not.toBeNull()
    expect(readdirSync(folder)).toContain('inventory.sqlite.damaged')
  })

  it('of a newer console is left alone, and snapshots last as long as this one runs', async () => {
    const folder = freshFolder()
    openDatabase(join(folder, 'inventory.sqlite'), [
      ...SNAPSHOT_MIGRATIONS,
      'CREATE TABLE later (a) STRICT'.replace('(a)', '(a TEXT)'),
    ]).close()
    const store = storeIn(folder)
    expect(await store.save(factsAt(NOW), holdings(1))).not.toBeNull()
    expect(store.list('cert')).toHaveLength(1)
    expect(readdirSync(folder)).not.toContain('inventory.sqlite.damaged')
    await store.close()
    expect(storeIn(folder).list('cert')).toEqual([])
  })

  it('with a damaged piece ends the reading there, with an error', async () => {
    const folder = freshFolder()
    const store = storeIn(folder)
    const kept = await store.save(factsAt(NOW), holdings(1_000))
    const database = openDatabase(join(folder, 'inventory.sqlite'), SNAPSHOT_MIGRATIONS)
    database.exec(`UPDATE piece SET content = x'00' WHERE place = 2`)
    database.close()
    const seen: number[] = []
    const reading = (async () => {
      for await (const piece of store.pieces(kept?.id ?? 0)) seen.push(piece.length)
    })()
    await expect(reading).rejects.toThrow()
    expect(seen).toHaveLength(2)
  })
})

it('a connection’s snapshots are forgotten, and no other’s', async () => {
  const store = storeIn(freshFolder())
  await store.save(factsAt(NOW), holdings(1_000))
  await store.save(factsAt(NOW, 'other'), holdings(1))
  await store.forget('cert')
  expect(store.list('cert')).toEqual([])
  expect(store.list('other')).toHaveLength(1)
})
