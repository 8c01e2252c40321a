import { implement } from '@orpc/server'
import { contract } from '#shared/contract/index.ts'
import type { Review } from '#shared/contract/review.ts'
import { reviewedOwners, reviewOf } from './review-world.ts'
import type { Procedure, Refuse, World } from './world.ts'

/** Access reviews on the world in memory. */
export function reviewRouter(world: World, enter: (procedure: Procedure, errors: Refuse) => Promise<void>) {
  const os = implement(contract).review
  const now = (): number => world.clock.now()

  /** The first one, counted again. */
  function counted(change: Partial<Review> = {}): Review {
    const { finishedAt, digest, previous, comparable } = world.access.reviews[0] ?? reviewOf([], now())
    const review = reviewOf(world.access.owners, now(), {
      finishedAt,
      digest,
      previous,
      comparable,
      ...change,
    })
    world.access.reviews = [review, ...world.access.reviews.slice(1)]
    return review
  }

  return {
    list: os.list.handler(async ({ errors }) => {
      await enter('review.list', errors)
      return world.access.reviews
    }),
    begin: os.begin.handler(async ({ errors }) => {
      await enter('review.begin', errors)
      const isFirst = world.access.reviews.length === 0
      world.access.owners = reviewedOwners(world.people, now(), isFirst)
      const begun = reviewOf(world.access.owners, now(), isFirst ? { previous: null } : {})
      world.access.reviews = [begun, ...world.access.reviews]
      return begun
    }),
    owners: os.owners.handler(async ({ input, errors }) => {
      await enter('review.owners', errors)
      const wanted = input.search.trim().toLowerCase()
      const found = world.access.owners
        .filter(({ changed, decision, tokens }) => {
          if (input.show === 'changed') return changed
          return input.show === 'all' || (decision === null && tokens.length > 0)
        })
        .filter(({ name, email }) => `${name} ${email}`.toLowerCase().includes(wanted))
      const rest = found.filter(({ place }) => place > (input.after ?? -1))
      return { owners: rest.slice(0, input.first), total: found.length, more: rest.length > input.first }
    }),
    decide: os.decide.handler(async ({ input, errors }) => {
      await enter('review.decide', errors)
      const { who, decision, note } = input
      world.access.owners = world.access.owners.map((owner) => {
        const isMeant =
          who === 'unchanged' ? !owner.changed && owner.decision === null : who.includes(owner.place)
        return isMeant && owner.tokens.length > 0 ? { ...owner, decision, note } : owner
      })
      return counted()
    }),
    finish: os.finish.handler(async ({ errors }) => {
      await enter('review.finish', errors)
      return counted({ finishedAt: now(), digest: 'cd'.repeat(32) })
    }),
    discard: os.discard.handler(async ({ errors }) => {
      await enter('review.discard', errors)
      world.access.reviews = world.access.reviews.slice(1)
    }),
    toRevoke: os.toRevoke.handler(async ({ errors }) => {
      await enter('review.toRevoke', errors)
      return world.access.owners
        .filter(({ decision }) => decision === 'revoke')
        .map(({ id, tokens }) => ({ userId: id, tokenIds: tokens.map((token) => token.id) }))
    }),
    report: os.report.handler(async function* ({ input, errors }) {
      await enter('review.report', errors)
      yield input.format === 'json' ? '{ "format": ' : '<!doctype html>'
      yield input.format === 'json' ? '"gatehouse-access-review-1" }\n' : '\n'
    }),
  }
}
