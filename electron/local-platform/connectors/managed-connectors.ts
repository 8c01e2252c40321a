import type { RandomSource } from '#base/crypto.ts'
import { type SealVersion, sealFor } from '#base/sealing.ts'
import { type Database, transaction } from '#base/sqlite.ts'
import type { ConnectorEvent } from '../audit/audit-events.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { newId } from '../ids.ts'
import { type CredentialFinder, CredentialInTextError } from '../tokens/no-credentials.ts'
import type { Deed } from '../tokens/token-store.ts'
import type { User } from '../users/user.ts'
import { type Catalogs, imageOf } from './catalog/catalogs.ts'
import { isOfOpenAev, supports } from './catalog/contract.ts'
import type { ConnectorReports } from './connector-reports.ts'
import {
  type Connector,
  type ConnectorStore,
  type ManagerPlatform,
  type Setting,
  unknownConnector,
} from './connector-store.ts'
import { contractSettings, type GivenSetting } from './contract-settings.ts'
import { type ConnectorManager, MANAGER_ACTIVE_MS, type ManagerStore } from './manager-store.ts'

/** Refused for a reason that the client is told; messages are OpenCTI's (opencti-api.md §5.2). */
export class RefusedConnectorError extends Error {
  /** OpenCTI calls some refusals a functional error and others unsupported. */
  readonly unsupported: boolean

  constructor(message: string, unsupported = false) {
    super(message)
    this.name = 'RefusedConnectorError'
    this.unsupported = unsupported
  }
}

/** ISO 8601 with a time; what Date alone would read as well ("5", "May") is none. */
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/

export interface NewManagedConnector {
  readonly name: string
  readonly title: string
  readonly catalogId: string
  readonly image: string
  readonly settings: readonly GivenSetting[]
  /** the user that it runs as; called when everything else is right */
  readonly owner: () => User
}

/** Health as a composer sends it; `startedAt` is an instant in ISO 8601. */
export interface GivenHealth {
  readonly restartCount: number
  readonly startedAt: string
  readonly inRebootLoop: boolean
}

export interface ManagedConnectors {
  /** Makes a composer known, or what is known of it anew. */
  register(
    platform: ManagerPlatform,
    manager: Pick<ConnectorManager, 'id' | 'name' | 'public_key'>,
    now: number,
  ): ConnectorManager
  /** The manager after its sign of life. */
  ping(platform: ManagerPlatform, id: string, now: number): ConnectorManager
  add(wanted: NewManagedConnector, deed: Deed): Connector
  edit(
    id: string,
    changes: { name: string; title: string; owner: User; settings: readonly GivenSetting[] },
    deed: Deed,
  ): Connector
  request(id: string, status: 'starting' | 'stopping', deed: Deed): Connector
  /** What the composer saw. */
  reportStatus(platform: ManagerPlatform, id: string, status: 'started' | 'stopped', now: number): Connector
  /** @returns the id */
  reportLogs(platform: ManagerPlatform, id: string, lines: readonly string[], now: number): string
  /** @returns the id */
  reportHealth(platform: ManagerPlatform, id: string, health: GivenHealth, now: number): string
  /** Its state is forgotten; a managed one is deployed anew. */
  reset(id: string, deed: Deed): Connector
  remove(id: string, deed: Deed): void
}

export interface ManagedConnectorParts {
  readonly database: Database
  readonly audit: AuditLog
  readonly connectors: ConnectorStore
  readonly managers: ManagerStore
  readonly reports: ConnectorReports
  readonly catalogs: Catalogs
  readonly credentials: CredentialFinder
  readonly random: RandomSource
  /** of the platform, in OpenCTI's scheme */
  readonly version: string
  readonly sealing: (platform: ManagerPlatform) => SealVersion
  /** whether a manager that fell silent may be replaced by another one; OpenCTI refuses for ever */
  readonly replacesSilentManager: boolean
}

/**
 * What is done to managers and managed connectors. Every method throws RefusedConnectorError, InvalidSettingsError,
 * CredentialInTextError or UnusableKeyError and has then changed nothing.
 */
