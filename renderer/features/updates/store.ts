import { createStore, type StoreApi } from 'zustand/vanilla'
import type { UpdateStatus } from '#shared/contract/updates.ts'
import type { Host } from '../../client.ts'

export interface UpdatesState {
  /** null until the core has spoken */
  status: UpdateStatus | null
}

export type UpdatesStore = StoreApi<UpdatesState> & {
  readonly actions: { check(): void; download(fileName: string): void }
  /** Follows the core while somebody looks; returns the end of that. */
  start(): () => void
}

export function createUpdatesStore(host: Host): UpdatesStore {
  const store = createStore<UpdatesState>(() => ({ status: null }))
  // What comes of it comes with the status; a link that is gone says so itself.
  const ask = (deed: Promise<unknown>): void => void deed.catch(() => {})
  return Object.assign(store, {
    actions: {
      check: () => ask(host.client.updates.check()),
      download: (fileName: string) => ask(host.client.updates.download({ fileName })),
    },
    start: () =>
      host.follow(
        (client, options) => client.updates.watch(undefined, options),
        (status) => store.setState({ status }),
      ),
  })
}
