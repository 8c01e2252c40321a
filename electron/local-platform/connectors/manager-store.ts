import type { Database } from '#base/sqlite.ts'
import type { ManagerPlatform } from './connector-store.ts'

/** A registered composer. */
export interface ConnectorManager {
  readonly id: string
  readonly name: string
  /** PEM as it was given; not looked at until something is to be sealed with it */
  readonly public_key: string
  /** of the platform, when it registered */
  readonly version: string
  /** ms since the epoch */
  readonly last_sync_at: number
}

/** From then on a silent manager counts as inactive (opencti-api.md §5.2). */
export const MANAGER_ACTIVE_MS = 5 * 60_000

/** The registered composers, one for each protocol at most. */
export interface ManagerStore {
  of(platform: ManagerPlatform): ConnectorManager | null
  put(platform: ManagerPlatform, manager: ConnectorManager): void
  /** Notes a sign of life. */
  seen(platform: ManagerPlatform, now: number): void
}

export function managerStore(database: Database): ManagerStore {
  const read = database.prepare(
    'SELECT id, name, public_key, version, last_sync_at FROM connector_managers WHERE platform = ?',
  )
  const write = database.prepare(
    `INSERT OR REPLACE INTO connector_managers (platform, id, name, public_key, version, last_sync_at)
     VALUES (?, ?, ?, ?, ?, ?)`,
  )
  const touch = database.prepare('UPDATE connector_managers SET last_sync_at = ? WHERE platform = ?')
  return {
    of: (platform) => (read.get(platform) as ConnectorManager | undefined) ?? null,
    put: (platform, { id, name, public_key, version, last_sync_at }) =>
      void write.run(platform, id, name, public_key, version, last_sync_at),
    seen: (platform, now) => void touch.run(now, platform),
  }
}
