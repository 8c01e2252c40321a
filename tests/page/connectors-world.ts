import type {
  Connector,
  ConnectorEvent,
  ConnectorManager,
  ConnectorsDelta,
  LogLine,
  Owner,
  OwnerToken,
} from '#shared/contract/connectors.ts'
import type { Problem } from '#shared/contract/problem.ts'
import { isTrouble, standingOf } from '#shared/domain/connector.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** Everything behind the connectors' part of the contract. */
export interface ConnectorsWorld {
  /** as the first value of a stream would have it */
  delta: ConnectorsDelta
  events: Map<string, ConnectorEvent[]>
  logs: Map<string, LogLine[]>
  logsProblem: Problem | null
}

export const MITRE = 'connector-mitre'
export const OTX = 'connector-otx'
export const THREATS = 'connector-threats'

/** Eight connectors on an ordinary day: two are in trouble, one is new, two run on their own. */
export function connectorsWorld(now: number): ConnectorsWorld {
  return {
    delta: {
      whole: true,
      changed: everyConnector(now),
      gone: [],
      phase: 'ready',
      problem: null,
      readAt: now - 4 * SECOND,
      unreadable: 0,
      unseen: [],
      knowsManaged: true,
      managers: [manager(now)],
      managersProblem: null,
      composerReachable: null,
      owners: owners(now),
      clockSkewMs: 0,
      composerHere: false,
    },
    events: new Map([
      [MITRE, mitreEvents(now)],
      [OTX, otxEvents(now)],
    ]),
    logs: new Map([
      [MITRE, mitreLog(now)],
      [OTX, otxLog(now)],
    ]),
    logsProblem: null,
  }
}

/** Those that are as they are wanted. */
export function withoutTrouble(world: ConnectorsWorld, now: number): ConnectorsWorld {
  const changed = world.delta.changed.filter((connector) => !isTrouble(standingOf(connector, now)))
  return { ...world, delta: { ...world.delta, changed } }
}

export function manager(now: number, change: Partial<ConnectorManager> = {}): ConnectorManager {
  return {
    id: 'composer-production',
    name: 'Connectors of production',
    version: '7.260915.0',
    lastPingAt: now - 22 * SECOND,
    active: true,
    key: { bits: 4096, fingerprint: 'q1Zr0sT5xk9mWb3uYvN7cAeF2hJ8LpD4RgKiOtXyU6E=' },
    ...change,
  }
}

export function connector(now: number, change: Partial<Connector> = {}): Connector {
  return {
    id: 'connector',
    name: 'Connector',
    type: 'EXTERNAL_IMPORT',
    owner: { id: 'owner-mitre', name: '[C] MITRE ATT&CK' },
    managed: true,
    builtIn: false,
    requested: 'starting',
    reported: 'started',
    image: 'opencti/connector-mitre:7.260915.0',
    hash: '3f9c2b71',
    dated: true,
    health: health(now),
    observed: null,
    requestedAt: null,
    loopedAt: null,
    active: true,
    lastSeenAt: now - 20 * SECOND,
    ...change,
  }
}

export function health(now: number, change: Partial<NonNullable<Connector['health']>> = {}) {
  return {
    restarts: 0,
    startedAt: now - 6 * DAY - 4 * HOUR,
    inLoop: false,
    at: now - 11 * SECOND,
    exitCode: null,
    ...change,
  }
}

export function ownerToken(now: number, change: Partial<OwnerToken> = {}): OwnerToken {
  return {
    id: 'token',
    name: 'Composer managed token',
    lastFour: 'aB3_',
    createdAt: now - 60 * DAY,
    expiresAt: null,
    lastUsedAt: now - MINUTE,
    ended: null,
    ...change,
  }
}

function everyConnector(now: number): Connector[] {
  return [
    connector(now, {
      id: OTX,
      name: 'AlienVault OTX',
      owner: { id: 'owner-otx', name: '[C] AlienVault' },
      image: 'opencti/connector-alienvault:7.260915.0',
      health: health(now, { restarts: 9, startedAt: now - 18 * SECOND, inLoop: true, at: now - 6 * SECOND }),
      loopedAt: now - 6 * SECOND,
    }),
    connector(now, {
      id: THREATS,
      name: 'ThreatFox',
      owner: { id: 'owner-threats', name: '[C] abuse.ch' },
      image: 'registry.example.org/cti/connector-threatfox:7.260830.2',
      reported: 'stopped',
      health: null,
      requestedAt: now - 40 * MINUTE,
    }),
    connector(now, { id: MITRE, name: 'MITRE ATT&CK' }),
    connector(now, {
      id: 'connector-cve',
      name: 'Common Vulnerabilities and Exposures',
      owner: { id: 'owner-cve', name: '[C] CVE' },
      image: 'opencti/connector-cve:7.260915.0',
      health: health(now, { restarts: 1, startedAt: now - 3 * HOUR }),
    }),
    connector(now, {
      id: 'connector-misp',
      name: 'MISP feed',
      owner: { id: 'owner-misp', name: '[C] MISP' },
      image: 'opencti/connector-misp:7.260915.0',
      reported: null,
      health: null,
      requestedAt: now - 30 * SECOND,
    }),
    connector(now, {
      id: 'connector-atlas',
      name: 'MITRE ATLAS',
      image: 'opencti/connector-mitre-atlas:7.260901.0',
      requested: 'stopping',
      reported: 'stopped',
      health: null,
    }),
    connector(now, {
      id: 'connector-virustotal',
      name: 'VirusTotal enrichment',
      type: 'INTERNAL_ENRICHMENT',
      owner: { id: 'owner-vt', name: '[C] VirusTotal' },
      managed: false,
      requested: null,
      reported: null,
      image: null,
      hash: null,
      health: null,
    }),
    connector(now, {
      id: 'connector-siem',
      name: 'SIEM export',
      type: 'STREAM',
      owner: { id: 'owner-siem', name: 'SIEM export' },
      managed: false,
      requested: null,
      reported: null,
      image: null,
      hash: null,
      health: null,
      active: false,
      lastSeenAt: now - 55 * MINUTE,
    }),
  ]
}

