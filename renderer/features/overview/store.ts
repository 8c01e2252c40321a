import { createStore, type StoreApi } from 'zustand/vanilla'
import type { InventoryStatus } from '#shared/contract/inventory.ts'
import type { Problem } from '#shared/contract/problem.ts'
import type { Host } from '../../client.ts'
import { problemOf } from '../../i18n/problem-of.ts'

export interface OverviewState {
  connectionId: string | null
  /** how the reading of all tokens stands; null until the core has spoken of this connection */
  inventory: InventoryStatus | null
  /** why a reading could not be asked for */
  problem: Problem | null
}

export type OverviewStore = StoreApi<OverviewState> & {
  readonly actions: {
    /** Follows another connection. */
    turnTo(connectionId: string | null): void
    /** Reads all tokens again; how it goes comes with the stream. */
    readTokens(): Promise<void>
  }
}

/**
 * What the overview and the bottom bar know of the tokens: counts and progress, without the tokens themselves, which only
 * the inventory's own view needs.
 */
export function createOverviewStore({ client, follow }: Pick<Host, 'client' | 'follow'>): OverviewStore {
  const store = createStore<OverviewState>(() => ({ connectionId: null, inventory: null, problem: null }))
  let unfollow = (): void => {}
  return Object.assign(store, {
    actions: {
      turnTo(connectionId: string | null) {
        if (connectionId === store.getState().connectionId) return
        unfollow()
        unfollow = () => {}
        store.setState({ connectionId, inventory: null, problem: null })
        if (connectionId === null) return
        unfollow = follow(
          (core, options) => core.inventory.watch({ connectionId }, options),
          (inventory) => {
            if (store.getState().connectionId === connectionId) store.setState({ inventory })
          },
        )
      },
      async readTokens() {
        const { connectionId } = store.getState()
        if (connectionId === null) return
        try {
          await client.inventory.refresh({ connectionId })
          store.setState({ problem: null })
        } catch (error) {
          store.setState({ problem: problemOf(error) })
        }
      },
    },
  })
}
