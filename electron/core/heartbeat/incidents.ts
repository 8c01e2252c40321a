import type { Transition } from '#shared/domain/heartbeat.ts'
import { type Incident, incidentOf, type Surroundings, without } from './incident.ts'
import type { HeartbeatEvent, Journal } from './journal.ts'
import type { Monitor } from './monitor.ts'

/** The incidents under way, kept in the journal. Turns what a monitor has to tell into the one event that tells it. */
export function createIncidents(journal: Journal, newId: () => string) {
  let open: readonly Incident[] = journal.openIncidents()

  const replace = (
    incident: Incident,
    closedAt: number | null,
    swallowed: readonly Incident[] = [],
  ): void => {
    const gone = new Set([incident.id, ...swallowed.map(({ id }) => id)])
    open = [...open.filter(({ id }) => !gone.has(id)), ...(closedAt === null ? [incident] : [])]
    for (const { id } of swallowed) journal.dropIncident(id)
    journal.keepIncident(incident, closedAt)
  }

  const opened = (
    monitor: Monitor,
    since: number,
    unreached: boolean,
    surroundings: Surroundings,
  ): HeartbeatEvent | null => {
    if (open.some((incident) => incident.down.includes(monitor.id))) return null
    const outage = {
      monitorId: monitor.id,
      target: monitor.target,
      needsNetwork: monitor.needsNetwork,
      since,
      unreached,
    }
    const { incident, swallowed, isNew } = incidentOf(outage, open, surroundings, newId)
    replace(incident, null, swallowed)
    return { kind: isNew ? 'incident-opened' : 'incident-grown', incident }
  }

  const closed = (monitorId: string, now: number): HeartbeatEvent | null => {
    const incident = open.find(({ down }) => down.includes(monitorId))
    if (!incident) return null
    const left = without(incident, monitorId)
    replace(left, left.down.length === 0 ? now : null)
    return left.down.length === 0 ? { kind: 'incident-closed', incident: left } : null
  }

  return {
    open: (): readonly Incident[] => open,
    /** A monitor that is watched no more holds no incident open. */
    forget: (monitorId: string, now: number): HeartbeatEvent | null => closed(monitorId, now),
    /** One event for one piece of news, or none when an open incident covers it. */
    tell(
      monitor: Monitor,
      news: Transition,
      unreached: boolean,
      surroundings: Surroundings,
    ): HeartbeatEvent | null {
      if (news.kind === 'flapping') return { kind: 'flapping', since: news.since }
      const isDown = news.kind === 'down' || (news.kind === 'settled' && news.state === 'down')
      const event = isDown
        ? opened(monitor, news.since, unreached, surroundings)
        : closed(monitor.id, news.confirmedAt)
      if (news.kind !== 'settled' || event?.kind === 'incident-opened' || event?.kind === 'incident-closed')
        return event
      return { kind: 'settled', state: news.state, since: news.since }
    },
  }
}
