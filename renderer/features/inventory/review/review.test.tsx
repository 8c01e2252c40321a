import { afterEach, beforeEach, expect, test } from 'vitest'
import { finishedReview, reviewedOwners, reviewOf } from '../../../../tests/page/review-world.ts'
import { openStage, type Stage } from '../../../../tests/page/stage.tsx'
import { NOW } from '../../../../tests/page/world.ts'

/** T-18: what changed first, a decision for each owner, then the signed file. */
let stage: Stage
beforeEach(async () => {
  stage = await openStage({
    address: '#/tokens/review',
    world(world) {
      const owners = reviewedOwners(world.people, NOW)
      world.access = { owners, reviews: [reviewOf(owners, NOW), finishedReview(NOW)] }
    },
  })
  await stage.see('[data-testid=reviewed-owner]')
})
afterEach(() => stage.end())

const owners = (): HTMLElement[] => [
  ...document.querySelectorAll<HTMLElement>('[data-testid=reviewed-owner]'),
]
const finish = (): HTMLButtonElement | null => document.querySelector('[data-testid=finish-review]')

test('shows those of whom something changed, and what', () => {
  expect(owners()).toHaveLength(4)
  const [first, second, third, fourth] = owners().map((owner) => owner.textContent ?? '')
  expect(first).toContain('Gained BYPASS, SETTINGS_SETACCESSES')
  expect(first).toContain('New')
  expect(second).toContain('Revoked from here: …w2Lr Old laptop')
  expect(second).toContain('Vanished: …0000')
  expect(third).toContain('Holds tokens for the first time')
  expect(fourth).toContain('Holds no token any more')
  expect(owners()[3]?.querySelector('[data-testid=decide-keep]')).toBeNull()
})

test('is finished when every owner is decided, not before', async () => {
  expect(finish()?.disabled).toBe(true)
  await stage.press('[data-testid=keep-unchanged]')
  expect(finish()?.disabled).toBe(true)
  for (const [index, decision] of (['revoke', 'ask', 'keep'] as const).entries()) {
    owners()[index]?.querySelector<HTMLButtonElement>(`[data-testid=decide-${decision}]`)?.click()
    await stage.see(`[data-decision=${decision}]`)
  }
  expect(owners().map((owner) => owner.dataset.decision)).toEqual(['revoke', 'ask', 'keep', undefined])
  await stage.press('[data-testid=finish-review]')
  await stage.see('[data-testid=revoke-decided]')
  expect(stage.world.calls).toContain('review.finish')
  await stage.press('[data-testid=save-review-json]')
  await expect
    .poll(() => stage.saved.map(({ text }) => JSON.parse(text).format))
    .toEqual(['gatehouse-access-review-1'])
  await stage.press('[data-testid=revoke-decided]')
  await stage.see('[data-dialog=bulk]')
})

test('a decision can be taken back, and its note is kept when the field is left', async () => {
  await stage.press('[data-testid=decide-ask]')
  const note = await stage.see('[data-testid=note]')
  await stage.fill('[data-testid=note]', ' still needed? ')
  note.focus()
  note.blur()
  await expect.poll(() => stage.world.access.owners[0]?.note).toBe('still needed?')
  await stage.press('[data-testid=decide-ask]')
  await stage.unsee('[data-testid=note]')
  expect(stage.world.access.owners[0]?.decision).toBeNull()
})

test('thrown away after a question, the next one can begin', async () => {
  await stage.press('[data-testid=discard]')
  await stage.press('[data-testid=confirm-discard]')
  await stage.see('[data-testid=begin-review]')
  expect(stage.world.access.reviews.map(({ id }) => id)).toEqual(['review-1'])
})
