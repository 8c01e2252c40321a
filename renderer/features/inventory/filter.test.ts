import { describe, expect, test } from 'vitest'
import { type FindingId, findingBit } from '#shared/domain/findings.ts'
import { DAY_MS } from '#shared/domain/token.ts'
import {
  dependsOnTime,
  FILTER_CHOICES,
  type InventoryFilter,
  isFiltering,
  NO_FILTER,
  predicateOf,
} from './filter.ts'
import type { InventoryRow } from './row.ts'

const NOW = Date.parse('2026-09-22T08:30:00Z')

const rowOf = (change: { expiresAt?: number | null; serviceAccount?: boolean; findings?: FindingId[] }) =>
  ({
    expiresAt: change.expiresAt ?? null,
    findings: (change.findings ?? []).reduce((bits, id) => bits | findingBit(id), 0),
    holder: { serviceAccount: change.serviceAccount ?? false },
  }) as InventoryRow

const lets = (filter: Partial<InventoryFilter>, row: InventoryRow): boolean =>
  predicateOf({ ...NO_FILTER, ...filter }, NOW)?.(row) ?? true

test('without a choice there is nothing to ask', () => {
  expect(predicateOf(NO_FILTER, NOW)).toBeNull()
  expect(isFiltering(NO_FILTER)).toBe(false)
  for (const kind of ['status', 'finding', 'owner', 'expiry'] as const)
    expect(isFiltering({ ...NO_FILTER, [kind]: [FILTER_CHOICES[kind][0]] }), kind).toBe(true)
})

test('a status and an end change with time, a rule and an owner do not', () => {
  expect(dependsOnTime({ ...NO_FILTER, status: ['expired'] })).toBe(true)
  expect(dependsOnTime({ ...NO_FILTER, expiry: ['never'] })).toBe(true)
  expect(dependsOnTime({ ...NO_FILTER, finding: ['unlimited'], owner: ['person'] })).toBe(false)
})

describe('by end, at the very millisecond', () => {
  test.each([
    ['passed', NOW, true],
    ['passed', NOW + 1, false],
    ['within-7', NOW, false],
    ['within-7', NOW + 1, true],
    ['within-7', NOW + 7 * DAY_MS, true],
    ['within-7', NOW + 7 * DAY_MS + 1, false],
    ['within-30', NOW + 30 * DAY_MS, true],
    ['within-30', NOW + 30 * DAY_MS + 1, false],
    ['within-90', NOW + 90 * DAY_MS, true],
    ['within-90', NOW + 90 * DAY_MS + 1, false],
    ['later', NOW + 90 * DAY_MS, false],
    ['later', NOW + 90 * DAY_MS + 1, true],
    ['never', NOW + 1, false],
  ] as const)('%s at %i: %s', (choice, expiresAt, passes) => {
    expect(lets({ expiry: [choice] }, rowOf({ expiresAt }))).toBe(passes)
  })

  test('what never ends is in no span', () => {
    for (const choice of FILTER_CHOICES.expiry)
      expect(lets({ expiry: [choice] }, rowOf({ expiresAt: null })), choice).toBe(choice === 'never')
  })

  test('every end is in one of the choices', () => {
    for (const days of [-400, -1, 0, 1, 7, 8, 30, 31, 90, 91, 4_000])
      expect(
        lets({ expiry: FILTER_CHOICES.expiry }, rowOf({ expiresAt: NOW + days * DAY_MS })),
        `${days}`,
      ).toBe(true)
  })
})

test('one choice of a kind is enough, and every kind has to fit', () => {
  const row = rowOf({ expiresAt: NOW - 1, serviceAccount: true, findings: ['expired'] })
  expect(lets({ status: ['active', 'expired'] }, row)).toBe(true)
  expect(lets({ status: ['active'] }, row)).toBe(false)
  expect(lets({ finding: ['unlimited', 'expired'] }, row)).toBe(true)
  expect(lets({ finding: ['unlimited'] }, row)).toBe(false)
  expect(lets({ owner: ['service'] }, row)).toBe(true)
  expect(lets({ owner: ['person'] }, row)).toBe(false)
  expect(
    lets({ status: ['expired'], owner: ['service'], finding: ['expired'], expiry: ['passed'] }, row),
  ).toBe(true)
  expect(
    lets({ status: ['expired'], owner: ['person'], finding: ['expired'], expiry: ['passed'] }, row),
  ).toBe(false)
})
