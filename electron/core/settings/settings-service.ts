import { Live } from '#base/live.ts'
import type { Logger } from '#base/logger.ts'
import type { Database } from '#base/sqlite.ts'
import { transaction } from '#base/sqlite.ts'
import { LOCAL_CONNECTION_ID } from '#shared/contract/connections.ts'
import { Settings } from '#shared/contract/settings.ts'
import { NO_POLICY } from '#shared/domain/token-policy.ts'

export const DEFAULT_SETTINGS: Settings = {
  language: 'auto',
  scheme: 'auto',
  activeConnectionId: LOCAL_CONNECTION_ID,
  clipboardClearSeconds: 30,
  tokenNameTemplate: '{owner} {date}',
  tokenPolicy: NO_POLICY,
  localPlatform: true,
  notifications: true,
  background: 'ask',
  startAtLogin: false,
  checkForUpdates: false,
  inventoryViews: [],
  inventoryColumns: [],
}

type Key = keyof Settings
const KEYS = Object.keys(DEFAULT_SETTINGS) as Key[]

/** What the user chose, a row a key. A value that this version cannot read falls back to its default, the others stay. */
export class SettingsService {
  readonly #database: Database
  readonly #logger: Logger
  readonly #live: Live<Settings>

  constructor(database: Database, logger: Logger) {
    this.#database = database
    this.#logger = logger
    this.#live = new Live(this.#read())
  }

  get current(): Settings {
    return this.#live.value
  }

  watch(signal?: AbortSignal): AsyncIteratorObject<Settings, undefined, void> {
    return this.#live.watch(signal)
  }

  /** Runs `heard` after each change; the returned function ends that. */
  onChange(heard: () => void): () => void {
    return this.#live.subscribe(heard)
  }

  /** Keeps the given keys, then tells everybody. */
  change(changes: Partial<Settings>): Settings {
    const put = this.#database.prepare(
      'INSERT INTO setting (key, value) VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value',
    )
    transaction(this.#database, () => {
      for (const key of KEYS) {
        if (changes[key] !== undefined) put.run(key, JSON.stringify(changes[key]))
      }
    })
    this.#live.set(this.#read())
    return this.current
  }

  dispose(): void {
    this.#live.end()
  }

  #read(): Settings {
    const rows = this.#database.prepare('SELECT key, value FROM setting').all() as {
      key: string
      value: string
    }[]
    const kept = new Map(rows.map(({ key, value }) => [key, value]))
    const settings: Record<string, unknown> = {}
    for (const key of KEYS) settings[key] = this.#valueOf(key, kept.get(key))
    return settings as Settings
  }

  #valueOf(key: Key, kept: string | undefined): Settings[Key] {
    if (kept === undefined) return DEFAULT_SETTINGS[key]
    try {
      return Settings.shape[key].parse(JSON.parse(kept))
    } catch {
      this.#logger.warn({ key }, 'a setting could not be read; its default is used')
      return DEFAULT_SETTINGS[key]
    }
  }
}
