import { implement } from '@orpc/server'
import { contract } from '#shared/contract/index.ts'
import type { Reminder, RevokeTimer, Rotation } from '#shared/contract/upkeep.ts'
import { type Procedure, type Refuse, stream, type World } from './world.ts'

/** What is set up for tokens, on a world in memory. */
export function upkeepRouter(world: World, enter: (procedure: Procedure, errors: Refuse) => Promise<void>) {
  const os = implement(contract).upkeep
  let made = 0

  function ofToken({
    connectionId,
    userId,
    tokenId,
  }: {
    connectionId: string
    userId: string
    tokenId: string
  }) {
    const person = world.people.find(({ user }) => user.id === userId)
    const token = person?.tokens.find(({ id }) => id === tokenId)
    if (!person || !token) throw new Error(`No token ${tokenId}`)
    const { id, name, email } = person.user
    made += 1
    return {
      id: `made-${made}`,
      connectionId,
      owner: { id, name, email },
      token,
      createdAt: world.clock.now(),
    }
  }

  function changeRotation(id: string, change: Partial<Rotation>): Rotation {
    const { rotations } = world.upkeep.get()
    const found = rotations.find((one) => one.id === id)
    if (!found) throw new Error(`No rotation ${id}`)
    const changed = { ...found, ...change }
    world.upkeep.set((before) => ({
      ...before,
      rotations: rotations.map((one) => (one.id === id ? changed : one)),
    }))
    return changed
  }

  return {
    watch: os.watch.handler(({ signal }) => stream(world.upkeep, signal)),
    revokeIn: os.revokeIn.handler(async ({ input, errors }) => {
      await enter('upkeep.revokeIn', errors)
      const timer: RevokeTimer = {
        ...ofToken(input),
        at: world.clock.now() + world.skewMs + input.ms,
        reason: input.reason,
        state: 'waiting',
        problem: null,
        endedAt: null,
        lateMs: null,
      }
      world.upkeep.set((before) => ({ ...before, timers: [timer, ...before.timers] }))
      return timer
    }),
    cancelTimer: os.cancelTimer.handler(async ({ input, errors }) => {
      await enter('upkeep.cancelTimer', errors)
      const endedAt = world.clock.now()
      world.upkeep.set((before) => ({
        ...before,
        timers: before.timers.map((one) =>
          one.id === input.id ? { ...one, state: 'cancelled' as const, endedAt } : one,
        ),
      }))
    }),
    rotate: os.rotate.handler(async ({ input, errors }) => {
      await enter('upkeep.rotate', errors)
      const { token: replacement } = ofToken({ ...input, tokenId: input.replacementId })
      const rotation: Rotation = {
        ...ofToken(input),
        phase: 'watching',
        replacement,
        quietMs: input.quietMs,
        finish: input.finish,
        newUsedAt: null,
        newSeenUsedAt: null,
        oldUsedAt: null,
        checkedAt: world.clock.now(),
        problem: null,
        endedAt: null,
      }
      world.upkeep.set((before) => ({ ...before, rotations: [rotation, ...before.rotations] }))
      return rotation
    }),
    checkRotation: os.checkRotation.handler(async ({ input, errors }) => {
      await enter('upkeep.checkRotation', errors)
      return changeRotation(input.id, { checkedAt: world.clock.now() })
    }),
    finishRotation: os.finishRotation.handler(async ({ input, errors }) => {
      await enter('upkeep.finishRotation', errors)
      return changeRotation(input.id, { phase: 'done', endedAt: world.clock.now() })
    }),
    stopRotation: os.stopRotation.handler(async ({ input, errors }) => {
      await enter('upkeep.stopRotation', errors)
      return changeRotation(input.id, { phase: 'stopped', endedAt: world.clock.now() })
    }),
    remind: os.remind.handler(async ({ input, errors }) => {
      await enter('upkeep.remind', errors)
      const reminder: Reminder = {
        ...ofToken(input),
        days: input.days,
        state: 'waiting',
        own: false,
        connectionToken: false,
      }
      world.upkeep.set((before) => ({ ...before, reminders: [...before.reminders, reminder] }))
      return reminder
    }),
    dismiss: os.dismiss.handler(async ({ input, errors }) => {
      await enter('upkeep.dismiss', errors)
      world.upkeep.set((before) => ({
        ...before,
        timers: before.timers.filter(({ id }) => id !== input.id),
        rotations: before.rotations.filter(({ id }) => id !== input.id),
        reminders: before.reminders.filter(({ id }) => id !== input.id),
      }))
    }),
  }
}
