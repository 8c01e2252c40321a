import { redactLines } from '#base/redact.ts'
import { safeLine } from '#base/safe-line.ts'
import { type Database, transaction } from '#base/sqlite.ts'
import type { LogLine } from '#shared/contract/connectors.ts'
import { lineTime, newLines } from '#shared/domain/log-line.ts'

/** The newest lines of a connector that are kept. */
export const MOST_LINES = 2_000
/** Connectors of a connection whose lines are kept; those that were written longest ago give way. */
const MOST_CONNECTORS = 50
/** A platform shows the newest hundred lines; more than this of one answer is not looked at. */
const MOST_OF_AN_ANSWER = 1_000
/** How far back the overlap with an answer is looked for. */
const LOOKED_BACK = 1_000
/** A platform's clock is known to the second. */
const CLOCK_JITTER_MS = 2_000

interface Row {
  readonly id: number
  readonly at: number
  readonly dated: number
  readonly run: number | null
  readonly gap: number
  readonly text: string
}

/** Lines that were seen of connectors' logs: the platform itself keeps the last hundred alone (opencti-api.md §5.2). */
export class LogHistory {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /**
   * Keeps what is new in an answer.
   * @param answer the newest lines, oldest first, as the platform gives them
   * @param run start of the present run, our clock
   * @returns whether there was anything new
   */
  take(
    connectionId: string,
    connectorId: string,
    answer: readonly string[],
    { at, run, skewMs }: { at: number; run: number | null; skewMs: number },
  ): boolean {
    const lines = redactLines(
      answer.flatMap((line) => line.slice(0, 1_000_000).split(/\r?\n/)).slice(-MOST_OF_AN_ANSWER),
    ).map(safeLine)
    const before = this.#tail(connectionId, connectorId)
    const found = newLines(before, lines)
    if (found.lines.length === 0) return false
    const present = this.#runNear(connectionId, connectorId, run)
    // A line tells the time of the machine that it was written on, which nobody knows better than this.
    const slackMs = Math.abs(skewMs) + CLOCK_JITTER_MS
    const insert = this.#database.prepare(
      'INSERT INTO line (connection, connector, at, dated, run, gap, text) VALUES (?, ?, ?, ?, ?, ?, ?)',
    )
    transaction(this.#database, () => {
      found.lines.forEach((text, index) => {
        const written = lineTime(text)
        const isOlder = present !== null && written !== null && written < present - slackMs
        const gap = found.gap && index === 0
        insert.run(
          connectionId,
          connectorId,
          written ?? at,
          Number(written !== null),
          isOlder ? null : present,
          Number(gap),
          text,
        )
      })
      this.#bound(connectionId, connectorId)
    })
    return true
  }

  /** Lines after `afterId`, oldest first. */
  lines(connectionId: string, connectorId: string, afterId: number): LogLine[] {
    const rows = this.#database
      .prepare(
        'SELECT id, at, dated, run, gap, text FROM line WHERE connection = ? AND connector = ? AND id > ? ORDER BY id',
      )
      .all(connectionId, connectorId, afterId) as unknown as Row[]
    return rows.map(({ dated, gap, ...row }) => ({ ...row, dated: dated === 1, gap: gap === 1 }))
  }

  /** The run as the last line has it, where the two differ by no more than clocks do. */
  #runNear(connectionId: string, connectorId: string, run: number | null): number | null {
    if (run === null) return null
    const last = this.#database
      .prepare(
        'SELECT run FROM line WHERE connection = ? AND connector = ? AND run IS NOT NULL ORDER BY id DESC LIMIT 1',
      )
      .get(connectionId, connectorId) as { run: number } | undefined
    return last !== undefined && Math.abs(last.run - run) < CLOCK_JITTER_MS ? last.run : run
  }

  #tail(connectionId: string, connectorId: string): string[] {
    const rows = this.#database
      .prepare('SELECT text FROM line WHERE connection = ? AND connector = ? ORDER BY id DESC LIMIT ?')
      .all(connectionId, connectorId, LOOKED_BACK) as { text: string }[]
    return rows.map(({ text }) => text).reverse()
  }

  #bound(connectionId: string, connectorId: string): void {
    this.#database
      .prepare(
        `DELETE FROM line WHERE connection = ?1 AND connector = ?2 AND id <= (
           SELECT id FROM line WHERE connection = ?1 AND connector = ?2 ORDER BY id DESC LIMIT 1 OFFSET ${MOST_LINES})`,
      )
      .run(connectionId, connectorId)
    this.#database
      .prepare(
        `DELETE FROM line WHERE connection = ?1 AND connector NOT IN (
           SELECT connector FROM line WHERE connection = ?1 GROUP BY connector ORDER BY max(id) DESC LIMIT ${MOST_CONNECTORS})`,
      )
      .run(connectionId)
  }
}
