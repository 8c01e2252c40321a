import type { PlatformKind } from './model.ts'

/** What the engine tells of itself: the log, the metrics and the app listen. Steady state is quiet but for cycles. */
export type EngineEvent = { readonly platform: PlatformKind } & (
  | { readonly type: 'registered'; readonly version: string }
  | {
      readonly type: 'registration-failed'
      readonly message: string
      readonly refused: boolean
      readonly retryInMs: number
    }
  | { readonly type: 'cycle'; readonly ms: number; readonly wanted: number; readonly found: number }
  | { readonly type: 'cycle-failed'; readonly side: 'platform' | 'orchestrator'; readonly message: string }
  | {
      readonly type: 'step'
      readonly step: StepKind
      readonly connectorId: string
      readonly name: string
      readonly ms: number
    }
  | {
      readonly type: 'step-failed'
      readonly step: StepKind
      readonly connectorId: string
      readonly name: string
      readonly message: string
      readonly retryInMs: number
    }
  | {
      readonly type: 'unusable'
      readonly connectorId: string
      readonly name: string
      readonly message: string
    }
  | { readonly type: 'removal-held'; readonly connectorIds: readonly string[] }
  | {
      readonly type: 'gave-up'
      readonly connectorId: string
      readonly name: string
      readonly message: string
    }
  | { readonly type: 'evidence'; readonly what: 'health' | 'logs'; readonly connectorId: string }
  | {
      readonly type: 'evidence-failed'
      readonly what: 'health' | 'logs' | 'status'
      readonly connectorId: string
      readonly message: string
    }
)

export type StepKind = 'deploy' | 'replace' | 'start' | 'stop' | 'remove' | 'rename'

export type Emit = (event: EngineEvent) => void

/** The words of an error, whatever was thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
