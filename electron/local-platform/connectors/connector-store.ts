import { type Database, transaction } from '#base/sqlite.ts'

/** Whose composer runs a managed connector: OpenCTI's connectors, or OpenAEV's collectors and injectors. */
export type ManagerPlatform = 'opencti' | 'openaev'

/** A connector as the platform knows it. Times are ms since the epoch, flags 0 or 1. */
export interface Connector {
  readonly id: string
  readonly platform: ManagerPlatform
  readonly name: string
  readonly title: string
  readonly connector_type: string
  /** parted by commas */
  readonly connector_scope: string
  readonly connector_user_row: number | null
  readonly connector_state: string | null
  /** when its state was last thrown away */
  readonly state_reset_at: number | null
  readonly auto: number
  readonly built_in: number
  readonly is_managed: number
  /** set: a composer deploys it from a contract of this catalogue */
  readonly catalog_id: string | null
  readonly manager_current_status: string | null
  readonly manager_requested_status: string | null
  /** `<image>:<version>` */
  readonly manager_contract_image: string | null
  readonly last_seen_at: number | null
  readonly created_at: number
  readonly updated_at: number
}

/** One setting of a managed connector; an encrypted one holds ciphertext under the manager's key. */
export interface Setting {
  readonly key: string
  readonly value: string
  readonly encrypted: boolean
}

export interface ConnectorStore {
  list(): Connector[]
  byId(id: string): Connector | null
  /** Those that a composer of this platform deploys. */
  managedBy(platform: ManagerPlatform): Connector[]
  /** Whether another managed connector has this name. */
  isNameTaken(name: string, exceptId: string | null): boolean
  settings(connectorId: string): Setting[]
  add(connector: Connector, settings?: readonly Setting[]): void
  change(id: string, columns: Partial<Connector>, now: number): void
  /** Puts these settings in the place of all that it has. */
  setSettings(connectorId: string, settings: readonly Setting[]): void
  /** False when there is none. */
  remove(id: string): boolean
}

const COLUMNS = [
  'id',
  'platform',
  'name',
  'title',
  'connector_type',
  'connector_scope',
  'connector_user_row',
  'connector_state',
  'state_reset_at',
  'auto',
  'built_in',
  'is_managed',
  'catalog_id',
  'manager_current_status',
  'manager_requested_status',
  'manager_contract_image',
  'last_seen_at',
  'created_at',
  'updated_at',
] as const

export function connectorStore(database: Database): ConnectorStore {
  const columns = COLUMNS.join(', ')
  const order = 'ORDER BY name COLLATE NOCASE, id'
  const all = database.prepare(`SELECT ${columns} FROM connectors ${order}`)
  const one = database.prepare(`SELECT ${columns} FROM connectors WHERE id = ?`)
  const managed = database.prepare(
    `SELECT ${columns} FROM connectors WHERE catalog_id IS NOT NULL AND platform = ? ${order}`,
  )
  const sameName = database.prepare(
    'SELECT 1 FROM connectors WHERE catalog_id IS NOT NULL AND name = ? AND id IS NOT ?',
  )
  const insert = database.prepare(
    `INSERT INTO connectors (${columns}) VALUES (${COLUMNS.map(() => '?').join(', ')})`,
  )
  const removal = database.prepare('DELETE FROM connectors WHERE id = ?')
  const settings = database.prepare(
    'SELECT key, value, encrypted FROM connector_configurations WHERE connector_id = ? ORDER BY key',
  )
  const clearSettings = database.prepare('DELETE FROM connector_configurations WHERE connector_id = ?')
  const insertSetting = database.prepare(
    'INSERT INTO connector_configurations (connector_id, key, value, encrypted) VALUES (?, ?, ?, ?)',
  )
  const setSettings = (id: string, given: readonly Setting[]): void =>
    transaction(database, () => {
      clearSettings.run(id)
      for (const { key, value, encrypted } of given) insertSetting.run(id, key, value, encrypted ? 1 : 0)
    })

  return {
    list: () => all.all() as unknown as Connector[],
    byId: (id) => (one.get(id) as Connector | undefined) ?? null,
    managedBy: (platform) => managed.all(platform) as unknown as Connector[],
    isNameTaken: (name, exceptId) => sameName.get(name, exceptId) !== undefined,
    settings: (id) =>
      (settings.all(id) as unknown as { key: string; value: string; encrypted: number }[]).map((row) => ({
        ...row,
        encrypted: row.encrypted === 1,
      })),
    add: (connector, given = []) =>
      transaction(database, () => {
        insert.run(...COLUMNS.map((name) => connector[name]))
        setSettings(connector.id, given)
      }),
    change(id, changes, now) {
      const names = COLUMNS.filter((name) => Object.hasOwn(changes, name))
      const assignments = [...names, 'updated_at'].map((name) => `${name} = ?`).join(', ')
      database
        .prepare(`UPDATE connectors SET ${assignments} WHERE id = ?`)
        .run(...names.map((name) => changes[name] ?? null), now, id)
    },
    setSettings,
    remove: (id) => removal.run(id).changes > 0,
  }
}

/** A connector of which nothing is known but its name; nobody manages it. */
export function unknownConnector(id: string, name: string, title: string, now: number): Connector {
  return {
    id,
    platform: 'opencti',
    name,
    title,
    connector_type: '',
    connector_scope: '',
    connector_user_row: null,
    connector_state: null,
    state_reset_at: null,
    auto: 0,
    built_in: 0,
    is_managed: 0,
    catalog_id: null,
    manager_current_status: null,
    manager_requested_status: null,
    manager_contract_image: null,
    last_seen_at: null,
    created_at: now,
    updated_at: now,
  }
}
