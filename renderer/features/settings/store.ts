import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Problem } from '#shared/contract/problem.ts'
import type { Settings } from '#shared/contract/settings.ts'
import type { Host } from '../../client.ts'
import { problemOf } from '../../i18n/problem-of.ts'

export interface SettingsState {
  /** null until the core has spoken */
  settings: Settings | null
  /** why the last change was not kept */
  problem: Problem | null
}

export type SettingsStore = StoreApi<SettingsState> & {
  /** Shown at once, kept by the core; taken back when the core refuses. */
  change(change: Partial<Settings>): Promise<void>
  start(): () => void
}

export function createSettingsStore(host: Host): SettingsStore {
  const store = createStore<SettingsState>(() => ({ settings: null, problem: null }))
  return Object.assign(store, {
    async change(change: Partial<Settings>) {
      const before = store.getState().settings
      if (before) store.setState({ settings: { ...before, ...change }, problem: null })
      try {
        store.setState({ settings: await host.client.settings.change(change) })
      } catch (error) {
        store.setState({ settings: before, problem: problemOf(error) })
      }
    },
    start: () =>
      host.follow(
        (client, options) => client.settings.watch(undefined, options),
        (settings) => store.setState({ settings }),
      ),
  })
}
