import { existsSync } from 'node:fs'
import type { FinalizeReport } from './finalize.ts'
import type { ImportReport } from './import-report.ts'
import { type LegacyCounts, PLAINTEXT_COLUMN } from './legacy-tokens.ts'
import type { MoveReport } from './move-tokens.ts'

export const MIGRATION_ACTIONS = ['migrate', 'rollback', 'finalize'] as const
export type MigrationAction = (typeof MIGRATION_ACTIONS)[number]

/** Where the tokens of the legacy place stand. */
export interface LegacyStatus extends LegacyCounts {
  /** a wipe was begun and not ended */
  readonly finalizing: boolean
  /** files that were imported, and whether they are still there: each holds plaintext until somebody deletes it */
  readonly sources: readonly { readonly path: string; readonly exists: boolean }[]
}

/** The outcome as JSON. It holds counts, line numbers, user ids and paths; never a token. */
export interface MigrationReport {
  readonly action: MigrationAction
  readonly dryRun: boolean
  readonly outcome: 'done' | 'done-with-rejections' | 'incomplete' | 'stopped' | 'failed'
  /** what a person has to know; null when all went well */
  readonly problem: string | null
  readonly startedAt: string
  readonly durationMs: number
  readonly source: { readonly path: string; readonly kind: string; readonly bytes: number } | null
  readonly import: ImportReport | null
  readonly migrate: MoveReport | null
  readonly rollback: MoveReport | null
  readonly finalize: FinalizeReport | null
  readonly legacy: { readonly total: number; readonly migrated: number; readonly waiting: number }
  /** the only place where plaintext may lie in the platform's files, and how many rows of it there are */
  readonly plaintext: { readonly place: string; readonly rows: number }
  /** imported files that still hold plaintext; they are the admin's to delete */
  readonly deleteThese: readonly string[]
}

/** The part of a report that the state of the database decides. */
export function stateOf(status: LegacyStatus): Pick<MigrationReport, 'legacy' | 'plaintext' | 'deleteThese'> {
  const { total, waiting } = status
  return {
    legacy: { total, waiting, migrated: total - waiting },
    plaintext: { place: PLAINTEXT_COLUMN, rows: total },
    deleteThese: status.sources.filter(({ exists }) => exists).map(({ path }) => path),
  }
}

export const withExistence = (path: string): { path: string; exists: boolean } => ({
  path,
  exists: existsSync(path),
})
