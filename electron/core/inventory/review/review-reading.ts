import type { Clock } from '#base/clock.ts'
import { ProblemError } from '#base/problem-error.ts'
import type { InventoryUser } from '../../clients/opencti/inventory-user.ts'
import { type PlatformSession, sightOf } from '../sessions.ts'
import { walk } from '../walk.ts'

export interface WholeReading {
  readonly users: readonly InventoryUser[]
  /** our clock */
  readonly readAt: number
  readonly clockSkewMs: number
}

type Use = <Result>(work: (session: PlatformSession) => Promise<Result>) => Promise<Result>

/**
 * Everybody with tokens and rights, read now. A part of them is no review.
 * @param signal ends it with its reason
 * @throws ProblemError `old-platform`, `missing-capability`, and whatever a page could not be read for
 */
export async function readEverybody(use: Use, clock: Clock, signal: AbortSignal): Promise<WholeReading> {
  await use(async ({ identity }) => {
    const { scope, limit } = sightOf(identity)
    if (limit !== null && scope !== 'organization') throw limit
  })
  // Between two pages somebody may move; each counts once, as read last.
  const users = new Map<string, InventoryUser>()
  let clockSkewMs = 0
  let unread = 0
  const stop = await walk({
    ask: (query) =>
      use(async ({ client }) => {
        const askedAt = clock.now()
        return { ...(await client.inventoryPage(query)), askedAt }
      }),
    clock,
    signal,
    order: 'asc',
    after: null,
    take(page) {
      clockSkewMs = page.skewMs
      for (const user of page.users()) {
        if (user === null) unread += 1
        else users.set(user.owner.id, user)
      }
      return true
    },
  })
  if (stop !== null) throw stop.problem
  if (unread > 0) throw new ProblemError('platform-error', `${unread} users could not be read`)
  return { users: [...users.values()], readAt: clock.now(), clockSkewMs }
}
