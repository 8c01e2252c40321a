import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, it } from 'vitest'
import type { Database } from '#base/sqlite.ts'
import { openConsoleDatabase } from '../../database.ts'
import { type OwnerBody, type ReviewFacts, ReviewStore } from './review-store.ts'

let database: Database
let store: ReviewStore
beforeEach(() => {
  database = openConsoleDatabase(mkdtempSync(join(tmpdir(), 'gatehouse-reviews-')))
  store = new ReviewStore(database)
})

const FACTS = {
  connectionId: 'c',
  connectionName: 'C',
  url: 'http://platform.example',
  actor: 'a@example.org',
  actorId: 'a',
  readAt: 1,
  scope: 'everyone',
  clockSkewMs: 0,
  finishedAt: null,
  digest: null,
  previous: null,
  comparable: true,
} as const
const facts = (id: string): ReviewFacts => ({ ...FACTS, id })

const TOKEN = { id: 't', name: 'n', maskedToken: '****abcd', createdAt: 1, expiresAt: null, lastUsedAt: null }
const owners = (count: number, tokens = 1): OwnerBody[] =>
  Array.from({ length: count }, (_, at) => ({
    id: `u${at}`,
    name: `User ${at}`,
    email: `u${at}@example.org`,
    accountStatus: 'Active',
    serviceAccount: false,
    capabilities: [],
    tokens: Array.from({ length: tokens }, () => ({ ...TOKEN, marks: [] })),
    vanished: [],
    gained: [],
    lost: [],
    statusBefore: null,
    isNew: false,
    isGone: false,
    changed: false,
  }))

/** Counts the turns of others, and ends the work at one of them. */
function pauses(last = Number.POSITIVE_INFINITY) {
  const pause = async (): Promise<void> => {
    pause.count += 1
    if (pause.count > last) throw new Error('the end')
  }
  pause.count = 0
  return pause
}

const rows = (table: string): number =>
  (database.prepare(`SELECT count(*) AS count FROM ${table}`).get() as { count: number }).count
const never = (): boolean => false

async function read(id: string): Promise<{ names: string[]; slices: number }> {
  const names: string[] = []
  let slices = 0
  for await (const slice of store.all(id, pauses())) {
    slices += 1
    names.push(...slice.map(({ name }) => name))
  }
  return { names, slices }
}

it('stores, reads, decides and removes many owners with turns for others between', async () => {
  const all = owners(1_000)
  const storing = pauses()
  await store.add(facts('r'), all, storing)
  const { names, slices } = await read('r')
  expect(names).toEqual(all.map(({ name }) => name))
  const deciding = pauses()
  await store.decide('r', 'unchanged', 'keep', 'as before', deciding)
  expect(store.review('r')).toMatchObject({ open: 0, decided: { keep: 1_000 } })
  store.hide('r')
  const sweeping = pauses()
  await store.sweep(never, sweeping)
  expect([rows('review'), rows('review_owner')]).toEqual([0, 0])
  for (const turns of [storing.count, slices, deciding.count, sweeping.count])
    expect(turns).toBeGreaterThanOrEqual(4)
})

it('who holds very much takes a slice alone', async () => {
  await store.add(facts('r'), owners(4, 5_000), pauses())
  expect((await read('r')).slices).toBe(4)
})

it('nobody sees one that is not whole, whatever ended it, and the next start takes its rows away', async () => {
  const storing = store.add(facts('half'), owners(1_000), pauses(3))
  await expect(storing).rejects.toThrow('the end')
  expect(rows('review_owner')).toBeGreaterThan(0)
  // As a console finds it that was started after a kill.
  store = new ReviewStore(database)
  expect(store.list('c')).toEqual([])
  expect(store.review('half')).toBeNull()
  await store.sweep((id) => id === 'half', pauses())
  expect(rows('review')).toBe(1)
  await store.sweep(never, pauses())
  expect([rows('review'), rows('review_owner')]).toEqual([0, 0])
})

it('one that is removed while it is read is told, not read in part', async () => {
  await store.add(facts('r'), owners(1_000), pauses())
  const reading = store.all('r', pauses())
  expect((await reading.next()).done).toBe(false)
  store.forget('c')
  await expect(reading.next()).rejects.toMatchObject({ code: 'review-not-found' })
})

it('keeps the newest twenty of a connection', async () => {
  for (let at = 0; at < 22; at += 1) await store.add(facts(`r${at}`), owners(2), pauses())
  await store.sweep(never, pauses())
  expect(store.list('c').map(({ id }) => id)).toEqual(Array.from({ length: 20 }, (_, at) => `r${21 - at}`))
  expect(rows('review_owner')).toBe(40)
})
