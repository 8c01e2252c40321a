import type { Clock } from '#base/clock.ts'
import type { RandomSource } from '#base/crypto.ts'
import type { SealVersion } from '#base/sealing.ts'
import type { Database } from '#base/sqlite.ts'
import type { AuditLog } from './audit/audit-log.ts'
import type { Catalogs } from './connectors/catalog/catalogs.ts'
import { composerTokens } from './connectors/composer-tokens.ts'
import { connectorGroup } from './connectors/connector-group.ts'
import type { ConnectorReports } from './connectors/connector-reports.ts'
import type { ConnectorStore, ManagerPlatform } from './connectors/connector-store.ts'
import { deployments as deploymentsOf } from './connectors/deployment.ts'
import { managedConnectors } from './connectors/managed-connectors.ts'
import type { ManagerStore } from './connectors/manager-store.ts'
import { catalogResolvers } from './graphql/catalog-resolvers.ts'
import { connectorResolvers } from './graphql/connector-resolvers.ts'
import { managerResolvers } from './graphql/manager-resolvers.ts'
import { composerRoutes } from './openaev/composer-routes.ts'
import { consoleRoutes } from './openaev/console-routes.ts'
import { answering } from './openaev/rest.ts'
import type { Peer } from './peers/peer.ts'
import type { PlaintextTokens } from './peers/plaintext-tokens.ts'
import type { CredentialFinder } from './tokens/no-credentials.ts'
import type { TokenStore } from './tokens/token-store.ts'
import type { AccountDeeds } from './users/account-deeds.ts'
import type { UserStore } from './users/user-store.ts'

export interface ConnectorSideParts {
  readonly database: Database
  readonly audit: AuditLog
  readonly users: UserStore
  readonly accounts: AccountDeeds
  readonly tokens: TokenStore
  readonly connectors: ConnectorStore
  readonly managers: ManagerStore
  readonly reports: ConnectorReports
  readonly catalogs: Catalogs
  readonly credentials: CredentialFinder
  readonly plaintext: PlaintextTokens | null
  readonly peer: Peer
  readonly enterprise: boolean
  readonly title: string
  /** address of the XTM One that is set up; null: none is */
  readonly xtmOneUrl: string | null
  readonly clock: Clock
  readonly random: RandomSource
}

/** All that has to do with connectors and composers, over both protocols and the one store. */
export function connectorSide(parts: ConnectorSideParts) {
  const { database, audit, users, accounts, tokens, connectors, managers, reports, catalogs, credentials } =
    parts
  const { plaintext, peer, enterprise, clock, random } = parts
  const { version } = peer
  // OpenAEV and OpenCTI before 7 seal by PKCS#1 v1.5 (composer.md §4).
  const sealing = (platform: ManagerPlatform): SealVersion =>
    platform === 'openaev' || !peer.apiTokens ? 1 : 2
  const deployments = deploymentsOf({
    connectors,
    managers,
    tokens: composerTokens(database, tokens, random),
    userByRow: users.byRow,
    sealing,
    plaintextOf: plaintext && ((owner) => plaintext.of(owner, clock.now())),
  })
  const managed = managedConnectors({
    database,
    audit,
    connectors,
    managers,
    reports,
    catalogs,
    credentials,
    random,
    version,
    sealing,
    replacesSilentManager: peer.extensions,
  })
  const composer = composerRoutes({ connectors, managers, managed, deployments, version })
  const person = consoleRoutes({
    connectors,
    managed,
    reports,
    title: parts.title,
    version,
    xtmOneUrl: parts.xtmOneUrl,
  })
  return {
    resolvers: [
      connectorResolvers({ connectors, reports, deployments, catalogs, users, version }),
      catalogResolvers(catalogs),
      managerResolvers({
        connectors,
        managers,
        managed,
        reports,
        deployments,
        users,
        accounts,
        mayAdd: peer.extensions || enterprise,
        connectorGroup: () => connectorGroup(database, random),
      }),
    ],
    openAev: peer.extensions
      ? answering((request, context) => person(request, context) ?? composer(request, context))
      : null,
  }
}
