/** What is watched of a connection, and the name each watched thing goes by in the heartbeat's records. */
export const MONITOR_KINDS = [
  /** the platform's `/health`, where its access key is known */
  'health',
  /** the platform's API, with the connection's own token */
  'api',
  /** the XTM One that the platform registers with */
  'xtm-one',
  /** the platform's own registration manager, as its module list shows it */
  'module',
  /** the composer's manager, by its last ping */
  'manager',
  /** the freshness of the registration with XTM One */
  'registration',
] as const
export type MonitorKind = (typeof MONITOR_KINDS)[number]

/** A monitor's id: stable over restarts, because points and standings are kept under it. */
export function monitorId(kind: MonitorKind, connectionId: string): string {
  return `${kind}:${connectionId}`
}

/** What an id of `monitorId` was made of; null for any other text. */
export function monitorOf(id: string): { kind: MonitorKind; connectionId: string } | null {
  const colon = id.indexOf(':')
  const kind = MONITOR_KINDS.find((known) => known === id.slice(0, colon))
  return kind && colon < id.length - 1 ? { kind, connectionId: id.slice(colon + 1) } : null
}

/** Why a look saw nothing although nothing failed: there is nothing to see, or nobody has set it up to be seen. */
const NOTHING_TO_SEE: ReadonlySet<string> = new Set([
  'not-served',
  'module-off',
  'health-key-missing',
  'no-manager',
])

/** Whether a monitor stands for something at all; `failure` is that of its last point, null for none. */
export function hasSomethingToSee(failure: string | null): boolean {
  return failure === null || !NOTHING_TO_SEE.has(failure)
}
