import type { InventoryOwner, InventoryToken } from '#shared/contract/inventory.ts'
import { DAY_MS } from '#shared/domain/token.ts'

export const COUNT = 100_000
const OWNERS = 20_000

/** A moment to count from. */
export const NOW = Date.UTC(2026, 8, 22, 8, 30)

const VERBS = ['export', 'import', 'sync', 'enrich', 'report', 'notebook', 'pipeline', 'feed']
const FIRST = ['Emma', 'Louis', 'Jade', 'Gabriel', 'Mia', 'Noah', 'Chloe', 'Adam', 'Ines', 'Hugo']
const LAST = ['Bernard', 'Schneider', 'Rossi', 'Garcia', 'Novak', 'Tanaka', 'Dubois', 'Weber', 'Moreau']

/** The same numbers in each run. */
function numbers(): (below: number) => number {
  let seed = 20_260_922
  return (below) => {
    seed = (seed * 48_271) % 2_147_483_647
    return seed % below
  }
}

/** Twenty thousand people with five tokens each, mixed as a platform lists them: by owner, in no other order. */
export function inventory(): { owners: InventoryOwner[]; tokens: InventoryToken[] } {
  const next = numbers()
  const owners = Array.from({ length: OWNERS }, (_, owner) => ({
    owner,
    id: `user-${owner}`,
    name: `${FIRST[next(FIRST.length)]} ${LAST[next(LAST.length)]} ${next(900)}`,
    email: `user${owner}@example.org`,
    accountStatus: next(20) === 0 ? 'Inactive' : 'Active',
    accountLockAfter: null,
    serviceAccount: next(15) === 0,
    canUseTokens: true,
  }))
  const tokens = Array.from({ length: COUNT }, (_, at) => ({
    row: OWNERS + at,
    owner: at % OWNERS,
    id: `token-${at}`,
    name: `${VERBS[next(VERBS.length)]} ${next(60_000)}`,
    maskedToken: `****${next(1_679_616).toString(36).padStart(4, '0')}`,
    createdAt: NOW - next(700) * DAY_MS - next(86_400) * 1_000,
    expiresAt: next(4) === 0 ? null : NOW + (next(800) - 200) * DAY_MS,
    lastUsedAt: next(5) === 0 ? null : NOW - next(200) * DAY_MS - next(86_400) * 1_000,
  }))
  return { owners, tokens }
}

/** FNV-1a over row numbers: two tables that show the same rows in the same order have the same one. */
export function hashOf(rows: readonly { readonly row: number }[]): string {
  let hash = 0x811c9dc5
  for (const { row } of rows) {
    for (let left = row; left > 0; left >>>= 8) hash = Math.imul(hash ^ (left & 0xff), 0x01000193)
  }
  return `${rows.length}:${(hash >>> 0).toString(16)}`
}
