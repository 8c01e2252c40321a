import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { hasFinding } from '#shared/domain/findings.ts'
import { NO_POLICY } from '#shared/domain/token-policy.ts'
import { type Holding, TokenTable } from './token-table.ts'

const NOW = Date.UTC(2026, 10, 22, 12)

const token = (id: string, lastUsedAt: number | null = null) => ({
  id,
  name: `token ${id}`,
  maskedToken: `****${id.padStart(4, '0').slice(-4)}`,
  createdAt: NOW,
  expiresAt: null,
  lastUsedAt,
})

const holding = (id: string, tokens: ReturnType<typeof token>[], accountStatus = 'Active'): Holding => ({
  owner: {
    id,
    name: `Owner ${id}`,
    email: `${id}@example.org`,
    accountStatus,
    accountLockAfter: null,
    serviceAccount: false,
    canUseTokens: true,
  },
  tokens,
})

/** A copy that follows a table piece by piece, as the page does. */
function follower(table: TokenTable) {
  const owners = new Map<number, string>()
  const rows = new Map<number, string>()
  let cursor: string | null = null
  return {
    /** Takes one piece; false when there are no more. */
    step(): boolean {
      const delta = table.delta(cursor)
      if (delta.reset) {
        owners.clear()
        rows.clear()
      }
      for (const { owner, id, accountStatus } of delta.owners) owners.set(owner, `${id} ${accountStatus}`)
      for (const { row, owner, id, lastUsedAt } of delta.tokens) {
        if (!owners.has(owner)) throw new Error('A token came before its owner')
        rows.set(row, `${owner} ${id} ${lastUsedAt}`)
      }
      for (const row of delta.removed) rows.delete(row)
      cursor = delta.cursor
      return delta.more
    },
    list: (): string[] =>
      [...rows.values()]
        .map((row) => row.replace(/^\d+/, (owner) => owners.get(Number(owner)) ?? '?'))
        .sort(),
  }
}

const listOf = (table: TokenTable): string[] =>
  [...table.holdings()]
    .flatMap(({ owner, tokens }) =>
      tokens.map(({ id, lastUsedAt }) => `${owner.id} ${owner.accountStatus} ${id} ${lastUsedAt}`),
    )
    .sort()

it('a copy that asks now and then ends as the table, whatever happened in between', () => {
  const ids = ['a', 'b', 'c', 'd']
  const put = fc.record({
    do: fc.constant('put' as const),
    owner: fc.constantFrom(...ids),
    tokens: fc.uniqueArray(fc.constantFrom('1', '2', '3', '4', '5', '6'), { maxLength: 6 }),
    used: fc.nat(3),
    status: fc.constantFrom('Active', 'Locked'),
  })
  const drop = fc.record({ do: fc.constant('drop' as const), owner: fc.constantFrom(...ids) })
  const look = fc.record({ do: fc.constant('look' as const), late: fc.boolean() })
  fc.assert(
    fc.property(fc.array(fc.oneof(put, drop, look), { maxLength: 60 }), (deeds) => {
      const table = new TokenTable('epoch')
      const early = follower(table)
      const late = follower(table)
      for (const deed of deeds) {
        if (deed.do === 'drop') table.drop(deed.owner)
        else if (deed.do === 'look') (deed.late ? late : early).step()
        else {
          const tokens = deed.tokens.map((id) => token(`${deed.owner}${id}`, deed.used || null))
          table.put(holding(deed.owner, tokens, deed.status), NOW)
        }
      }
      for (const copy of [early, late, follower(table)]) {
        while (copy.step()) {}
        expect(copy.list()).toEqual(listOf(table))
      }
      expect(table.size).toBe(listOf(table).length)
    }),
  )
})

it('comes in pieces, and a change in the middle of them is not lost', () => {
  const table = new TokenTable('epoch')
  for (let index = 0; index < 900; index++) {
    table.put(holding(`o${index}`, [token(`${index}-1`), token(`${index}-2`)]), NOW)
  }
  const copy = follower(table)
  expect(copy.step()).toBe(true)
  // An owner whose tokens came already, and one whose are still to come.
  table.put(holding('o3', [token('3-1', NOW)], 'Locked'), NOW)
  table.put(holding('o899', [token('899-1', NOW), token('899-2')], 'Locked'), NOW)
  let pieces = 1
  for (let more = true; more; pieces++) more = copy.step()
  expect(copy.list()).toEqual(listOf(table))
  expect(pieces).toBe(3)
})

it('a log that was shortened makes a copy start anew, and no other', () => {
  const table = new TokenTable('epoch')
  table.put(holding('a', [token('1'), token('2')]), NOW)
  const copy = follower(table)
  copy.step()
  table.put(holding('a', [token('1')]), NOW)
  for (let index = 0; index < 12_000; index++) table.put(holding('a', [token('1', index)]), NOW)
  while (copy.step()) {}
  expect(copy.list()).toEqual(listOf(table))
  const { cursor } = table.delta(null)
  expect(table.delta(cursor).reset).toBe(false)
})

describe('an answer', () => {
  it('to an older question than the last one changes nothing', () => {
    const table = new TokenTable('epoch')
    table.put(holding('a', [token('1')]), NOW)
    expect(table.put(holding('a', [token('1'), token('2')]), NOW - 1)).toBeNull()
    expect(listOf(table)).toHaveLength(1)
    // Nor when everything was revoked meanwhile.
    table.put(holding('a', []), NOW + 5)
    expect(table.put(holding('a', [token('1')]), NOW + 4)).toBeNull()
    expect(table.size).toBe(0)
  })

  it('tells what appeared, what vanished, and when it was there last', () => {
    const table = new TokenTable('epoch')
    expect(table.put(holding('a', [token('1')]), NOW)).toMatchObject({
      appeared: [{ id: '1' }],
      lastReadAt: null,
    })
    expect(table.put(holding('a', [token('2')]), NOW + 5)).toMatchObject({
      appeared: [{ id: '2' }],
      vanished: [{ id: '1' }],
      lastReadAt: NOW,
    })
  })

  it('that names a token twice has it once', () => {
    const table = new TokenTable('epoch')
    table.put(holding('a', [token('1'), token('1')]), NOW)
    table.put(holding('a', [token('1'), token('1')]), NOW)
    expect(table.size).toBe(1)
    table.put(holding('a', []), NOW)
    expect(table.size).toBe(0)
  })
})

it('what tokens share is counted as they come, change their names and go', () => {
  const table = new TokenTable('epoch')
  const named = (id: string, name: string) => ({ ...token(id), name })
  const duplicates = () =>
    [...table.listed(null, NO_POLICY, NOW)]
      .filter(({ findings }) => hasFinding(findings, 'duplicate-name'))
      .map((row) => row.token.id)
  table.put(holding('a', [named('1', 'x'), named('2', 'X')]), NOW)
  expect(duplicates()).toEqual(['1', '2'])
  table.put(holding('a', [named('1', 'x'), named('2', 'y')]), NOW)
  expect(duplicates()).toEqual([])
  table.put(holding('a', [named('1', 'x'), named('2', 'y'), named('3', 'y')]), NOW)
  expect(duplicates()).toEqual(['2', '3'])
  table.drop('a')
  table.put(holding('a', [named('4', 'y')]), NOW)
  expect(duplicates()).toEqual([])
})
