import type { RandomSource } from '#base/crypto.ts'
import type { Connector, ConnectorStore } from '../connectors/connector-store.ts'
import { newId } from '../ids.ts'
import type { User } from '../users/user.ts'

const DAY_MS = 86_400_000
const MINUTE_MS = 60_000

interface DemoConnector {
  readonly name: string
  readonly title: string
  readonly type: 'EXTERNAL_IMPORT' | 'INTERNAL_ENRICHMENT' | 'STREAM' | 'INTERNAL_IMPORT_FILE'
  readonly scope: string
  /** name of the demo user that it runs as; absent for what the platform does itself */
  readonly user?: string
  readonly image?: string
  /** asked by the manager and reported to it */
  readonly managed?: readonly ['starting' | 'stopping', 'started' | 'stopped']
  readonly seenMinutesAgo?: number
  readonly createdDaysAgo: number
}

/** What runs beside such a platform: managed and unmanaged, running, stopped and fallen silent, two sharing one user. */
const DEMO_CONNECTORS: readonly DemoConnector[] = [
  {
    name: 'alienvault',
    title: 'AlienVault OTX',
    type: 'EXTERNAL_IMPORT',
    scope: 'alienvault',
    user: '[C] AlienVault',
    image: 'opencti/connector-alienvault:7.261101.0',
    managed: ['starting', 'started'],
    seenMinutesAgo: 1,
    createdDaysAgo: 118,
  },
  {
    name: 'mitre',
    title: 'MITRE ATT&CK',
    type: 'EXTERNAL_IMPORT',
    scope: 'tool,report,malware,attack-pattern',
    user: '[C] MITRE ATT&CK',
    image: 'opencti/connector-mitre:7.261101.0',
    managed: ['starting', 'started'],
    seenMinutesAgo: 2,
    createdDaysAgo: 118,
  },
  {
    name: 'mitre-atlas',
    title: 'MITRE ATLAS',
    type: 'EXTERNAL_IMPORT',
    scope: 'attack-pattern,course-of-action',
    user: '[C] MITRE ATT&CK',
    image: 'opencti/connector-mitre-atlas:7.261101.0',
    managed: ['stopping', 'stopped'],
    seenMinutesAgo: 60 * 26,
    createdDaysAgo: 60,
  },
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

/** @param userByName the demo's people */
export function addConnectors(
  connectors: ConnectorStore,
  userByName: ReadonlyMap<string, User>,
  random: RandomSource,
  now: number,
): void {
  for (const demo of DEMO_CONNECTORS) connectors.add(connectorOf(demo, userByName, random, now))
}

function connectorOf(
  demo: DemoConnector,
  userByName: ReadonlyMap<string, User>,
  random: RandomSource,
  now: number,
): Connector {
  const seen = demo.seenMinutesAgo === undefined ? null : now - demo.seenMinutesAgo * MINUTE_MS
  const [requested, current] = demo.managed ?? [null, null]
  return {
    id: newId(random),
    platform: 'opencti',
    connector_state: null,
    state_reset_at: null,
    catalog_id: null,
    name: demo.name,
    title: demo.title,
    connector_type: demo.type,
    connector_scope: demo.scope,
    connector_user_row: (demo.user && userByName.get(demo.user)?.row) || null,
    auto: demo.type === 'INTERNAL_ENRICHMENT' ? 1 : 0,
    built_in: demo.user ? 0 : 1,
    is_managed: demo.managed ? 1 : 0,
    manager_current_status: current,
    manager_requested_status: requested,
    manager_contract_image: demo.image ?? null,
    last_seen_at: seen,
    created_at: now - demo.createdDaysAgo * DAY_MS,
    updated_at: seen ?? now - demo.createdDaysAgo * DAY_MS,
  }
}
