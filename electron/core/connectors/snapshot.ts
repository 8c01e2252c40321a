import type { ObservedConnector } from '#base/composer-channel.ts'
import type { Live } from '#base/live.ts'
import { safeLine } from '#base/safe-line.ts'
import type { Connector, ConnectorsDelta } from '#shared/contract/connectors.ts'
import type { Problem } from '#shared/contract/problem.ts'

/** Everything that is known of a connection's connectors at one moment; a connector that did not change is the same object. */
export interface Snapshot extends Omit<ConnectorsDelta, 'whole' | 'changed' | 'gone' | 'owners'> {
  readonly connectors: ReadonlyMap<string, Connector>
  readonly owners: Exclude<ConnectorsDelta['owners'], undefined>
}

export const NOTHING_READ: Snapshot = {
  connectors: new Map(),
  phase: 'reading',
  problem: null,
  readAt: null,
  unreadable: 0,
  unseen: [],
  knowsManaged: null,
  managers: null,
  managersProblem: null,
  composerReachable: null,
  owners: null,
  clockSkewMs: 0,
  composerHere: false,
}

/** What a composer in the app sees; null: it serves another connection, or none runs. */
export type Observations = {
  readonly connectors: ReadonlyMap<string, ObservedConnector>
  /** the platform knows the composer */
  readonly registered: boolean
} | null

/** `snapshot` as it is with these eyes. */
export function seenBy(snapshot: Snapshot, observations: Observations): Snapshot {
  const connectors = new Map<string, Connector>()
  for (const [id, connector] of snapshot.connectors) {
    const observed = connector.managed ? spoken(observations?.connectors.get(id) ?? null) : null
    const same = JSON.stringify(connector.observed) === JSON.stringify(observed)
    connectors.set(id, same ? connector : { ...connector, observed })
  }
  return { ...snapshot, connectors, composerHere: observations !== null }
}

/** SECURITY: the orchestrator's and the composer's words as they may be shown, like any line of a log. */
function spoken(observed: ObservedConnector | null): ObservedConnector | null {
  if (observed === null) return null
  const words = (text: string | null): string | null => (text === null ? null : safeLine(text))
  return { ...observed, reason: words(observed.reason), notice: words(observed.notice) }
}

/** Something happened of which the platform knows by now, or is about to. */
export function isNews(before: Snapshot, after: Snapshot): boolean {
  for (const [id, { observed }] of after.connectors) {
    if (observed?.state !== before.connectors.get(id)?.observed?.state) return true
  }
  return false
}

export function failed(snapshot: Snapshot, problem: Problem): Snapshot {
  return { ...snapshot, phase: 'failed', problem }
}

/** Each value is what changed since the one before, however many changes there were in between; the first is everything. */
export async function* deltas(live: Live<Snapshot>, signal?: AbortSignal): AsyncGenerator<ConnectorsDelta> {
  let sent: Snapshot | null = null
  for await (const snapshot of live.watch(signal)) {
    const { connectors, owners, ...rest } = snapshot
    const before: ReadonlyMap<string, Connector> = sent?.connectors ?? new Map()
    const delta: ConnectorsDelta = {
      ...rest,
      whole: sent === null,
      changed: [...connectors.values()].filter((connector) => before.get(connector.id) !== connector),
      gone: [...before.keys()].filter((id) => !connectors.has(id)),
    }
    if (sent === null || sent.owners !== owners) delta.owners = owners
    sent = snapshot
    yield delta
  }
}
