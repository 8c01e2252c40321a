import type { Tombstone } from '#shared/contract/inventory.ts'
import type { Review, ReviewedOwner } from '#shared/contract/review.ts'
import { isChanged, ownerChanges } from '#shared/domain/review.ts'
import type { InventoryUser } from '../../clients/opencti/inventory-user.ts'
import type { WholeReading } from './review-reading.ts'
import type { OwnerBody, Pause } from './review-store.ts'

/** The review that a reading is compared with, and its owners. */
export interface Before {
  readonly review: Review
  readonly owners: AsyncIterable<readonly ReviewedOwner[]>
}

/** Owners that are compared without a pause. */
const AT_ONCE = 250

/**
 * Everybody who holds a token, or held one at the last review, by name.
 * @param last null: it is the first one, of which nothing is known to have changed
 * @param fateOf what the console knows of a token that is listed no more
 */
export async function compared(
  reading: WholeReading,
  last: Before | null,
  fateOf: (tokenId: string) => Tombstone['fate'] | null,
  pause: Pause,
): Promise<OwnerBody[]> {
  const before = new Map<string, ReviewedOwner>()
  // Who held nothing then is as new as who was not there.
  if (last)
    for await (const owners of last.owners)
      for (const owner of owners) if (owner.tokens.length > 0) before.set(owner.id, owner)
  const times = {
    before: last ? last.review.readAt + last.review.clockSkewMs : 0,
    now: reading.readAt + reading.clockSkewMs,
  }
  const owners: OwnerBody[] = []
  const add = (then: ReviewedOwner | null, now: InventoryUser | null): void => {
    const held = now && { ...now.owner, capabilities: now.capabilities, tokens: now.tokens }
    const changes = ownerChanges(then, held, times)
    const who = now?.owner ?? then
    if (!who) return
    owners.push({
      id: who.id,
      name: who.name,
      email: who.email,
      accountStatus: who.accountStatus,
      serviceAccount: who.serviceAccount,
      capabilities: [...(now?.capabilities ?? [])],
      tokens: (now?.tokens ?? []).map((token) => ({
        ...token,
        marks: last ? [...(changes.marks.get(token.id) ?? [])] : [],
      })),
      vanished: changes.vanished.map(({ id, name, maskedToken, createdAt, expiresAt, lastUsedAt }) => {
        const fate = fateOf(id)
        return { id, name, maskedToken, createdAt, expiresAt, lastUsedAt, fate }
      }),
      gained: [...changes.gained],
      lost: [...changes.lost],
      statusBefore: changes.statusBefore,
      isNew: last !== null && changes.isNew,
      isGone: changes.isGone,
      changed: last !== null && isChanged(changes),
    })
  }
  let turn = 0
  for (const user of reading.users) {
    if (turn++ % AT_ONCE === 0) await pause()
    const then = before.get(user.owner.id) ?? null
    before.delete(user.owner.id)
    if (user.tokens.length > 0 || then) add(then, user)
  }
  for (const then of before.values()) {
    if (turn++ % AT_ONCE === 0) await pause()
    add(then, null)
  }
  return owners.sort((one, other) => (one.name === other.name ? 0 : one.name < other.name ? -1 : 1))
}
