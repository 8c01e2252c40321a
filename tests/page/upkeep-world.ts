import type { Upkeep } from '#shared/contract/upkeep.ts'

/** Nothing is set up. */
export const noUpkeep = (): Upkeep => ({ timers: [], rotations: [], reminders: [] })
