import type { Database } from '#base/sqlite.ts'
import type { Incident } from './incident.ts'
import { type Standing, UNSEEN } from './standing.ts'

/** Something that happened, in the order it was told. */
export type HeartbeatEvent =
  | { readonly kind: 'incident-opened' | 'incident-grown' | 'incident-closed'; readonly incident: Incident }
  | { readonly kind: 'flapping'; readonly since: number }
  | { readonly kind: 'settled'; readonly state: 'up' | 'down'; readonly since: number }
  | { readonly kind: 'registration'; readonly from: string; readonly to: string }
  | { readonly kind: 'version'; readonly from: string; readonly to: string }

export interface JournalEntry {
  /** place in the journal */
  readonly id: number
  readonly at: number
  readonly monitorId: string
  readonly event: HeartbeatEvent
}

/** An incident with its end; null while it lasts. */
export type KeptIncident = Incident & { readonly closedAt: number | null }

interface EventRow {
  readonly id: number
  readonly at: number
  readonly monitor: string
  readonly body: string
}

const entryOf = ({ id, at, monitor, body }: EventRow): JournalEntry => ({
  id,
  at,
  monitorId: monitor,
  event: JSON.parse(body) as HeartbeatEvent,
})

const KEPT_MS = 800 * 86_400_000

/** What outlives a restart besides the points: where each monitor stands, incidents, and what happened. */
export function createJournal(database: Database) {
  const keepStanding = database.prepare('INSERT OR REPLACE INTO standing VALUES (?, ?)')
  const addEvent = database.prepare('INSERT INTO event (at, monitor, body) VALUES (?, ?, ?)')
  const keepIncident = database.prepare('INSERT OR REPLACE INTO incident VALUES (?, ?, ?, ?)')
  return {
    standingOf(monitorId: string): Standing {
      const row = database.prepare('SELECT body FROM standing WHERE monitor = ?').get(monitorId) as
        | { body: string }
        | undefined
      return row ? { ...UNSEEN, ...(JSON.parse(row.body) as Standing) } : UNSEEN
    },
    keepStanding(monitorId: string, standing: Standing): void {
      keepStanding.run(monitorId, JSON.stringify(standing))
    },
    openIncidents(): Incident[] {
      const rows = database.prepare('SELECT body FROM incident WHERE closed_at IS NULL ORDER BY since').all()
      return (rows as { body: string }[]).map((row) => JSON.parse(row.body) as Incident)
    },
    keepIncident(incident: Incident, closedAt: number | null): void {
      keepIncident.run(incident.id, incident.since, closedAt, JSON.stringify(incident))
    },
    dropIncident(id: string): void {
      database.prepare('DELETE FROM incident WHERE id = ?').run(id)
    },
    /** Adds an entry and gives it with its place. */
    add(entry: Omit<JournalEntry, 'id'>): JournalEntry {
      const { lastInsertRowid } = addEvent.run(entry.at, entry.monitorId, JSON.stringify(entry.event))
      return { id: Number(lastInsertRowid), ...entry }
    },
    since(at: number): JournalEntry[] {
      const rows = database.prepare('SELECT id, at, monitor, body FROM event WHERE at >= ? ORDER BY id')
      return (rows.all(at) as unknown as EventRow[]).map(entryOf)
    },
    /** Newest first, those before `before`. @param connectionId null = of all */
    page(before: number | null, limit: number, connectionId: string | null): JournalEntry[] {
      const prefix = connectionId === null ? '' : `${connectionId}/`
      const rows = database.prepare(
        `SELECT id, at, monitor, body FROM event WHERE id < ? AND substr(monitor, 1, length(?2)) = ?2
           ORDER BY id DESC LIMIT ?`,
      )
      return (rows.all(before ?? Number.MAX_SAFE_INTEGER, prefix, limit) as unknown as EventRow[]).map(
        entryOf,
      )
    },
    /** Newest first by their start, those that began before `before`; all that began together come together. */
    incidentPage(before: number | null, limit: number, connectionId: string | null): KeptIncident[] {
      const rows = database.prepare(
        `WITH found AS (SELECT since, closed_at, body FROM incident WHERE since < ?1 AND (?2 IS NULL OR EXISTS (
             SELECT 1 FROM json_each(body, '$.members') WHERE substr(value, instr(value, ':') + 1) = ?2)))
         SELECT closed_at, body FROM found
           WHERE since >= coalesce((SELECT since FROM found ORDER BY since DESC LIMIT 1 OFFSET ?3 - 1), 0)
           ORDER BY since DESC`,
      )
      const found = rows.all(before ?? Number.MAX_SAFE_INTEGER, connectionId, limit)
      return (found as unknown as { closed_at: number | null; body: string }[]).map((row) => ({
        ...(JSON.parse(row.body) as Incident),
        closedAt: row.closed_at,
      }))
    },
    prune(now: number): void {
      database.prepare('DELETE FROM event WHERE at < ?').run(now - KEPT_MS)
      database.prepare('DELETE FROM incident WHERE closed_at < ?').run(now - KEPT_MS)
    },
    forget(monitorId: string): void {
      database.prepare('DELETE FROM standing WHERE monitor = ?').run(monitorId)
    },
  }
}

export type Journal = ReturnType<typeof createJournal>
