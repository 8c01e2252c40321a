import { inventoryStatus } from './inventory-world.ts'
import { finishedReview, reviewedOwners, reviewOf } from './review-world.ts'
import type { ViewState } from './view-state.ts'
import { NOW, problem, type World } from './world.ts'

const REVIEW = ['route:tokens/review']

const state = (one: Omit<ViewState, 'views' | 'address'> & { views?: readonly string[] }): ViewState => ({
  views: REVIEW,
  address: '#/tokens/review',
  ...one,
})

/** A quarter after the last one. */
function open(world: World): void {
  const owners = reviewedOwners(world.people, NOW)
  world.access = { owners, reviews: [reviewOf(owners, NOW), finishedReview(NOW)] }
}

/** Everybody is decided. */
function decided(world: World): void {
  const owners = reviewedOwners(world.people, NOW).map((owner, place) => ({
    ...owner,
    decision: (['revoke', 'ask', 'keep'] as const)[Math.min(place, 2)] ?? null,
    note: place === 1 ? 'Is the nightly export still needed?' : '',
  }))
  world.access = { owners, reviews: [reviewOf(owners, NOW, { open: 0 }), finishedReview(NOW)] }
}

export const REVIEW_STATES: readonly ViewState[] = [
  state({ id: 'review-none', reach: (stage) => stage.see('[data-testid=no-review]') }),
  state({
    id: 'review-loading',
    world: (world) => world.hanging.add('review.list'),
    reach: (stage) => stage.see('[data-testid=loading]'),
  }),
  state({
    id: 'review-list-failed',
    world: (world) => world.failing.set('review.list', problem('internal')),
    reach: (stage) => stage.see('[data-testid=problem]'),
  }),
  state({
    id: 'review-old-platform',
    world: (world) =>
      world.inventory.set(
        inventoryStatus(world, { scope: 'nobody', limit: problem('old-platform', '6.9.4'), tokens: 0 }),
      ),
    reach: (stage) => stage.see('[data-testid=hindrance-old-platform]'),
  }),
  state({
    id: 'review-reading',
    world: (world) => world.hanging.add('review.begin'),
    async reach(stage) {
      await stage.press('[data-testid=begin-review]')
      await stage.see('[data-testid=reading-everybody]')
    },
  }),
  state({
    id: 'review-not-begun',
    world: (world) =>
      world.failing.set('review.begin', problem('missing-capability', 'SETTINGS_SETACCESSES')),
    async reach(stage) {
      await stage.press('[data-testid=begin-review]')
      await stage.see('[data-testid=problem]')
    },
  }),
  state({
    id: 'review-first',
    async reach(stage) {
      await stage.press('[data-testid=begin-review]')
      await stage.see('[data-testid=reviewed-owner]')
    },
  }),
  state({ id: 'review-open', world: open, reach: (stage) => stage.see('[data-testid=reviewed-owner]') }),
  state({
    id: 'review-not-comparable',
    world(world) {
      open(world)
      const [first, ...rest] = world.access.reviews
      world.access.reviews = first ? [{ ...first, comparable: false, scope: 'organization' }, ...rest] : []
    },
    reach: (stage) => stage.see('[data-testid=not-comparable]'),
  }),
  state({
    id: 'review-hostile',
    world(world) {
      open(world)
      const [first] = world.access.owners
      if (first) {
        first.name = '\u202Eecila <img src=x onerror=alert(1)>'
        first.gained = ['A'.repeat(300), '<b>ADMIN</b>']
      }
    },
    reach: (stage) => stage.see('[data-testid=reviewed-owner]'),
  }),
  state({
    id: 'review-decided',
    world: decided,
    async reach(stage) {
      await stage.see('[data-decision=ask]')
    },
  }),
  state({
    id: 'review-no-match',
    world: open,
    async reach(stage) {
      await stage.see('[data-testid=reviewed-owner]')
      await stage.fill('[data-testid=search]', 'no such person')
      await stage.see('[data-testid=no-match]')
    },
  }),
  state({
    id: 'review-not-decided',
    world(world) {
      open(world)
      world.failing.set('review.decide', problem('internal'))
    },
    async reach(stage) {
      await stage.press('[data-testid=decide-keep]')
      await stage.see('[data-testid=problem]')
    },
  }),
  state({
    id: 'review-not-finished',
    world(world) {
      decided(world)
      world.failing.set('review.finish', problem('keychain-locked'))
    },
    async reach(stage) {
      await stage.press('[data-testid=finish-review]')
      await stage.see('[data-testid=problem]')
    },
  }),
  state({
    id: 'review-discard',
    views: [...REVIEW, 'dialog:discard-review'],
    world: open,
    async reach(stage) {
      await stage.press('[data-testid=discard]')
      await stage.see('[data-testid=confirm-discard]')
    },
  }),
  state({
    id: 'review-finished',
    world(world) {
      const previous = { id: 'review-0', finishedAt: NOW - 180 * 86_400_000, digest: 'ef'.repeat(32) }
      world.access.reviews = [
        finishedReview(NOW, { id: 'review-1', previous }),
        finishedReview(NOW, { id: 'review-0', finishedAt: NOW - 180 * 86_400_000 }),
      ]
    },
    reach: (stage) => stage.see('[data-testid=finished-review]'),
  }),
]
