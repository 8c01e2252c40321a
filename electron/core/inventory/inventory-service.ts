import type { Clock } from '#base/clock.ts'
import type { InventoryDelta, InventoryStatus } from '#shared/contract/inventory.ts'
import { ConnectionInventory } from './connection-inventory.ts'
import type { Platforms } from './sessions.ts'

export interface InventoryParts {
  readonly platforms: Platforms
  readonly clock: Clock
  /** a text that no earlier call gave */
  readonly unique: () => string
}

/** The inventory of each connection (T-03). */
export class InventoryService {
  readonly #parts: InventoryParts
  readonly #inventories = new Map<string, ConnectionInventory>()

  constructor(parts: InventoryParts) {
    this.#parts = parts
  }

  watch(connectionId: string, signal?: AbortSignal): AsyncIteratorObject<InventoryStatus, undefined, void> {
    return this.#of(connectionId).watch(signal)
  }

  rows(connectionId: string, cursor: string | null): InventoryDelta {
    return this.#of(connectionId).rows(cursor)
  }

  refresh(connectionId: string): void {
    this.#of(connectionId).refresh()
  }

  retryFailed(connectionId: string): void {
    this.#of(connectionId).retryFailed()
  }

  cancel(connectionId: string): void {
    this.#of(connectionId).cancel()
  }

  /** When nothing of the connection is being read; for tests and for those who need the end. */
  settled(connectionId: string): Promise<void> {
    return this.#of(connectionId).settled()
  }

  /** The connection is removed: so is everything known of it. */
  async forget(connectionId: string): Promise<void> {
    const inventory = this.#inventories.get(connectionId)
    this.#inventories.delete(connectionId)
    await inventory?.dispose()
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#inventories.values()].map((inventory) => inventory.dispose()))
  }

  #of(connectionId: string): ConnectionInventory {
    let inventory = this.#inventories.get(connectionId)
    if (!inventory) {
      const { platforms, clock, unique } = this.#parts
      inventory = new ConnectionInventory({
        use: (work) => platforms.use(connectionId, work),
        clock,
        epoch: unique(),
      })
      this.#inventories.set(connectionId, inventory)
    }
    return inventory
  }
}
