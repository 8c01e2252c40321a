import type { InventoryDelta, InventoryDiff, InventoryStatus } from '#shared/contract/inventory.ts'
import { FINDING_IDS, type FindingId } from '#shared/domain/findings.ts'
import type { Person } from './people.ts'

interface People {
  readonly people: readonly Person[]
}

/** A read inventory of everybody, as `change` would have it otherwise. */
export function inventoryStatus(world: People, change: Partial<InventoryStatus> = {}): InventoryStatus {
  const counts = Object.fromEntries(FINDING_IDS.map((id) => [id, 0])) as Record<FindingId, number>
  return {
    phase: 'ready',
    scope: 'everyone',
    limit: null,
    startedAt: null,
    usersRead: world.people.length,
    usersTotal: world.people.length,
    tokens: world.people.reduce((sum, { tokens }) => sum + tokens.length, 0),
    source: 'live',
    readAt: null,
    gaps: [],
    problem: null,
    revision: 1,
    clockSkewMs: 0,
    recordsReadAt: null,
    recordsProblem: null,
    findings: { judgedAt: 0, counts },
    ...change,
  }
}

/** Everything in one piece. */
export function inventoryRows({ people }: People): InventoryDelta {
  const owners = people.map(({ user }, owner) => {
    const { id, name, email, accountStatus, accountLockAfter, serviceAccount, capabilities } = user
    const canUseTokens = capabilities.includes('APIACCESS_USETOKEN')
    return { owner, id, name, email, accountStatus, accountLockAfter, serviceAccount, canUseTokens }
  })
  const tokens = people.flatMap((person, owner) => person.tokens.map((token) => ({ ...token, owner })))
  return {
    reset: true,
    owners,
    tokens: tokens.map((token, index) => ({ ...token, row: people.length + index })),
    removed: [],
    cursor: 'world.1',
    more: false,
    revision: 1,
  }
}

/** Two reads, a day apart, between which nothing changed. */
export function noDifference(now: number): InventoryDiff {
  const nothing = { total: 0, first: [] }
  const parts = { appeared: nothing, vanished: nothing, used: nothing, expired: nothing }
  return { from: now - 86_400_000, to: now, comparable: true, ...parts }
}
