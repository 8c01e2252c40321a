import { createStore, type StoreApi } from 'zustand/vanilla'
import type { ComposerSettings, ComposerView } from '#shared/contract/composer.ts'
import type { Problem } from '#shared/contract/problem.ts'
import type { Host } from '../../client.ts'
import { problemOf } from '../../i18n/problem-of.ts'

/** A connection that the composer may work for. */
export interface ConnectionChoice {
  readonly id: string
  readonly name: string
}

export interface ComposerState {
  /** null until the core has spoken */
  view: ComposerView | null
}

/** `undefined` leaves a secret as it is kept, null forgets it. */
export interface TypedSecrets {
  token?: string | null | undefined
  portainerKey?: string | null | undefined
  registryPassword?: string | null | undefined
}

/** Each gives what went wrong, null when nothing did. */
export interface ComposerActions {
  /**
   * Changes the settings that are kept. Changes go one after the other, each on what the one before left: a switch that is
   * thrown while a form is being saved does not undo the form.
   */
  save(change: Partial<ComposerSettings>, secrets?: TypedSecrets): Promise<Problem | null>
  restart(): Promise<Problem | null>
  confirmRemovals(): Promise<Problem | null>
  lookForDocker(): Promise<Problem | null>
}

export type ComposerStore = StoreApi<ComposerState> & {
  readonly actions: ComposerActions
  start(): () => void
}

export function createComposerStore(host: Host): ComposerStore {
  const store = createStore<ComposerState>(() => ({ view: null }))
  const attempt = async (deed: () => Promise<unknown>): Promise<Problem | null> => {
    try {
      await deed()
      return null
    } catch (error) {
      return problemOf(error)
    }
  }
  let saving: Promise<unknown> = Promise.resolve()
  return Object.assign(store, {
    actions: {
      save(change: Partial<ComposerSettings>, secrets: TypedSecrets = {}) {
        const saved = saving.then(() =>
          attempt(async () => {
            const { view } = store.getState()
            if (view === null) return
            const settings = { ...view.settings, ...change }
            store.setState({ view: await host.client.composer.save({ settings, secrets }) })
          }),
        )
        saving = saved
        return saved
      },
      restart: () => attempt(() => host.client.composer.restart()),
      confirmRemovals: () => attempt(() => host.client.composer.confirmRemovals()),
      lookForDocker: () => attempt(() => host.client.composer.lookForDocker()),
    },
    start: () =>
      host.follow(
        (client, options) => client.composer.watch(undefined, options),
        (view) => store.setState({ view }),
      ),
  })
}
