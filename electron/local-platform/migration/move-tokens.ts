import type { Database } from '#base/sqlite.ts'
import { inBatches, type Pace } from './batches.ts'
import { LEGACY_TOKEN_NAME, type LegacyTokens, legacyTokenId } from './legacy-tokens.ts'

/** What moving the tokens of the legacy place did. */
export interface MoveReport {
  moved: number
  /** users whose token could not be moved; it stays where it is and works on */
  stuck: string[]
}

export const emptyMoveReport = (): MoveReport => ({ moved: 0, stuck: [] })

/**
 * Gives every waiting legacy token its hashed row. In one transaction a token leaves the legacy lookup and enters the other
 * one, so at every moment exactly one of them knows it. Progress is in the rows themselves: a later run goes on.
 */
export async function migrateTokens(
  { database, legacy }: { database: Database; legacy: LegacyTokens },
  pace: Pace,
  committed: (report: Readonly<MoveReport>) => void,
): Promise<MoveReport> {
  const report = emptyMoveReport()
  let after = 0
  const step = (more: () => boolean): boolean => {
    while (more()) {
      const row = legacy.nextWaiting(after)
      if (!row) return true
      after = row.user_row
      if (legacy.migrate(row, pace.clock.now())) report.moved += 1
      else report.stuck.push(row.user_id)
    }
    return false
  }
  await inBatches(database, pace, step, () => committed(report))
  return report
}

/**
 * Takes the hashed rows of the legacy tokens back, so that they are found through the legacy place again; `users` is not
 * touched at all.
 * SECURITY: a token revoked meanwhile stays revoked, its hashed row stays, and no later migration revives it.
 */
export async function rollBackTokens(
  database: Database,
  pace: Pace,
  committed: (report: Readonly<MoveReport>) => void,
): Promise<MoveReport> {
  const next = database.prepare(
    `SELECT l.user_row, l.digest, u.id AS user_id FROM legacy_tokens l JOIN users u ON u.row = l.user_row
     WHERE l.migrated_at IS NOT NULL AND l.user_row > ?
       AND NOT EXISTS (SELECT 1 FROM tokens t WHERE t.hash = l.digest AND t.revoked_at IS NOT NULL)
     ORDER BY l.user_row LIMIT 1`,
  )
  const remove = database.prepare('DELETE FROM tokens WHERE hash = ? AND id = ? AND name = ?')
  const unmark = database.prepare('UPDATE legacy_tokens SET migrated_at = NULL WHERE user_row = ?')
  const report = emptyMoveReport()
  let after = 0
  const step = (more: () => boolean): boolean => {
    while (more()) {
      const row = next.get(after) as { user_row: number; digest: Uint8Array; user_id: string } | undefined
      if (!row) return true
      after = row.user_row
      remove.run(row.digest, legacyTokenId(row.user_id), LEGACY_TOKEN_NAME)
      unmark.run(row.user_row)
      report.moved += 1
    }
    return false
  }
  await inBatches(database, pace, step, () => committed(report))
  return report
}
