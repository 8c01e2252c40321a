import type { ShippedPackage } from '#shared/contract/about.ts'
import type { ComposerView } from '#shared/contract/composer.ts'
import type { Connection, Identity, Probe } from '#shared/contract/connections.ts'
import type {
  HeartbeatStatus,
  IncidentView,
  JournalEntry,
  MonitorHistory,
} from '#shared/contract/heartbeat.ts'
import type {
  InventoryDiff,
  InventorySnapshot,
  InventoryStatus,
  Tombstone,
} from '#shared/contract/inventory.ts'
import type { Problem, ProblemCode } from '#shared/contract/problem.ts'
import type { LocalXtmOne, OpenAevXtmOne, Registration } from '#shared/contract/registration.ts'
import type { Settings } from '#shared/contract/settings.ts'
import type { AuthFailures, SystemInfo, SystemStatus } from '#shared/contract/system.ts'
import type { FirstUse } from '#shared/contract/tokens.ts'
import type { Leaked } from '#shared/contract/triage.ts'
import type { UpdateStatus } from '#shared/contract/updates.ts'
import type { Upkeep } from '#shared/contract/upkeep.ts'
import { shippedPackages } from './about-world.ts'
import { type ActivityWorld, activityWorld } from './activity-world.ts'
import { type BundleParts, bundleParts } from './bundle-world.ts'
import { composerView } from './composer-world.ts'
import { type ConnectorsWorld, connectorsWorld } from './connectors-world.ts'
import { type IncidentsWorld, incidentsWorld } from './incidents-world.ts'

import { inventoryStatus, noDifference } from './inventory-world.ts'
import { type ManualClock, manualClock } from './manual-clock.ts'
import { everybody, ME, type Person } from './people.ts'
import { freshRegistration, heartbeatStatus } from './registration-world.ts'
import { noReview, type ReviewWorld } from './review-world.ts'
import { type Watched, watched } from './watched.ts'

export { type Watched, watched }

import { noUpkeep } from './upkeep-world.ts'

/** A Tuesday morning. */
export const NOW = Date.parse('2026-09-22T08:30:00.000Z')

/** Procedures by their names in the contract. */
export type Procedure =
  `${'system' | 'settings' | 'connections' | 'tokens' | 'inventory' | 'incidents' | 'composer' | 'connectors' | 'registration' | 'heartbeat' | 'activity' | 'upkeep' | 'diagnostics' | 'triage' | 'review' | 'about' | 'updates'}.${string}`

/** How a procedure says no. */
export type Refuse = { PROBLEM: (options: { data: Problem }) => Error }

/** Everything behind the contract, as a test wants it. */
export interface World {
  clock: ManualClock
  info: SystemInfo
  status: Watched<SystemStatus>
  settings: Watched<Settings>
  connections: Watched<Connection[]>
  people: Person[]
  inventory: Watched<InventoryStatus>
  upkeep: Watched<Upkeep>
  incidents: IncidentsWorld
  /** what is found out of the tokens of a text, in their order */
  leaks: Leaked[]
  access: ReviewWorld
  tombstones: Tombstone[]
  snapshots: InventorySnapshot[]
  diff: InventoryDiff
  composer: Watched<ComposerView>
  connectors: Watched<ConnectorsWorld>
  /** platform's clock minus ours, ms */
  skewMs: number
  /** whether users have tokens of their own */
  hasTokens: boolean
  keepsRevoked: boolean
  showsSessions: boolean
  probe: Probe
  openAevXtmOne: OpenAevXtmOne
  /** by connection; one that is missing reports nothing. Bump `registrationsChanged` after a change */
  registrations: Map<string, Registration>
  registrationsChanged: Watched<number>
  localXtmOne: Watched<LocalXtmOne>
  heartbeat: Watched<HeartbeatStatus>
  /** of every monitor over every range; null: a day without a fault */
  monitorHistory: MonitorHistory | null
  /** newest first */
  pastIncidents: IncidentView[]
  journal: JournalEntry[]
  authFailures: AuthFailures | null
  /** each of these procedures fails like that */
  failing: Map<Procedure, Problem>
  /** none of these procedures ever answers */
  hanging: Set<Procedure>
  /** answers of these procedures are ready, but travel until the promise resolves */
  travelling: Map<Procedure, Promise<void>>
  generateTrouble: 'answer-lost' | 'not-listed' | 'unchecked' | 'expiry-differs' | null
  activity: ActivityWorld
  bundle: BundleParts
  packages: ShippedPackage[]
  updates: Watched<UpdateStatus>
  firstUses: Watched<FirstUse[]>
  /** values of the reveal box by handle */
  values: Map<string, string>
  /** what was asked of the core, in order, without any value */
  calls: string[]
  link: Watched<'connecting' | 'open' | 'closed'>
}

export function problem(code: ProblemCode, detail: string | null = null): Problem {
  return { code, detail }
}

export function identity(change: Partial<Identity> = {}): Identity {
  return {
    userId: ME,
    name: 'Bob Keller',
    email: 'bob.keller@example.org',
    capabilities: [
      'SETTINGS',
      'SETTINGS_SETACCESSES',
      'APIACCESS',
      'APIACCESS_USETOKEN',
      'MODULES_MODMANAGE',
    ],
    platformTitle: 'OpenCTI - Example CERT',
    version: '7.260915.0',
    clockSkewMs: 0,
    features: { apiTokens: true, revokedTokens: true, revokeReason: true },
    ...change,
  }
}

