import { randomText } from '#base/crypto.ts'
import type { Logger } from '#base/logger.ts'
import type { Database } from '#base/sqlite.ts'
import { ComposerSettings } from '#shared/contract/composer.ts'
import { LOCAL_CONNECTION_ID } from '#shared/contract/connections.ts'
import type { SealedKeyPlace } from './key.ts'
import type { ComposerSecret, PlaceStore } from './secrets.ts'

/** Off, and ready to run the embedded platform's connectors on the Docker Engine of this machine. */
function defaults(): ComposerSettings {
  return {
    enabled: false,
    connectionId: LOCAL_CONNECTION_ID,
    managerId: `gatehouse-${randomText(9)}`,
    managerName: 'Gatehouse composer',
    orchestrator: 'docker',
    dockerHost: null,
    networkMode: null,
    network: null,
    portainer: { url: null, environmentId: null, caPem: null },
    kubernetes: { context: null, namespace: null },
    registry: { server: null, username: null },
    connectorUrl: null,
    executeSeconds: 30,
    logsSeconds: 10,
    crashLoopRestarts: 10,
  }
}

/** The composer's settings, its sealed key, and which of its secrets are in the keychain. */
export class ComposerSettingsStore implements SealedKeyPlace, PlaceStore {
  readonly #database: Database
  readonly #logger: Logger
  #settings: ComposerSettings

  constructor(database: Database, logger: Logger) {
    this.#database = database
    this.#logger = logger
    this.#settings = this.#read()
  }

  get current(): ComposerSettings {
    return this.#settings
  }

  keep(settings: ComposerSettings): void {
    this.#database
      .prepare(
        `INSERT INTO composer (only, settings) VALUES (1, ?)
         ON CONFLICT (only) DO UPDATE SET settings = excluded.settings`,
      )
      .run(JSON.stringify(settings))
    this.#settings = settings
  }

  /** null before the first key was made */
  get sealedKey(): Uint8Array | null {
    const row = this.#database.prepare('SELECT sealed_key FROM composer').get() as
      | { sealed_key: Uint8Array | null }
      | undefined
    return row?.sealed_key ?? null
  }

  keepKey(sealed: Uint8Array): void {
    this.keep(this.#settings)
    this.#database.prepare('UPDATE composer SET sealed_key = ?').run(sealed)
  }

  /** Whether the keychain was given this secret; its value is never here. */
  isKept(secret: ComposerSecret): boolean {
    return this.#database.prepare('SELECT 1 FROM composer_secret WHERE name = ?').get(secret) !== undefined
  }

  setKept(secret: ComposerSecret, kept: boolean): void {
    const statement = kept
      ? 'INSERT OR IGNORE INTO composer_secret (name) VALUES (?)'
      : 'DELETE FROM composer_secret WHERE name = ?'
    this.#database.prepare(statement).run(secret)
  }

  #read(): ComposerSettings {
    const row = this.#database.prepare('SELECT settings FROM composer').get() as
      | { settings: string }
      | undefined
    const fresh = defaults()
    if (row === undefined) return fresh
    try {
      // What a later version adds has a default; the manager's id never changes by itself.
      return ComposerSettings.parse({ ...fresh, ...JSON.parse(row.settings) })
    } catch {
      this.#logger.warn('the composer’s settings could not be read; their defaults are used')
      return fresh
    }
  }
}
