import { afterEach, expect, test } from 'vitest'
import { openStage, type Stage } from '../../../tests/page/stage.tsx'
import { reminderOf, rotationOf, timerOf } from '../../../tests/page/upkeep-world.ts'
import { bobs, openPlan, replace } from '../../../tests/page/view-states-upkeep.ts'
import { NOW, problem } from '../../../tests/page/world.ts'

const HOUR = 3_600_000
const MISP = 'MISP feed import'
const PYCTI = 'pycti notebook'

let stage: Stage

afterEach(() => stage.end())

const row = (name: string): string[] =>
  [...document.querySelectorAll('[role=grid] [role=row]')]
    .map((one) => [...one.children].map((cell) => cell.textContent ?? ''))
    .find(([first]) => first === name) ?? []
const planned = (): string[] =>
  [...document.querySelectorAll('[data-testid=planned] > li')].map((one) => one.textContent ?? '')

test('a token that shall be revoked later says when, in its row and below, until that is cancelled', async () => {
  stage = await openStage()
  await openPlan(stage, PYCTI, 'revoke')
  await stage.press(`[data-testid=revoke-when] input[value="${8 * HOUR}"]`)
  await stage.fill('[data-testid=reason]', 'The contractor leaves')
  const dialog = await stage.see('[data-dialog=plan]')
  expect(dialog.textContent).toContain('It must be running then')
  await stage.press('[data-testid=confirm-plan]')
  await stage.unsee('[data-dialog=plan]')
  expect(stage.world.upkeep.get().timers).toMatchObject([
    { at: NOW + 8 * HOUR, reason: 'The contractor leaves', token: { name: PYCTI } },
  ])
  expect(row(PYCTI)[3]).toContain('in 8 hours')
  expect(planned()).toEqual([expect.stringContaining('Gatehouse revokes it in 8 hours')])
  await stage.press('[data-testid=cancel-timer]')
  await stage.unsee('[data-testid=planned]')
  expect(row(PYCTI)[3]).toBe('Never')
  expect(stage.world.upkeep.get().timers).toMatchObject([{ state: 'cancelled' }])
})

test('a time that is no time, or a reason that is too long, sets nothing', async () => {
  stage = await openStage()
  await openPlan(stage, MISP, 'revoke')
  const submit = (): boolean | undefined =>
    document.querySelector<HTMLButtonElement>('[data-testid=confirm-plan]')?.disabled
  expect(submit()).toBe(false)
  await stage.press('[data-testid=revoke-when] input[value=""]')
  expect(submit()).toBe(true)
  await stage.fill('[data-testid=revoke-time]', '2020-01-01T12:00')
  expect(submit()).toBe(true)
  await stage.fill('[data-testid=revoke-time]', '2026-10-01T12:00')
  expect(submit()).toBe(false)
  await stage.fill('[data-testid=reason]', 'x'.repeat(2_000))
  expect(submit()).toBe(true)
})

test('what could not be set up says so and keeps the dialog', async () => {
  stage = await openStage({ world: (world) => world.failing.set('upkeep.revokeIn', problem('timeout')) })
  await openPlan(stage, MISP, 'revoke')
  await stage.press('[data-testid=confirm-plan]')
  await stage.see('[data-dialog=plan] [data-testid=problem]')
  stage.world.failing.delete('upkeep.revokeIn')
  await stage.press('[data-testid=confirm-plan]')
  await stage.unsee('[data-dialog=plan]')
})

test('a reminder stands with its token until it is dismissed; what never ends has none', async () => {
  stage = await openStage()
  await openPlan(stage, PYCTI, 'remind')
  await stage.see('[data-testid=never-ends]')
  expect(document.querySelector<HTMLButtonElement>('[data-testid=confirm-plan]')?.disabled).toBe(true)
  await stage.press('[data-testid=cancel]')
  await openPlan(stage, MISP, 'remind')
  await stage.press('[data-testid=remind-days] input[value="14"]')
  await stage.press('[data-testid=confirm-plan]')
  await stage.unsee('[data-dialog=plan]')
  expect(stage.world.upkeep.get().reminders).toMatchObject([{ days: 14, token: { name: MISP } }])
  expect(row(MISP)[3]).toContain('Reminder 14 days before it ends')
  await stage.press('[data-testid=dismiss]')
  await stage.unsee('[data-testid=planned]')
})

