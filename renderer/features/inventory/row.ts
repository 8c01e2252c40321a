import type { InventoryOwner, InventoryToken } from '#shared/contract/inventory.ts'
import {
  type CrowdPlace,
  FINDING_IDS,
  type FindingId,
  type Findings,
  SEVERITIES,
  severityOf,
} from '#shared/domain/findings.ts'
import { lastFour } from '#shared/domain/token.ts'
import { createRowIndex, type RowIndex } from '../../ui/row-index/row-index.ts'

/** A token with its owner, as the page keeps it; the same object for as long as nothing of it changes. */
export interface InventoryRow extends InventoryToken {
  readonly holder: InventoryOwner
  readonly place: CrowdPlace
  /** what is wrong with it, by the last judgement; the one thing that time changes */
  findings: Findings
}

/** Columns of the inventory, in the order they are offered in. */
export const COLUMNS = [
  'name',
  'token',
  'owner',
  'email',
  'kind',
  'account',
  'created',
  'expires',
  'last-used',
  'status',
  'findings',
] as const
export type ColumnId = (typeof COLUMNS)[number]

/** What is shown until somebody chooses. */
export const FIRST_COLUMNS: readonly ColumnId[] = [
  'name',
  'token',
  'owner',
  'created',
  'expires',
  'last-used',
  'status',
  'findings',
]

const UNKNOWN = Number.NEGATIVE_INFINITY
const NEVER_EXPIRES = Number.POSITIVE_INFINITY
const NEVER_USED = Number.NEGATIVE_INFINITY

/** The worst first, then those with more findings. */
const weightOf = ({ findings }: InventoryRow): number => {
  const severity = severityOf(findings)
  if (severity === null) return 0
  return (SEVERITIES.indexOf(severity) - SEVERITIES.length) * 100 - bitCount(findings)
}

function bitCount(bits: number): number {
  let count = 0
  for (let left = bits; left !== 0; left &= left - 1) count++
  return count
}

const SORT_KEYS = {
  name: { kind: 'text', of: ({ name }: InventoryRow) => name },
  token: { kind: 'text', of: ({ maskedToken }: InventoryRow) => lastFour(maskedToken) },
  owner: { kind: 'text', of: ({ holder }: InventoryRow) => holder.name },
  email: { kind: 'text', of: ({ holder }: InventoryRow) => holder.email },
  kind: { kind: 'number', of: ({ holder }: InventoryRow) => Number(holder.serviceAccount) },
  account: { kind: 'text', of: ({ holder }: InventoryRow) => holder.accountStatus },
  created: { kind: 'number', of: ({ createdAt }: InventoryRow) => createdAt ?? UNKNOWN },
  expires: { kind: 'number', of: ({ expiresAt }: InventoryRow) => expiresAt ?? NEVER_EXPIRES },
  'last-used': { kind: 'number', of: ({ lastUsedAt }: InventoryRow) => lastUsedAt ?? NEVER_USED },
  findings: { kind: 'number', of: weightOf },
} as const

/** The status follows from the end and the time: no column of its own to sort by. */
export const isSortable = (column: string): boolean => column in SORT_KEYS

/** An index over tokens: found by name, owner, e-mail address and last four characters. */
export function createInventoryIndex(): RowIndex<InventoryRow> {
  return createRowIndex<InventoryRow>({
    id: ({ row }) => row,
    sortKeys: SORT_KEYS,
    collectTexts: ({ name, maskedToken, holder }, into) =>
      into.push(name, maskedToken, holder.name, holder.email),
  })
}

/** How many tokens each rule finds. */
export type FindingCounts = Readonly<Record<FindingId, number>>

/** Counts the findings of one token after another. */
export function findingCounter(): { add: (findings: Findings) => void; counts: () => FindingCounts } {
  const counts = new Array<number>(FINDING_IDS.length).fill(0)
  return {
    add(findings) {
      for (let bit = 0, left = findings; left !== 0; bit++, left >>>= 1) {
        if (left & 1) counts[bit] = (counts[bit] as number) + 1
      }
    },
    counts: () =>
      Object.fromEntries(FINDING_IDS.map((id, bit) => [id, counts[bit]])) as Record<FindingId, number>,
  }
}
