import { hasSomethingToSee } from '#shared/domain/monitors.ts'
import type { Facts } from './attention.ts'

/** What the absence of rows rests on. */
export type Checked =
  | { readonly state: 'looking' }
  | {
      readonly state: 'looked'
      readonly monitors: number
      /** monitors that could not look: what they watch is unknown, which is never good */
      readonly unseen: number
      readonly connections: number
      /** the last look of all */
      readonly lastLookAt: number | null
      readonly tokens: { readonly count: number; readonly readAt: number | null } | null
    }

/** What was looked at, as far as it was told. `looking` until the heartbeat and the connections have spoken. */
export function checkedOf({ heartbeat, connections, inventory }: Facts): Checked {
  if (!heartbeat || !connections) return { state: 'looking' }
  const monitors = heartbeat.monitors.filter(({ last }) => hasSomethingToSee(last?.failure ?? null))
  const looks = monitors.flatMap(({ last }) => (last ? [last.at] : []))
  return {
    state: 'looked',
    monitors: monitors.length,
    unseen: monitors.filter(({ state }) => state === 'unknown').length,
    connections: new Set(monitors.map(({ connectionId }) => connectionId)).size,
    lastLookAt: looks.length === 0 ? null : Math.max(...looks),
    tokens: inventory && { count: inventory.tokens, readAt: inventory.readAt },
  }
}
