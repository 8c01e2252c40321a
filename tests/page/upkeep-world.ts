import type { Token } from '#shared/contract/tokens.ts'
import type { Reminder, RevokeTimer, Rotation, Upkeep } from '#shared/contract/upkeep.ts'
import { DAY_MS } from '#shared/domain/token.ts'
import type { Person } from './people.ts'

/** Nothing is set up. */
export const noUpkeep = (): Upkeep => ({ timers: [], rotations: [], reminders: [] })

const of = ({ user: { id, name, email } }: Person, token: Token, now: number) => ({
  id: `of-${token.id}`,
  connectionId: 'cert',
  owner: { id, name, email },
  token,
  createdAt: now - DAY_MS,
})

export const timerOf = (
  person: Person,
  token: Token,
  now: number,
  change: Partial<RevokeTimer> = {},
): RevokeTimer => ({
  ...of(person, token, now),
  at: now + 3 * 3_600_000,
  reason: 'The contractor leaves',
  state: 'waiting',
  problem: null,
  endedAt: null,
  lateMs: null,
  ...change,
})

export const rotationOf = (
  person: Person,
  [token, replacement]: readonly [Token, Token],
  now: number,
  change: Partial<Rotation> = {},
): Rotation => ({
  ...of(person, token, now),
  phase: 'watching',
  replacement,
  quietMs: DAY_MS,
  finish: 'ask',
  newUsedAt: null,
  newSeenUsedAt: null,
  oldUsedAt: token.lastUsedAt,
  checkedAt: now - 40_000,
  problem: null,
  endedAt: null,
  ...change,
})

export const reminderOf = (
  person: Person,
  token: Token,
  now: number,
  change: Partial<Reminder> = {},
): Reminder => ({
  ...of(person, token, now),
  days: 7,
  state: 'waiting',
  own: false,
  connectionToken: false,
  ...change,
})