export function managedConnectors(parts: ManagedConnectorParts): ManagedConnectors {
  const { database, audit, connectors, managers, reports, catalogs, credentials, random, version, sealing } =
    parts

  const found = (id: string): Connector => {
    const connector = connectors.byId(id)
    if (!connector) throw new RefusedConnectorError('Cant find element to update')
    return connector
  }
  /** @param platform of whose composer, when it is a composer that speaks */
  const foundManaged = (id: string, platform?: ManagerPlatform): Connector => {
    const connector = found(id)
    if (connector.catalog_id === null || (platform && connector.platform !== platform))
      throw new RefusedConnectorError('Cant find element to update')
    return connector
  }
  const record = (event: ConnectorEvent['event'], { id, name }: Connector, { actor, at, source }: Deed) =>
    audit.append({
      event,
      at,
      actor: { id: actor.id, email: actor.user_email },
      connector: { id, name },
      source,
    })
  const freeName = (wanted: string, exceptId: string | null): string => {
    const name = sanitized(wanted)
    if (connectors.isNameTaken(name, exceptId))
      throw new RefusedConnectorError('CONNECTOR_NAME_ALREADY_EXISTS')
    return name
  }
  /** SECURITY: a token is kept nowhere in plaintext, wherever somebody pastes it (PRD NFR-003). */
  const withoutToken = (title: string, settings: readonly Setting[]): void => {
    if (credentials.holds(title)) throw new CredentialInTextError('The title')
    for (const { key, value, encrypted } of settings)
      if (!encrypted && credentials.holds(value)) throw new CredentialInTextError(`The setting ${key}`)
  }
  /** Seals for the manager that there is now. */
  const sealer = (platform: ManagerPlatform): ((value: string) => string) => {
    const manager = managers.of(platform)
    if (!manager) throw new RefusedConnectorError('There is no connector manager configured', true)
    return (value) => sealFor(manager.public_key, value, sealing(platform), random)
  }
  const changed = (
    id: string,
    columns: Partial<Connector>,
    event: ConnectorEvent['event'],
    deed: Deed,
  ): Connector =>
    transaction(database, () => {
      connectors.change(id, columns, deed.at)
      const connector = found(id)
      record(event, connector, deed)
      return connector
    })

  return {
    register(platform, { id, name, public_key }, now) {
      const present = managers.of(platform)
      const isSilent = present !== null && now - present.last_sync_at >= MANAGER_ACTIVE_MS
      // OpenAEV lets the newest win (opencti-api.md §6.1).
      const mayReplace = platform === 'openaev' || (parts.replacesSilentManager && isSilent)
      if (present && present.id !== id && !mayReplace)
        throw new RefusedConnectorError('Only one connector manager is supported per instance', true)
      managers.put(platform, { id, name, public_key, version, last_sync_at: now })
      return managers.of(platform) as ConnectorManager
    },

    ping(platform, id, now) {
      if (managers.of(platform)?.id !== id) throw new RefusedConnectorError('Cant find element to update')
      managers.seen(platform, now)
      return managers.of(platform) as ConnectorManager
    },

    add(wanted, deed) {
      const chosen = catalogs.byImage(wanted.catalogId, wanted.image)
      if (!chosen) throw new RefusedConnectorError('Target contract not found', true)
      const { contract } = chosen
      if (!contract.manager_supported)
        throw new RefusedConnectorError('You have not chosen a connector supported by the manager', true)
      if (!supports(version, contract.support_version))
        throw new RefusedConnectorError('This connector is not compatible with the platform version', true)
      const platform = isOfOpenAev(contract) ? 'openaev' : 'opencti'
      const seal = sealer(platform)
      const name = freeName(wanted.name, null)
      const settings = contractSettings(contract, wanted.settings, [], seal)
      withoutToken(wanted.title, settings)
      return transaction(database, () => {
        const connector: Connector = {
          ...unknownConnector(newId(random), name, wanted.title, deed.at),
          platform,
          connector_type: contract.container_type,
          connector_scope: settings.find(({ key }) => key === 'CONNECTOR_SCOPE')?.value ?? '',
          connector_user_row: wanted.owner().row,
          is_managed: 1,
          catalog_id: chosen.catalog.id,
          manager_requested_status: 'stopped',
          manager_contract_image: imageOf(chosen.contract),
        }
        connectors.add(connector, settings)
        record('connector.created', connector, deed)
        return connector
      })
    },

    edit(id, { name: wanted, title, owner, settings }, deed) {
      const connector = foundManaged(id)
      const chosen = catalogs.byImage(connector.catalog_id, connector.manager_contract_image)
      if (!chosen) throw new RefusedConnectorError('Target contract not found', true)
      const name = freeName(wanted, id)
      const next = contractSettings(
        chosen.contract,
        settings,
        connectors.settings(id),
        sealer(connector.platform),
      )
      withoutToken(title, next)
      return transaction(database, () => {
        connectors.setSettings(id, next)
        return changed(
          id,
          { name, title, connector_user_row: owner.row, manager_contract_image: imageOf(chosen.contract) },
          'connector.updated',
          deed,
        )
      })
    },

    request(id, status, deed) {
      foundManaged(id)
      const event = status === 'starting' ? 'connector.start' : 'connector.stop'
      return changed(id, { manager_requested_status: status }, event, deed)
    },

    reportStatus(platform, id, status, now) {
      foundManaged(id, platform)
      connectors.change(id, { manager_current_status: status }, now)
      return found(id)
    },

    reportLogs(platform, id, lines, now) {
      foundManaged(id, platform)
      reports.putLogs(id, lines, now)
      return id
    },

    reportHealth(platform, id, { restartCount, startedAt, inRebootLoop }, now) {
      foundManaged(id, platform)
      const started = INSTANT.test(startedAt) ? Date.parse(startedAt) : Number.NaN
      if (Number.isNaN(started) || !Number.isInteger(restartCount) || restartCount < 0)
        throw new RefusedConnectorError('The health metrics are no count and instant')
      reports.putHealth(id, { restartCount, startedAt: started, inRebootLoop, at: now })
      return id
    },

    reset(id, deed) {
      found(id)
      return changed(id, { connector_state: null, state_reset_at: deed.at }, 'connector.reset', deed)
    },

    remove(id, deed) {
      const connector = found(id)
      transaction(database, () => {
        connectors.remove(id)
        record('connector.deleted', connector, deed)
      })
    },
  }
}

const LONGEST_NAME = 63

/** A name as a container may have it: `[a-z0-9-]`, at most 63 (opencti-api.md §5.2). */
function sanitized(name: string): string {
  const plain = name
    .normalize('NFD')
    .toLowerCase()
    .replace(/\p{M}/gu, '')
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, LONGEST_NAME)
    .replace(/^-+|-+$/g, '')
  if (plain.length < 2) throw new RefusedConnectorError('The name has too few letters or digits')
  return plain
}
