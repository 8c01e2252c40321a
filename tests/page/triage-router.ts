import { implement } from '@orpc/server'
import { contract } from '#shared/contract/index.ts'
import { keepIncident, knownIncident, stepsFor } from './incidents-world.ts'
import type { Procedure, Refuse, World } from './world.ts'

/** Leak triage on the world in memory: the answers are the world's, whatever is pasted. */
export function triageRouter(world: World, enter: (procedure: Procedure, errors: Refuse) => Promise<void>) {
  const os = implement(contract).triage
  return {
    identify: os.identify.handler(async ({ input, errors }) => {
      await enter('triage.identify', errors)
      return {
        id: 'triage-1',
        until: world.clock.now() + 600_000,
        leaks: world.leaks.slice(0, input.values.length),
        unknowns: [],
        listedAt: world.inventory.get().readAt,
        clockSkewMs: world.skewMs,
      }
    }),
    revoke: os.revoke.handler(async ({ input, errors }) => {
      await enter('triage.revoke', errors)
      const plan = input.places.flatMap((place) => {
        const leak = world.leaks[place]
        const person = world.people.find(({ user }) => user.id === leak?.owner?.id)
        const tokenIds = leak?.holdings?.tokens.map(({ id }) => id) ?? []
        return person ? [{ person, kinds: ['token'] as const, tokenIds }] : []
      })
      const facts = { id: 'incident-leak', kind: 'bulk', startedAt: world.clock.now() } as const
      const begun = knownIncident({ ...facts, reason: input.reason }, stepsFor(world.incidents, plan))
      keepIncident(world.incidents, begun)
      return begun.incident
    }),
    forget: os.forget.handler(({ errors }) => enter('triage.forget', errors)),
  }
}
