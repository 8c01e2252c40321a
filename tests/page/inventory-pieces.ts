import type { InventoryDelta, InventoryOwner, InventoryToken } from '#shared/contract/inventory.ts'
import { DAY_MS } from '#shared/domain/token.ts'

/** Owners, tokens and pieces of an inventory, as the core hands them out. */
export const NOW = Date.parse('2026-09-22T08:30:00Z')

export const ownerOf = (owner: number, change: Partial<InventoryOwner> = {}): InventoryOwner => ({
  owner,
  id: `u-${owner}`,
  name: `Owner ${owner}`,
  email: `owner${owner}@example.org`,
  accountStatus: 'Active',
  accountLockAfter: null,
  serviceAccount: false,
  canUseTokens: true,
  ...change,
})

export const tokenOf = (
  row: number,
  owner: number,
  change: Partial<InventoryToken> = {},
): InventoryToken => ({
  row,
  owner,
  id: `t-${row}`,
  name: `Token ${row}`,
  maskedToken: `****a${String(row).padStart(3, '0')}`,
  createdAt: NOW - DAY_MS,
  expiresAt: NOW + 60 * DAY_MS,
  lastUsedAt: NOW - 60_000,
  ...change,
})

export const delta = (change: Partial<InventoryDelta>): InventoryDelta => ({
  reset: false,
  owners: [],
  tokens: [],
  removed: [],
  cursor: 'c',
  more: false,
  revision: 1,
  ...change,
})
