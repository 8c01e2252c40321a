import type { RandomSource } from '#base/crypto.ts'
import { DAY_MS } from '#shared/domain/token.ts'
import { type Catalogs, imageOf } from '../connectors/catalog/catalogs.ts'
import { isOfOpenAev } from '../connectors/catalog/contract.ts'
import type { ConnectorReports } from '../connectors/connector-reports.ts'
import { type Connector, type ConnectorStore, unknownConnector } from '../connectors/connector-store.ts'
import { contractSettings } from '../connectors/contract-settings.ts'
import type { ManagerStore } from '../connectors/manager-store.ts'
import { newId } from '../ids.ts'
import type { User } from '../users/user.ts'
import {
  COMPOSER_SILENT_MINUTES,
  DEMO_MANAGED,
  DEMO_OPENAEV,
  DEMO_UNMANAGED,
  type ManagedConnector,
  type UnmanagedConnector,
} from './demo-connector-list.ts'

const MINUTE_MS = 60_000
/** As long as a sealed value for a key of 4096 bits: version, RSA block, ciphertext and tag. */
const SEALED_BYTES = 1 + 512 + 32

/** Its private half was thrown away: whatever is sealed with it stays sealed. */
const DEMO_PUBLIC_KEY = `-----BEGIN RSA PUBLIC KEY-----
MIICCgKCAgEAvpFCBbuPcoekCbVO3PWk+7EZ2WI/obcK/KhtgGTeE8HEjhj5IFxD
/H0rUGyPZVtmjUsXd1Xu5k/a0StkxL/qQ7384fRouqRGuC2T14z2A+tf/K829n9q
KvNhszcBPi2DAJGMcwxAkzOlLIJxINXfwkxiK0Cjc8a4lzwQna5jVidLCQzzQEgK
pm2DMJmN1RKbMbCY1fmfq7Goh5/UJVuxMVAqRopB0QWMMYIpzWTtuStd7kgcZ76r
J5rhG5kucuTJo2s2xq9PCrCvi/qc+j6PejrP6EJ92f33Cu+3kjNibXRG6jy39ejh
OXjf5fBbdRQ4OuM8OnO2LouYTqbD4HoVkBX0n8LaO5CzjY0hdrwY4kINjVy0/NN4
uEkoTqk6W42ZXoeY8jtm84bB4K7o8Wzn8y3udjM+tWeJ379wt/4sWGPhX9i6h9Ge
6RtG9LI2CskSF5XIQzsHQMVBnYfm6889R4pDKFJINKZGcpqA+4ATuJ704EPoN3Qd
U/WwQZ95InxCufv35bziFy2Kae0RZGnpGmFTOEgWhkQA5FFnS/HL62dfp+SyDC4I
cOMc/7PxxmjGYLxlNYYLRjSMByC4WaB3udAJtNjqx3CEvpczfmvJFriaTugs6xD6
rTUHES/7/Am7fNN1LUUrfHcmLRFB6KmA7VxTpjxhVnCw/LQdpkZZ8Z0CAwEAAQ==
-----END RSA PUBLIC KEY-----
`

export interface DemoConnectorParts {
  readonly connectors: ConnectorStore
  readonly managers: ManagerStore
  readonly reports: ConnectorReports
  readonly catalogs: Catalogs
  /** the demo's people */
  readonly userByName: ReadonlyMap<string, User>
  readonly random: RandomSource
  readonly version: string
}

/** What runs beside such a platform, and what is known of it since the composer's last contact. */
export function addConnectors(parts: DemoConnectorParts, now: number): void {
  const { connectors, managers, reports, catalogs, random, version } = parts
  const contact = now - COMPOSER_SILENT_MINUTES * MINUTE_MS

  for (const demo of DEMO_UNMANAGED) connectors.add(unmanaged(demo, parts, now))
  for (const demo of [...DEMO_MANAGED, ...DEMO_OPENAEV]) {
    const found = catalogs.bySlug(demo.slug)
    // A platform that stands for OpenCTI has no contract of OpenAEV.
    if (!found) continue
    const { contract, catalog } = found
    const settings = contractSettings(contract, demo.settings ?? [], [], () => ciphertext(random))
    const connector: Connector = {
      ...described(demo, parts, now),
      platform: isOfOpenAev(contract) ? 'openaev' : 'opencti',
      connector_type: contract.container_type,
      connector_scope: settings.find(({ key }) => key === 'CONNECTOR_SCOPE')?.value ?? '',
      is_managed: 1,
      catalog_id: catalog.id,
      manager_requested_status: demo.requested,
      manager_current_status: demo.reported,
      manager_contract_image: demo.version
        ? `${contract.container_image}:${demo.version}`
        : imageOf(contract),
    }
    connectors.add(connector, settings)
    if (demo.logs) reports.putLogs(connector.id, demo.logs, contact)
    if (demo.health) reports.putHealth(connector.id, healthOf(demo.health, contact))
  }
  managers.put('opencti', {
    id: 'demo-composer',
    name: 'Demo composer',
    public_key: DEMO_PUBLIC_KEY,
    version,
    last_sync_at: contact,
  })
}

function unmanaged(demo: UnmanagedConnector, parts: DemoConnectorParts, now: number): Connector {
  return {
    ...described(demo, parts, now),
    connector_type: demo.type,
    connector_scope: demo.scope,
    auto: demo.type === 'INTERNAL_ENRICHMENT' ? 1 : 0,
    built_in: demo.user ? 0 : 1,
  }
}

function described(
  { name, title, user, seenMinutesAgo, createdDaysAgo }: UnmanagedConnector | ManagedConnector,
  { userByName, random }: DemoConnectorParts,
  now: number,
): Connector {
  const createdAt = now - createdDaysAgo * DAY_MS
  const seen = seenMinutesAgo === undefined ? null : now - seenMinutesAgo * MINUTE_MS
  return {
    ...unknownConnector(newId(random), name, title, createdAt),
    connector_user_row: (user && userByName.get(user)?.row) || null,
    last_seen_at: seen,
    updated_at: seen ?? createdAt,
  }
}

const healthOf = ({ restarts, upMinutes, loop }: NonNullable<ManagedConnector['health']>, at: number) => ({
  restartCount: restarts,
  startedAt: at - upMinutes * MINUTE_MS,
  inRebootLoop: loop,
  at,
})

function ciphertext(random: RandomSource): string {
  return Buffer.concat([Buffer.from([2]), random(SEALED_BYTES)]).toString('base64')
}
