import { setImmediate as turn } from 'node:timers/promises'
import type { DiffToken, InventoryDiff } from '#shared/contract/inventory.ts'
import type { Token } from '#shared/contract/tokens.ts'
import { isExpired } from '#shared/domain/token.ts'
import type { OwnerFacts } from './token-table.ts'
import type { Fate } from './tombstone-store.ts'

/** One side of a comparison. */
export interface Side {
  /** our clock */
  readonly at: number
  readonly clockSkewMs: number
  readonly scope: string | null
  readonly userId: string | null
  readonly holdings: AsyncIterable<readonly SideHolding[]>
}

export interface SideHolding {
  readonly owner: OwnerFacts
  readonly tokens: readonly Token[]
}

/** Tokens that each part lists; its total counts all. */
const MOST_LISTED = 500

/** What changed from one side to the other. @param fateOf what the console knows of a token that is listed no more */
export async function difference(
  from: Side,
  to: Side,
  fateOf: (tokenId: string) => Fate | null,
): Promise<InventoryDiff> {
  const before = new Map<string, { owner: OwnerFacts; token: Token }>()
  for await (const piece of from.holdings) {
    for (const { owner, tokens } of piece) {
      for (const token of tokens) before.set(keyOf(owner, token), { owner, token })
    }
    await turn()
  }
  const appeared = part()
  const used = part()
  const expired = part()
  const then = from.at + from.clockSkewMs
  const now = to.at + to.clockSkewMs
  for await (const piece of to.holdings) {
    for (const { owner, tokens } of piece) {
      for (const token of tokens) {
        const key = keyOf(owner, token)
        const old = before.get(key)?.token
        before.delete(key)
        if (!old) {
          appeared.add(owner, token)
          continue
        }
        if (token.lastUsedAt !== null && token.lastUsedAt > (old.lastUsedAt ?? 0)) used.add(owner, token)
        if (isExpired(token.expiresAt, now) && !isExpired(old.expiresAt, then)) expired.add(owner, token)
      }
    }
    await turn()
  }
  const vanished = part()
  for (const { owner, token } of before.values()) vanished.add(owner, token, fateOf(token.id))
  return {
    from: from.at,
    to: to.at,
    comparable: from.scope === to.scope && from.userId === to.userId,
    appeared: appeared.done,
    vanished: vanished.done,
    used: used.done,
    expired: expired.done,
  }
}

const keyOf = (owner: OwnerFacts, token: Token): string => `${owner.id}\n${token.id}`

function part() {
  const done = { total: 0, first: [] as DiffToken[] }
  return {
    done,
    add({ id, name, email }: OwnerFacts, token: Token, fate: Fate | null = null): void {
      done.total += 1
      if (done.first.length < MOST_LISTED) done.first.push({ ...token, owner: { id, name, email }, fate })
    },
  }
}
