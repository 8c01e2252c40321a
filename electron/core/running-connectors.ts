import { homedir } from 'node:os'
import { join } from 'node:path'
import type { Clock } from '#base/clock.ts'
import type { Logger } from '#base/logger.ts'
import type { Database } from '#base/sqlite.ts'
import { ComposerChild } from './children/composer-child.ts'
import { ComposerService } from './composer/composer-service.ts'
import { newKeyPem } from './composer/key.ts'
import { ComposerSettingsStore } from './composer/settings-store.ts'
import type { ConnectionsService } from './connections/connections-service.ts'
import { ConnectorsService } from './connectors/connectors-service.ts'
import { openConnectorsDatabase } from './connectors/database.ts'
import type { ActionLedger } from './ports/action-ledger.ts'
import type { SpawnChild } from './ports/child-process.ts'
import { findDocker } from './ports/docker-places.ts'
import { localKey } from './ports/local-key.ts'
import type { SecretStore } from './ports/secret-store.ts'

export interface RunningConnectorsParts {
  readonly profileFolder: string
  readonly keyFolder: string
  /** the console's own database */
  readonly database: Database
  readonly connections: ConnectionsService
  readonly ledger: ActionLedger
  readonly secretStore: SecretStore
  readonly spawnComposer: SpawnChild
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
}

/** The composer of the console and the view of all connectors, put together: what one sees the other shows. */
export function createRunningConnectors(parts: RunningConnectorsParts) {
  const { connections, ledger, secretStore, keyFolder, clock, random, logger } = parts
  const child = new ComposerChild({ spawn: parts.spawnComposer, clock, random, logger })
  const composer = new ComposerService({
    store: new ComposerSettingsStore(parts.database, logger),
    secretStore,
    child,
    ledger,
    logger,
    platform: process.platform,
    access: (id) => connections.access(id),
    sealingKey: async () => (await localKey(secretStore, keyFolder, 'composer')).key,
    makeKey: newKeyPem,
    findDocker: () => findDocker({ platform: process.platform, home: homedir(), env: process.env }),
  })
  const database = openConnectorsDatabase(join(parts.profileFolder, 'connectors.sqlite'), (movedTo) =>
    logger.error({ movedTo }, 'The history of the connectors was damaged; it is moved aside and begun anew'),
  )
  const isReady = (id: string): boolean =>
    connections.list.find((connection) => connection.id === id)?.state.phase === 'ready'
  const connectors = new ConnectorsService({
    platforms: connections,
    ledger,
    database,
    clock,
    observations: (id) => composer.observations(id),
    isReady,
  })
  const ends = [
    connections.onChange(() => {
      void composer.follow()
      connectors.follow(connections.list.map(({ id }) => id).filter(isReady))
    }),
    child.report.subscribe(() => connectors.observed()),
  ]
  return {
    composer,
    composerState: child.state,
    connectors,
    /** The connection is removed. */
    forget: (connectionId: string) => connectors.forget(connectionId),
    /** Ends the composer and waits until it is gone; its connectors go on running. */
    async dispose(): Promise<void> {
      for (const end of ends) end()
      connectors.dispose()
      await composer.dispose()
      database.close()
    },
  }
}
