import type { GivenSetting } from '../connectors/contract-settings.ts'

interface Described {
  readonly name: string
  readonly title: string
  /** name of the demo user that it runs as; absent for what the platform does itself, and where the user is gone */
  readonly user?: string
  readonly createdDaysAgo: number
  readonly seenMinutesAgo?: number
}

/** One that somebody runs by hand, or that the platform is itself. */
export interface UnmanagedConnector extends Described {
  readonly type: 'INTERNAL_ENRICHMENT' | 'STREAM' | 'INTERNAL_IMPORT_FILE'
  readonly scope: string
}

/** One that a composer deployed from a contract, or was to deploy. */
export interface ManagedConnector extends Described {
  /** of its contract */
  readonly slug: string
  /** an earlier version than the contract's */
  readonly version?: string
  readonly settings?: readonly GivenSetting[]
  readonly requested: 'starting' | 'stopping' | 'stopped'
  readonly reported: 'started' | 'stopped' | null
  readonly health?: {
    readonly restarts: number
    readonly upMinutes: number
    readonly loop: boolean
  }
  readonly logs?: readonly string[]
}

/** The last contact of the demo's composer: it fell silent, so that all that it reported is old and another may take over. */
export const COMPOSER_SILENT_MINUTES = 42

export const DEMO_UNMANAGED: readonly UnmanagedConnector[] = [
  {
    name: 'virustotal',
    title: 'VirusTotal enrichment',
    type: 'INTERNAL_ENRICHMENT',
    scope: 'StixFile,Artifact,IPv4-Addr,Domain-Name,Url',
    user: '[C] VirusTotal enrichment',
    seenMinutesAgo: 1,
    createdDaysAgo: 362,
  },
  {
    name: 'siem-stream',
    title: 'SIEM export',
    type: 'STREAM',
    scope: 'indicator',
    user: 'SIEM export',
    seenMinutesAgo: 55,
    createdDaysAgo: 170,
  },
  {
    name: 'ImportFileStix',
    title: 'ImportFileStix',
    type: 'INTERNAL_IMPORT_FILE',
    scope: 'application/json,text/xml',
    createdDaysAgo: 400,
  },
]

/** Running, asked to run and failing, stopped, never deployed; two share one user, one has lost its own. */
export const DEMO_MANAGED: readonly ManagedConnector[] = [
  {
    slug: 'alienvault',
    name: 'alienvault',
    title: 'AlienVault OTX',
    user: '[C] AlienVault',
    version: '7.260801.0',
    settings: [
      { key: 'ALIENVAULT_API_KEY', value: 'sealed for nobody' },
      { key: 'ALIENVAULT_TLP', value: 'green' },
    ],
    requested: 'starting',
    reported: 'started',
    health: { restarts: 0, upMinutes: 60 * 24 * 6, loop: false },
    logs: [
      'INFO Connector registered with ID',
      'INFO Running AlienVault connector...',
      'INFO 37 pulses since the last run',
      'INFO Last run stored, next run in 30 minutes',
    ],
    seenMinutesAgo: 1,
    createdDaysAgo: 118,
  },
  {
    slug: 'mitre',
    name: 'mitre',
    title: 'MITRE ATT&CK',
    user: '[C] MITRE ATT&CK',
    requested: 'starting',
    reported: 'stopped',
    health: { restarts: 11, upMinutes: 0, loop: true },
    logs: [
      'INFO Running MITRE connector...',
      "ERROR HTTPSConnectionPool(host='raw.githubusercontent.com', port=443): Max retries exceeded",
      'ERROR Connection refused by the proxy',
      'INFO Connector stopped',
    ],
    seenMinutesAgo: 60 * 3,
    createdDaysAgo: 118,
  },
  {
    slug: 'mitre-atlas',
    name: 'mitre-atlas',
    title: 'MITRE ATLAS',
    user: '[C] MITRE ATT&CK',
    requested: 'stopping',
    reported: 'stopped',
    logs: ['INFO Connector stopped'],
    seenMinutesAgo: 60 * 26,
    createdDaysAgo: 60,
  },
  {
    slug: 'cisa-kev',
    name: 'cisa-kev',
    title: 'CISA KEV',
    requested: 'stopped',
    reported: null,
    createdDaysAgo: 2,
  },
]

/** What OpenAEV's composer would run. */
export const DEMO_OPENAEV: readonly ManagedConnector[] = [
  {
    slug: 'openaev-atomic-red-team',
    name: 'atomic-red-team',
    title: 'Atomic Red Team',
    requested: 'stopping',
    reported: 'stopped',
    createdDaysAgo: 33,
  },
]
