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
  readonly at: number
  readonly monitorId: string
  readonly event: HeartbeatEvent
}

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
    add(entry: JournalEntry): void {
      addEvent.run(entry.at, entry.monitorId, JSON.stringify(entry.event))
    },
    since(at: number): JournalEntry[] {
      const rows = database.prepare('SELECT at, monitor, body FROM event WHERE at >= ? ORDER BY id').all(at)
      return (rows as { at: number; monitor: string; body: string }[]).map((row) => ({
        at: row.at,
        monitorId: row.monitor,
        event: JSON.parse(row.body) as HeartbeatEvent,
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
