import type { RunState } from './model.ts'

/** What the composer has seen of a connector with its own eyes, for whoever shows it without the detour by the platform. */
export interface ObservedConnector {
  readonly id: string
  /** absent: wanted, but there is no object of it */
  readonly state: RunState | 'absent'
  /** the orchestrator's own word, where it does not simply run */
  readonly reason: string | null
  /** ms since the epoch: when the orchestrator last listed it */
  readonly seenAt: number
  /** null: it was not asked for yet */
  readonly health: ObservedHealth | null
  /** stopped by the composer in a crash loop, until its configuration or the wish changes */
  readonly givenUp: boolean
  /** what the composer has to say about it: refused, failed, stopped in a loop; null when nothing */
  readonly notice: string | null
}

export interface ObservedHealth {
  /** restarts known, the composer's own included */
  readonly restarts: number
  /** ms since the epoch of the start of the last run; null when it never ran */
  readonly startedAt: number | null
  /** of the last run that was seen ended; null when none was */
  readonly exitCode: number | null
  readonly inLoop: boolean
  /** ms since the epoch */
  readonly at: number
}
