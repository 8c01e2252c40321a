import { beforeEach, expect, test } from 'vitest'
import type { InventoryDelta } from '#shared/contract/inventory.ts'
import { findingIds } from '#shared/domain/findings.ts'
import { DAY_MS } from '#shared/domain/token.ts'
import { NO_POLICY } from '#shared/domain/token-policy.ts'
import { delta, NOW, ownerOf, tokenOf } from '../../../tests/page/inventory-pieces.ts'
import { createInventoryCopy, type InventoryCopy, type Yardstick } from './copy.ts'

const AT: Yardstick = { policy: NO_POLICY, now: NOW }

let copy: InventoryCopy
beforeEach(() => {
  copy = createInventoryCopy()
})

const apply = (change: Partial<InventoryDelta>): void => copy.apply(delta(change), AT)
const found = (row: number): readonly string[] => findingIds(copy.index.get(row)?.findings ?? 0)
const names = (): string[] =>
  copy.index
    .rows()
    .map(({ name }) => name)
    .sort()

/** Judges to the end and gives the counts. */
function judgeAll(yardstick: Yardstick) {
  const work = copy.judge(yardstick)
  for (;;) {
    const { done, value } = work.next()
    if (done) return value
  }
}

test('pieces add up: new ones, changed ones in their place, removed ones gone', () => {
  apply({ owners: [ownerOf(1)], tokens: [tokenOf(1, 1), tokenOf(2, 1)] })
  apply({ tokens: [tokenOf(2, 1, { name: 'Renamed' }), tokenOf(3, 1)], removed: [1] })
  expect(names()).toEqual(['Renamed', 'Token 3'])
  // Told twice is told once.
  apply({ removed: [1] })
  expect(names()).toEqual(['Renamed', 'Token 3'])
})

test('a reset forgets what was there, owners too', () => {
  apply({ owners: [ownerOf(1)], tokens: [tokenOf(1, 1)] })
  apply({ reset: true, owners: [ownerOf(2)], tokens: [tokenOf(5, 2), tokenOf(6, 1)] })
  expect(names()).toEqual(['Token 5'])
})

test('a token whose owner never came is not shown', () => {
  apply({ tokens: [tokenOf(1, 9)] })
  expect(names()).toEqual([])
})

test('an owner that changes is seen with every token of theirs, and judges them anew', () => {
  apply({ owners: [ownerOf(1), ownerOf(2)], tokens: [tokenOf(1, 1), tokenOf(2, 1), tokenOf(3, 2)] })
  expect(found(1)).not.toContain('owner-disabled')
  apply({ owners: [ownerOf(1, { name: 'Locked out', accountStatus: 'Locked' })], tokens: [tokenOf(2, 1)] })
  expect(copy.index.get(1)?.holder.name).toBe('Locked out')
  expect(copy.index.get(2)?.holder.name).toBe('Locked out')
  expect(copy.index.get(3)?.holder.name).toBe('Owner 2')
  expect(found(1)).toContain('owner-disabled')
  expect(found(3)).not.toContain('owner-disabled')
})

test('what tokens have in common is found by the next judgement, and is gone with the other one', () => {
  apply({ owners: [ownerOf(1)], tokens: [tokenOf(1, 1, { name: 'Same' })] })
  apply({ tokens: [tokenOf(2, 1, { name: 'Same' })] })
  expect(judgeAll(AT)['duplicate-name']).toBe(2)
  expect(found(1)).toContain('duplicate-name')
  apply({ removed: [2] })
  expect(judgeAll(AT)['duplicate-name']).toBe(0)
  expect(found(1)).not.toContain('duplicate-name')
  // Renamed, it has nothing in common any more either.
  apply({ tokens: [tokenOf(3, 1, { name: 'Same' })] })
  expect(judgeAll(AT)['duplicate-name']).toBe(2)
  apply({ tokens: [tokenOf(3, 1, { name: 'Other' })] })
  expect(judgeAll(AT)['duplicate-name']).toBe(0)
})

test('time alone changes what is found, and the rows stay the same objects', () => {
  apply({ owners: [ownerOf(1)], tokens: [tokenOf(1, 1, { expiresAt: NOW + 2 * DAY_MS })] })
  const row = copy.index.get(1)
  expect(judgeAll(AT)).toMatchObject({ 'expires-7': 1, expired: 0 })
  expect(judgeAll({ ...AT, now: NOW + 2 * DAY_MS })).toMatchObject({ expired: 1 })
  expect(copy.index.get(1)).toBe(row)
})

test('the rules of the house are a part of the measure', () => {
  apply({ owners: [ownerOf(1)], tokens: [tokenOf(1, 1, { expiresAt: null })] })
  expect(judgeAll(AT)['policy-unlimited']).toBe(0)
  expect(judgeAll({ ...AT, policy: { ...NO_POLICY, noUnlimited: true } })['policy-unlimited']).toBe(1)
})

test('what changes while a judgement pauses is neither counted nor overwritten', () => {
  apply({
    owners: [ownerOf(1)],
    tokens: [tokenOf(1, 1, { expiresAt: null }), tokenOf(2, 1, { expiresAt: null })],
  })
  const work = copy.judge(AT)
  work.next()
  apply({ tokens: [tokenOf(1, 1)], removed: [2] })
  let step = work.next()
  while (!step.done) step = work.next()
  expect(step.value.unlimited).toBe(0)
  expect(found(1)).not.toContain('unlimited')
  expect(names()).toEqual(['Token 1'])
})

test('cleared it is empty, and begins anew', () => {
  apply({ owners: [ownerOf(1)], tokens: [tokenOf(1, 1)] })
  copy.clear()
  expect(names()).toEqual([])
  apply({ owners: [ownerOf(1)], tokens: [tokenOf(1, 1)] })
  expect(names()).toEqual(['Token 1'])
})