test('a token is replaced: same owner and name, revealed, watched, and only then revoked', async () => {
  stage = await openStage()
  await replace(stage, MISP)
  const reveal = await stage.see('[data-dialog=reveal]')
  await stage.see('[data-testid=rotation-start] [data-tone=good]')
  expect(reveal.textContent).toContain(MISP)
  // The hand-over is the same as for any other new token.
  expect(reveal.querySelector('[data-testid=hand-off]')).not.toBeNull()
  const { token: old } = bobs(stage.world, MISP)
  const [rotation] = stage.world.upkeep.get().rotations
  expect(rotation).toMatchObject({
    token: { id: old.id },
    replacement: { name: MISP },
    quietMs: 86_400_000,
    finish: 'ask',
  })
  await stage.press('[data-testid=stored]')
  await stage.press('[data-testid=close-reveal]')
  await stage.see('[data-testid=rotation-mark]')
  expect(planned()[0]).toContain('New one: not used yet')
  // Too early: said before it is done.
  await stage.press('[data-testid=finish-rotation]')
  await stage.see('[data-testid=too-early]')
  await stage.press('[data-testid=cancel]')

  stage.world.upkeep.set((all) => ({
    ...all,
    rotations: all.rotations.map((one) => ({
      ...one,
      phase: 'ready' as const,
      newUsedAt: NOW,
      newSeenUsedAt: NOW - 25 * HOUR,
      oldUsedAt: NOW - 26 * HOUR,
    })),
  }))
  await expect.poll(() => planned()[0]).toContain('can go now')
  await stage.press('[data-testid=finish-rotation]')
  expect(document.querySelector('[data-testid=too-early]')).toBeNull()
  const reads = stage.world.calls.filter((call) => call === 'tokens.ofUser').length
  await stage.advance(1)
  await stage.press('[data-testid=confirm-finish]')
  await stage.unsee('[data-dialog=finish-rotation]')
  expect(stage.world.calls).toContain('upkeep.finishRotation')
  // The list is read again, unasked: the old one is gone from it.
  await expect.poll(() => stage.world.calls.filter((call) => call === 'tokens.ofUser').length).toBe(reads + 1)
})

test('a new token that could not be watched is shown all the same, and watching is tried again', async () => {
  stage = await openStage({ world: (world) => world.failing.set('upkeep.rotate', problem('timeout')) })
  await replace(stage, MISP)
  await stage.see('[data-testid=not-watched]')
  expect((await stage.see('[data-testid=token-value]')).textContent).toContain('flgrn_')
  stage.world.failing.delete('upkeep.rotate')
  await stage.press('[data-testid=watch-again]')
  await stage.see('[data-testid=rotation-start] [data-tone=good]')
  expect(stage.world.calls.filter((call) => call === 'tokens.generate')).toHaveLength(1)
  expect(stage.world.upkeep.get().rotations).toHaveLength(1)
})

test('another connection’s plans, another owner’s, and own reminders that are not due stay out', async () => {
  stage = await openStage({
    world(world) {
      const { bob, token } = bobs(world, MISP)
      const { token: pycti } = bobs(world, PYCTI)
      const alice = world.people[1]
      if (!alice) throw new Error('Bob is alone')
      world.upkeep.set(() => ({
        timers: [
          timerOf(bob, token, NOW, { connectionId: 'local' }),
          timerOf(bob, token, NOW, { id: 'old', state: 'done', endedAt: NOW - 25 * HOUR }),
          timerOf(bob, token, NOW, { id: 'off', state: 'cancelled', endedAt: NOW }),
        ],
        rotations: [rotationOf(alice, [{ ...token, id: 'hers' }, pycti], NOW)],
        reminders: [reminderOf(bob, token, NOW, { own: true })],
      }))
    },
  })
  await stage.see('[role=grid]')
  await expect.poll(() => stage.page.upkeep.getState().upkeep?.timers).toHaveLength(3)
  expect(document.querySelector('[data-testid=planned]')).toBeNull()
  expect(row(MISP)[3]).toBe('in 5 months')
})
