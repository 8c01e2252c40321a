import { sha256 } from '#base/crypto.ts'
import type { SealVersion } from '#base/sealing.ts'
import type { Deed } from '../tokens/token-store.ts'
import type { User } from '../users/user.ts'
import type { ComposerTokens } from './composer-tokens.ts'
import type { Connector, ConnectorStore, Setting } from './connector-store.ts'
import type { ManagerStore } from './manager-store.ts'

/** Everything a composer puts into a container. */
export interface Deployment {
  readonly settings: readonly Setting[]
  readonly hash: string
}

export interface Deployments {
  /** For the composer. Side effect: a token of the connector's user is made where there is none (opencti-api.md §5.2). */
  of(connector: Connector, deed: Deed): Deployment
  /** For a reader: the same hash, nothing is made. */
  peek(connector: Connector): Deployment
}

export interface DeploymentParts {
  readonly connectors: ConnectorStore
  readonly managers: ManagerStore
  readonly tokens: ComposerTokens
  readonly userByRow: (row: number) => User | null
  readonly sealing: (platform: Connector['platform']) => SealVersion
  /** the one plaintext token of a user, on a platform that has no others; null elsewhere */
  readonly plaintextOf: ((owner: User) => string) | null
}

/**
 * The settings of a connector and what the platform adds: its id, name and type, the token that it calls with, and for
 * OpenCTI the proxy's strictness.
 */
export function deployments(parts: DeploymentParts): Deployments {
  const { connectors, managers, tokens, userByRow, sealing, plaintextOf } = parts

  const token = (connector: Connector, deed: Deed | null): Omit<Setting, 'key'> | null => {
    const owner = connector.connector_user_row === null ? null : userByRow(connector.connector_user_row)
    const { catalog_id, platform } = connector
    if (!owner || catalog_id === null) return null
    if (plaintextOf) return { value: plaintextOf(owner), encrypted: false }
    const manager = managers.of(platform)
    const value =
      deed && manager
        ? tokens.sealed(owner, catalog_id, manager, sealing(platform), deed)
        : tokens.peek(owner, catalog_id)
    return value === null ? null : { value, encrypted: true }
  }

  const deployment = (connector: Connector, deed: Deed | null): Deployment => {
    const found = token(connector, deed)
    const settings = [
      ...connectors.settings(connector.id),
      ...ownSettings(connector),
      ...(found
        ? [{ key: connector.platform === 'openaev' ? 'OPENAEV_TOKEN' : 'OPENCTI_TOKEN', ...found }]
        : []),
    ]
    const image = connector.manager_contract_image ?? ''
    return { settings, hash: deploymentHash(image, settings, connector.state_reset_at) }
  }

  return {
    of: deployment,
    peek: (connector) => deployment(connector, null),
  }
}

function ownSettings({ platform, id, name, connector_type }: Connector): Setting[] {
  const plain = (key: string, value: string): Setting => ({ key, value, encrypted: false })
  if (platform === 'openaev') {
    const kind = connector_type === 'INJECTOR' ? 'INJECTOR' : 'COLLECTOR'
    return [plain(`${kind}_ID`, id), plain(`${kind}_NAME`, name)]
  }
  return [
    plain('CONNECTOR_ID', id),
    plain('CONNECTOR_NAME', name),
    plain('CONNECTOR_TYPE', connector_type),
    plain('HTTPS_PROXY_REJECT_UNAUTHORIZED', 'true'),
  ]
}

/** Short and opaque; another one whenever something of the deployment is another (opencti-api.md §5.2). */
function deploymentHash(
  image: string,
  settings: readonly { readonly key: string; readonly value: string }[],
  stateResetAt: number | null,
): string {
  const text = JSON.stringify([image, settings.map(({ key, value }) => `${key}|${value}`), stateResetAt])
  return sha256(text).toString('hex').slice(0, 16)
}