function owners(now: number): Owner[] {
  const owner = (id: string, tokens: OwnerToken[], change: Partial<Owner> = {}): Owner => ({
    id,
    accountStatus: 'Active',
    lockedAfter: null,
    tokens,
    readAt: now - 90 * SECOND,
    ...change,
  })
  const revokedAt = now - 62 * MINUTE
  return [
    owner('owner-mitre', [ownerToken(now)]),
    owner('owner-otx', [ownerToken(now, { id: 't-otx', lastFour: 'x9Kd' })]),
    owner('owner-threats', [
      ownerToken(now, {
        id: 't-threats',
        name: 'ThreatFox 2026',
        lastFour: 'Qw7z',
        lastUsedAt: revokedAt - MINUTE,
        ended: { how: 'gone', after: revokedAt - 5 * MINUTE, at: revokedAt },
      }),
    ]),
    owner('owner-cve', [
      ownerToken(now, { id: 't-cve', name: 'CVE', lastFour: 'mN1p', expiresAt: now + 5 * DAY }),
    ]),
    owner('owner-siem', [
      ownerToken(now, {
        id: 't-siem',
        name: 'SIEM',
        lastFour: 'Zz0q',
        expiresAt: now - 55 * MINUTE,
        lastUsedAt: now - 56 * MINUTE,
      }),
    ]),
    owner('owner-vt', [ownerToken(now, { id: 't-vt', lastFour: '4fGh' })]),
  ]
}

function mitreEvents(now: number): ConnectorEvent[] {
  const at = now - 6 * DAY - 4 * HOUR
  return [
    { id: 1, at: at - 20 * DAY, after: null, what: { kind: 'first-seen' } },
    {
      id: 2,
      at: at - 2 * MINUTE,
      after: at - 3 * MINUTE,
      what: {
        kind: 'image',
        from: 'opencti/connector-mitre:7.260901.0',
        to: 'opencti/connector-mitre:7.260915.0',
      },
    },
    {
      id: 3,
      at: at - MINUTE,
      after: at - 2 * MINUTE,
      what: { kind: 'reported', from: 'started', to: 'stopped' },
    },
    { id: 4, at, after: at - MINUTE, what: { kind: 'reported', from: 'stopped', to: 'started' } },
    { id: 5, at: at + DAY, after: at + DAY - MINUTE, what: { kind: 'configuration' } },
  ]
}

function otxEvents(now: number): ConnectorEvent[] {
  return [
    { id: 11, at: now - 3 * DAY, after: null, what: { kind: 'first-seen' } },
    {
      id: 12,
      at: now - 21 * MINUTE,
      after: now - 22 * MINUTE,
      what: { kind: 'requested', from: 'stopping', to: 'starting' },
    },
    {
      id: 13,
      at: now - 20 * MINUTE,
      after: now - 21 * MINUTE,
      what: { kind: 'reported', from: 'stopped', to: 'started' },
    },
    { id: 14, at: now - 14 * MINUTE, after: now - 15 * MINUTE, what: { kind: 'loop', on: true } },
    {
      id: 15,
      at: now - 6 * SECOND,
      after: now - 15 * MINUTE,
      what: { kind: 'restarts', from: 0, to: 9 },
    },
  ]
}

export function logLine(id: number, at: number, text: string, change: Partial<LogLine> = {}): LogLine {
  return { id, at, dated: true, run: null, text, gap: false, ...change }
}

function mitreLog(now: number): LogLine[] {
  const run = now - 6 * DAY - 4 * HOUR
  const words = [
    'INFO  Connector registered, type EXTERNAL_IMPORT, scope tool,report,malware',
    'INFO  Fetching enterprise-attack.json',
    'INFO  1 842 objects, 0 removed, 14 changed',
    'WARN  Rate limit of the source: next try in 30 s',
    'INFO  Bundle sent, work done',
    'INFO  Next run in 7 days',
  ]
  return Array.from({ length: 60 }, (_, index) =>
    logLine(index + 1, now - (60 - index) * 37 * SECOND, words[index % words.length] ?? '', { run }),
  )
}

function otxLog(now: number): LogLine[] {
  const previous = now - 80 * SECOND
  const current = now - 18 * SECOND
  const run = (start: number, from: number) => [
    logLine(from, start, 'INFO  Starting connector AlienVault OTX', { run: start }),
    logLine(from + 1, start + SECOND, 'INFO  Requesting https://otx.example/api/v1/pulses', { run: start }),
    logLine(from + 2, start + 2 * SECOND, 'ERROR 403 Forbidden: the API key [redacted] is not valid', {
      run: start,
    }),
    logLine(from + 3, start + 2 * SECOND, 'ERROR Unrecoverable, exiting with code 1', { run: start }),
  ]
  return [...run(previous, 1), ...run(current, 5)]
}
