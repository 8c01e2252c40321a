/**
 * One incident, not N (H-05). What goes down together for one reason is one incident: everything behind one target, or
 * everything behind the network of this machine.
 */

export type Cause =
  | { readonly kind: 'monitor'; readonly monitorId: string }
  /** several monitors of one target */
  | { readonly kind: 'target'; readonly target: string }
  /** every target beyond this machine is out of reach: look at its network first */
  | { readonly kind: 'network' }

export interface Incident {
  readonly id: string
  /** start of the earliest outage in it */
  readonly since: number
  readonly cause: Cause
  /** monitors that are still down */
  readonly down: readonly string[]
  /** all that belong or belonged to it */
  readonly members: readonly string[]
}

export interface Outage {
  readonly monitorId: string
  readonly target: string
  readonly since: number
  /** nobody was reached at all */
  readonly unreached: boolean
  readonly needsNetwork: boolean
}

/** Outages that begin within this time of each other may share a cause. */
const TOGETHER_MS = 300_000

/** What the watched things have to do with each other at this moment. */
export interface Surroundings {
  /** target of each monitor */
  readonly targets: ReadonlyMap<string, string>
  /** targets beyond this machine */
  readonly remote: ReadonlySet<string>
  /** targets nobody reaches at the moment, this outage included */
  readonly unreached: ReadonlySet<string>
}

/**
 * The incident that an outage belongs to: an open one that grows by it, or a new one.
 * @param open incidents under way
 * @returns the incident as it is now, those that it swallowed, and whether it is new to a person
 */
export function incidentOf(
  outage: Outage,
  open: readonly Incident[],
  surroundings: Surroundings,
  newId: () => string,
): { incident: Incident; swallowed: readonly Incident[]; isNew: boolean } {
  const own = open.find((incident) => incident.members.includes(outage.monitorId))
  if (own) return { incident: joined([own], outage, own.cause), swallowed: [], isNew: false }
  const near = open.filter((incident) => Math.abs(incident.since - outage.since) <= TOGETHER_MS)
  const isNetwork =
    outage.unreached &&
    outage.needsNetwork &&
    surroundings.remote.size > 1 &&
    [...surroundings.remote].every((target) => surroundings.unreached.has(target))
  const related = near.filter(
    (incident) =>
      (isNetwork &&
        incident.down.some((id) => surroundings.unreached.has(surroundings.targets.get(id) ?? ''))) ||
      (incident.cause.kind === 'network' && outage.unreached && outage.needsNetwork) ||
      incident.down.some((id) => surroundings.targets.get(id) === outage.target),
  )
  const [first, ...others] = related
  if (!first) {
    const cause = { kind: 'monitor', monitorId: outage.monitorId } as const
    const incident = { id: newId(), since: outage.since, cause, down: [], members: [] }
    return { incident: joined([incident], outage, cause), swallowed: [], isNew: true }
  }
  const cause: Cause =
    isNetwork || first.cause.kind === 'network'
      ? { kind: 'network' }
      : { kind: 'target', target: outage.target }
  return { incident: joined([first, ...others], outage, cause), swallowed: others, isNew: false }
}

/** The incident after one of its monitors came back; it is over when `down` is empty. */
export function without(incident: Incident, monitorId: string): Incident {
  return { ...incident, down: incident.down.filter((id) => id !== monitorId) }
}

function joined(parts: readonly [Incident, ...Incident[]], outage: Outage, cause: Cause): Incident {
  const together = (lists: readonly (readonly string[])[]): string[] => [...new Set(lists.flat())]
  return {
    id: parts[0].id,
    since: Math.min(outage.since, ...parts.map((part) => part.since)),
    cause,
    down: together([...parts.map((part) => part.down), [outage.monitorId]]),
    members: together([...parts.map((part) => part.members), [outage.monitorId]]),
  }
}
