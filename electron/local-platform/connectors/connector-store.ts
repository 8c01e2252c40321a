import type { Database } from '#base/sqlite.ts'

/** A connector as the platform knows it. Times are ms since the epoch, flags 0 or 1. */
export interface Connector {
  readonly id: string
  readonly name: string
  readonly title: string
  readonly connector_type: string
  /** parted by commas */
  readonly connector_scope: string
  readonly connector_user_row: number | null
  readonly auto: number
  readonly built_in: number
  readonly is_managed: number
  readonly manager_current_status: string | null
  readonly manager_requested_status: string | null
  readonly manager_contract_image: string | null
  readonly last_seen_at: number | null
  readonly created_at: number
  readonly updated_at: number
}

export interface ConnectorStore {
  list(): Connector[]
  byId(id: string): Connector | null
  add(connector: Connector): void
}

const COLUMNS = [
  'id',
  'name',
  'title',
  'connector_type',
  'connector_scope',
  'connector_user_row',
  'auto',
  'built_in',
  'is_managed',
  'manager_current_status',
  'manager_requested_status',
  'manager_contract_image',
  'last_seen_at',
  'created_at',
  'updated_at',
] as const

export function connectorStore(database: Database): ConnectorStore {
  const columns = COLUMNS.join(', ')
  const all = database.prepare(`SELECT ${columns} FROM connectors ORDER BY name COLLATE NOCASE, id`)
  const one = database.prepare(`SELECT ${columns} FROM connectors WHERE id = ?`)
  const insert = database.prepare(
    `INSERT INTO connectors (${columns}) VALUES (${COLUMNS.map(() => '?').join(', ')})`,
  )
  return {
    list: () => all.all() as unknown as Connector[],
    byId: (id) => (one.get(id) as Connector | undefined) ?? null,
    add: (connector) => void insert.run(...COLUMNS.map((name) => connector[name])),
  }
}
