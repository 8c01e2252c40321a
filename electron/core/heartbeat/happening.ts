import type { Happening } from '#shared/domain/happening.ts'
import { monitorOf } from '#shared/domain/monitors.ts'
import type { Incident } from './incident.ts'
import type { JournalEntry } from './journal.ts'

/** What a person is called for by an event; null for those that are shown only. */
export function happeningOf({ at, monitorId, event }: Omit<JournalEntry, 'id'>): Happening | null {
  const monitor = { id: monitorId, subject: { kind: 'monitor', monitorId }, at } as const
  switch (event.kind) {
    case 'incident-opened':
    case 'incident-closed': {
      const { id, since } = event.incident
      const kind = event.kind === 'incident-opened' ? 'down' : 'up'
      return { id, kind, subject: subjectOf(event.incident), since, at }
    }
    case 'flapping':
      return { ...monitor, kind: 'flapping', since: event.since }
    case 'settled':
      return { ...monitor, kind: event.state === 'up' ? 'settled-up' : 'settled-down', since: event.since }
    case 'version':
      return { ...monitor, kind: 'version', since: at, versions: { from: event.from, to: event.to } }
    case 'incident-grown':
    case 'registration':
      return null
  }
}

function subjectOf({ cause, members }: Incident): Happening['subject'] {
  if (cause.kind !== 'target') return cause
  const connections = new Set(members.map((id) => monitorOf(id)?.connectionId))
  const [connectionId] = connections
  // Several connections may stand behind one address; then the first of them stands for all.
  return connectionId === undefined
    ? { kind: 'monitor', monitorId: members[0] ?? '' }
    : { kind: 'connection', connectionId }
}