export function localConnection(change: Partial<Connection> = {}): Connection {
  return {
    id: 'local',
    kind: 'opencti',
    name: 'Local platform',
    url: 'http://127.0.0.1:4000',
    embedded: true,
    caPem: null,
    proxy: null,
    tokenPlace: 'child',
    state: {
      phase: 'ready',
      identity: identity({ platformTitle: 'Gatehouse local platform' }),
      checkedAt: NOW - 12_000,
      latencyMs: 4,
    },
    ...change,
  }
}

export function remoteConnection(change: Partial<Connection> = {}): Connection {
  return {
    id: 'cert',
    kind: 'opencti',
    name: 'Example CERT',
    url: 'https://opencti.example.org',
    embedded: false,
    caPem: null,
    proxy: null,
    tokenPlace: 'keychain',
    state: { phase: 'ready', identity: identity(), checkedAt: NOW - 12_000, latencyMs: 38.4 },
    ...change,
  }
}

/** An ordinary day on a real platform. */
export function createWorld(): World {
  const people = everybody(NOW)
  return {
    clock: manualClock(NOW),
    info: {
      version: '0.1.0',
      host: 'desktop',
      os: 'linux',
      languages: ['en-GB'],
      clipboard: 'system',
      canStartAtLogin: true,
    },
    status: watched<SystemStatus>({
      keychain: { state: 'ready', backend: 'Secret Service', detail: null },
      localPlatform: { state: 'ready', since: NOW - 300_000, url: 'http://127.0.0.1:4000' },
      clipboard: { state: 'idle' },
      ledger: { state: 'ready', records: 214, keyPlace: 'keychain' },
      mishaps: [],
    }),
    settings: watched<Settings>({
      language: 'auto',
      scheme: 'auto',
      activeConnectionId: 'cert',
      clipboardClearSeconds: 30,
      tokenNameTemplate: '{owner} {date}',
      tokenPolicy: { maxLifetimeDays: null, noUnlimited: false, namePattern: '' },
      localPlatform: true,
      notifications: true,
      background: 'ask',
      startAtLogin: false,
      checkForUpdates: false,
      inventoryViews: [],
      inventoryColumns: [],
    }),
    connections: watched([localConnection(), remoteConnection()]),
    people,
    incidents: incidentsWorld(),
    leaks: [],
    access: noReview(),
    upkeep: watched(noUpkeep()),
    inventory: watched(inventoryStatus({ people }, { readAt: NOW - 40_000 })),
    tombstones: [],
    snapshots: [],
    diff: noDifference(NOW),
    composer: watched(composerView()),
    connectors: watched(connectorsWorld(NOW)),
    skewMs: 0,
    hasTokens: true,
    keepsRevoked: true,
    showsSessions: true,
    probe: {
      url: 'https://cti.example.net',
      kinds: ['opencti'],
      platformTitle: 'OpenCTI - Example Net',
      latencyMs: 61,
    },
    openAevXtmOne: { configured: true, url: 'https://xtm-one.example.org', readAt: NOW - 3_000 },
    registrations: new Map([['local', freshRegistration('local', NOW)]]),
    registrationsChanged: watched(0),
    localXtmOne: watched<LocalXtmOne>({ mode: 'stand-in', url: '', profile: 'current', hasToken: false }),
    heartbeat: watched(heartbeatStatus(NOW)),
    monitorHistory: null,
    pastIncidents: [],
    journal: [],
    authFailures: {
      since: NOW - 86_400_000,
      total: 12,
      sources: 1,
      list: [
        {
          ip: '192.0.2.7',
          failures: 12,
          firstAt: NOW - 7_200_000,
          lastAt: NOW - 60_000,
          userAgent: 'python-requests/2.32',
          reasons: [{ reason: 'revoked', failures: 12 }],
        },
      ],
    },
    failing: new Map(),
    hanging: new Set(),
    travelling: new Map(),
    generateTrouble: null,
    activity: activityWorld(NOW),
    bundle: bundleParts(NOW),
    packages: shippedPackages(),
    updates: watched<UpdateStatus>({ state: 'unavailable' }),
    firstUses: watched<FirstUse[]>([]),
    values: new Map(),
    calls: [],
    link: watched<'connecting' | 'open' | 'closed'>('open'),
  }
}

/** Changes one connection, as a test of it would. */
export function changeConnection(world: World, id: string, change: Partial<Connection>): void {
  world.connections.set((list) => list.map((one) => (one.id === id ? { ...one, ...change } : one)))
}

export function changeStatus(world: World, change: Partial<SystemStatus>): void {
  world.status.set((status) => ({ ...status, ...change }))
}

/** The value now and at each change, until the follower goes. */
export async function* stream<Value>(source: Watched<Value>, signal: AbortSignal | undefined) {
  let changed = Promise.withResolvers<void>()
  const end = source.follow(() => changed.resolve())
  signal?.addEventListener('abort', () => changed.resolve(), { once: true })
  try {
    while (!signal?.aborted) {
      const next = source.get()
      changed = Promise.withResolvers<void>()
      yield next
      await changed.promise
    }
  } finally {
    end()
  }
}
