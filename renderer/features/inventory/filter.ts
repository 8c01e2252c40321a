import { FINDING_IDS, type FindingId, type Findings, findingBit } from '#shared/domain/findings.ts'
import { DAY_MS, TOKEN_STATUSES, type TokenStatus, tokenStatus } from '#shared/domain/token.ts'
import type { InventoryRow } from './row.ts'

export const STATUS_CHOICES = TOKEN_STATUSES.filter((status) => status !== 'revoked')
export const OWNER_CHOICES = ['person', 'service'] as const
export const EXPIRY_CHOICES = ['never', 'passed', 'within-7', 'within-30', 'within-90', 'later'] as const
export type OwnerChoice = (typeof OWNER_CHOICES)[number]
export type ExpiryChoice = (typeof EXPIRY_CHOICES)[number]

/** Which tokens are shown: those that fit one choice of each kind; a kind without choices lets all through. */
export interface InventoryFilter {
  readonly status: readonly TokenStatus[]
  readonly finding: readonly FindingId[]
  readonly owner: readonly OwnerChoice[]
  readonly expiry: readonly ExpiryChoice[]
}
export type FilterKind = keyof InventoryFilter

export const NO_FILTER: InventoryFilter = { status: [], finding: [], owner: [], expiry: [] }

export const FILTER_CHOICES: { readonly [Kind in FilterKind]: readonly InventoryFilter[Kind][number][] } = {
  status: STATUS_CHOICES,
  finding: FINDING_IDS,
  owner: OWNER_CHOICES,
  expiry: EXPIRY_CHOICES,
}

export const FILTER_KINDS = Object.keys(FILTER_CHOICES) as FilterKind[]

export const isFiltering = (filter: InventoryFilter): boolean =>
  FILTER_KINDS.some((kind) => filter[kind].length > 0)

/** Whether the answer changes with time alone. */
export const dependsOnTime = ({ status, expiry }: InventoryFilter): boolean =>
  status.length > 0 || expiry.length > 0

const WITHIN: Partial<Record<ExpiryChoice, number>> = {
  'within-7': 7 * DAY_MS,
  'within-30': 30 * DAY_MS,
  'within-90': 90 * DAY_MS,
}

function isEndingAsChosen(expiresAt: number | null, choice: ExpiryChoice, now: number): boolean {
  if (choice === 'never') return expiresAt === null
  if (expiresAt === null) return false
  if (choice === 'passed') return expiresAt <= now
  const within = WITHIN[choice]
  if (within === undefined) return expiresAt - now > 90 * DAY_MS
  return expiresAt > now && expiresAt - now <= within
}

/** The filter as a function over rows, null when it lets all through. @param now by the platform's clock */
export function predicateOf(
  { status, finding, owner, expiry }: InventoryFilter,
  now: number,
): ((row: InventoryRow) => boolean) | null {
  const tests: ((row: InventoryRow) => boolean)[] = []
  if (status.length > 0) tests.push((row) => status.includes(tokenStatus(row, now)))
  if (finding.length > 0) {
    const wanted: Findings = finding.reduce((bits, id) => bits | findingBit(id), 0)
    tests.push(({ findings }) => (findings & wanted) !== 0)
  }
  if (owner.length > 0) {
    tests.push(({ holder }) => owner.includes(holder.serviceAccount ? 'service' : 'person'))
  }
  if (expiry.length > 0) {
    tests.push(({ expiresAt }) => expiry.some((choice) => isEndingAsChosen(expiresAt, choice, now)))
  }
  return tests.length === 0 ? null : (row) => tests.every((test) => test(row))
}
