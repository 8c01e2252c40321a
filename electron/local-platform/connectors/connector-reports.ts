import { redactLines } from '#base/redact.ts'
import type { Database } from '#base/sqlite.ts'

/** What the composer last said of a connector's container. Times are ms since the epoch. */
export interface Health {
  readonly restartCount: number
  readonly startedAt: number
  readonly inRebootLoop: boolean
  /** when it was reported */
  readonly at: number
}

/** How long a report of health counts (opencti-api.md §5.2). */
const HEALTH_KEPT_MS = 300_000
const MOST_LINES = 1_000
const LONGEST_LINE = 8_192

/** The last logs and health of each connector: every push takes the place of the one before, as on OpenCTI. */
export interface ConnectorReports {
  logs(connectorId: string): string[]
  putLogs(connectorId: string, lines: readonly string[], now: number): void
  /** Null when there was no report within five minutes. */
  health(connectorId: string, now: number): Health | null
  putHealth(connectorId: string, health: Health): void
}

export function connectorReports(database: Database): ConnectorReports {
  const readLogs = database.prepare('SELECT lines FROM connector_logs WHERE connector_id = ?')
  const writeLogs = database.prepare(
    'INSERT OR REPLACE INTO connector_logs (connector_id, lines, at) VALUES (?, ?, ?)',
  )
  const readHealth = database.prepare(
    'SELECT restart_count, started_at, is_in_reboot_loop, at FROM connector_health WHERE connector_id = ?',
  )
  const writeHealth = database.prepare(
    `INSERT OR REPLACE INTO connector_health (connector_id, restart_count, started_at, is_in_reboot_loop, at)
     VALUES (?, ?, ?, ?, ?)`,
  )
  return {
    logs(id) {
      const row = readLogs.get(id) as { lines: string } | undefined
      return row ? (JSON.parse(row.lines) as string[]) : []
    },
    putLogs: (id, lines, now) => void writeLogs.run(id, JSON.stringify(kept(lines)), now),
    health(id, now) {
      const row = readHealth.get(id) as
        | { restart_count: number; started_at: number; is_in_reboot_loop: number; at: number }
        | undefined
      if (!row || now - row.at >= HEALTH_KEPT_MS) return null
      return {
        restartCount: row.restart_count,
        startedAt: row.started_at,
        inRebootLoop: row.is_in_reboot_loop === 1,
        at: row.at,
      }
    },
    putHealth: (id, { restartCount, startedAt, inRebootLoop, at }) =>
      void writeHealth.run(id, restartCount, startedAt, inRebootLoop ? 1 : 0, at),
  }
}

/** SECURITY: a connector may print its environment, and somebody may push endless lines: what is kept is redacted and bounded. */
function kept(lines: readonly string[]): string[] {
  return redactLines(
    lines
      .slice(-MOST_LINES)
      .map((line) => (line.length > LONGEST_LINE ? `${line.slice(0, LONGEST_LINE)}…` : line)),
  )
}
