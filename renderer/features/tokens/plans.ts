import { useEffect, useMemo } from 'react'
import { useStore } from 'zustand'
import type { UserAccess } from '#shared/contract/tokens.ts'
import type { Reminder, RevokeTimer, Rotation, Upkeep } from '#shared/contract/upkeep.ts'
import { useNow } from '../../ui/clock.tsx'
import { useTokensEnvironment } from './context.tsx'

/** What is set up for one token and still to come. */
export interface Planned {
  readonly timer: RevokeTimer | null
  readonly rotation: Rotation | null
  readonly reminders: readonly Reminder[]
}

const NOTHING: Upkeep = { timers: [], rotations: [], reminders: [] }

const isOpen = ({ phase }: Rotation): boolean => phase === 'watching' || phase === 'ready'

/** By the id of the token. */
export type PlannedTokens = ReadonlyMap<string, Planned>

/** What is set up for tokens of the connection in use. */
export function usePlanned(): PlannedTokens {
  const { upkeep, connection } = useTokensEnvironment()
  const all = useStore(upkeep, (state) => state.upkeep)
  return useMemo(() => plannedTokens(all ?? NOTHING, connection.id), [all, connection.id])
}

function plannedTokens({ timers, rotations, reminders }: Upkeep, connectionId: string): PlannedTokens {
  const planned = new Map<string, Planned>()
  const add = (tokenId: string, change: (before: Planned) => Partial<Planned>): void => {
    const before = planned.get(tokenId) ?? { timer: null, rotation: null, reminders: [] }
    planned.set(tokenId, { ...before, ...change(before) })
  }
  const isOurs = (entry: { connectionId: string }): boolean => entry.connectionId === connectionId
  for (const timer of timers.filter(isOurs))
    if (timer.state === 'waiting') add(timer.token.id, () => ({ timer }))
  for (const rotation of rotations.filter(isOurs))
    if (isOpen(rotation)) add(rotation.token.id, () => ({ rotation }))
  for (const reminder of reminders.filter(isOurs)) {
    // Those that the console set up by itself are no news before they are due.
    if (reminder.state === 'due' || (reminder.state === 'waiting' && !reminder.own))
      add(reminder.token.id, (before) => ({ reminders: [...before.reminders, reminder] }))
  }
  return planned
}

/** What ended is shown for a day, so that nobody has to wonder. */
const ENDED_SHOWN_MS = 86_400_000

export interface PlannedEntries {
  readonly timers: readonly RevokeTimer[]
  readonly rotations: readonly Rotation[]
  readonly reminders: readonly Reminder[]
}

export const countOf = ({ timers, rotations, reminders }: PlannedEntries): number =>
  timers.length + rotations.length + reminders.length

/** Our clock, to the hour: what ended leaves the lists some time. */
export function useHour(): number {
  return useNow((now) => Math.floor(now / 3_600_000)) * 3_600_000
}

/**
 * Everything set up for tokens of the connection, what failed until somebody has dismissed it, and what else came of it within
 * the last day. @param of whose tokens alone, or which token alone
 */
export function usePlannedOf(now: number, of: { userId?: string; tokenId?: string } = {}): PlannedEntries {
  const { userId, tokenId } = of
  const { upkeep, connection } = useTokensEnvironment()
  const all = useStore(upkeep, (state) => state.upkeep)
  return useMemo(() => {
    const { timers, rotations, reminders } = all ?? NOTHING
    const isTheirs = (entry: {
      connectionId: string
      owner: { id: string }
      token: { id: string }
    }): boolean =>
      entry.connectionId === connection.id &&
      (userId === undefined || entry.owner.id === userId) &&
      (tokenId === undefined || entry.token.id === tokenId)
    const isRecent = ({ endedAt }: { endedAt: number | null }): boolean =>
      endedAt !== null && now - endedAt < ENDED_SHOWN_MS
    return {
      timers: timers
        .filter(isTheirs)
        .filter(
          ({ state, endedAt }) =>
            state === 'waiting' || state === 'failed' || (state !== 'cancelled' && isRecent({ endedAt })),
        ),
      rotations: rotations
        .filter(isTheirs)
        .filter((one) => isOpen(one) || one.phase === 'failed' || (one.phase !== 'stopped' && isRecent(one))),
      reminders: reminders
        .filter(isTheirs)
        .filter(({ state, own }) => state === 'due' || (state === 'waiting' && !own)),
    }
  }, [all, connection.id, userId, tokenId, now])
}

/** Asks for another reading when something that was planned has ended a token that the last one still lists. */
export function useEndedPlans(access: UserAccess, read: () => void): void {
  const { upkeep, connection } = useTokensEnvironment()
  const ended = useStore(upkeep, (state) => {
    const { timers, rotations } = state.upkeep ?? NOTHING
    return [...timers, ...rotations]
      .filter(
        ({ connectionId, token, endedAt }) =>
          connectionId === connection.id &&
          endedAt !== null &&
          endedAt > access.readAt &&
          access.tokens.some(({ id }) => id === token.id),
      )
      .map(({ id }) => id)
      .join(' ')
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each end, whatever else is drawn meanwhile
  useEffect(() => {
    if (ended !== '') read()
  }, [ended])
}
