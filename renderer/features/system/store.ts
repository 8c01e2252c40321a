import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Problem } from '#shared/contract/problem.ts'
import type { AuthFailures, SystemInfo, SystemStatus } from '#shared/contract/system.ts'
import type { Host, LinkState } from '../../client.ts'
import { problemOf } from '../../i18n/problem-of.ts'
import { feelPulse } from './pulse.ts'

export interface SystemState {
  info: SystemInfo | null
  /** null until the core has spoken; kept while the link is down */
  status: SystemStatus | null
  link: LinkState
  /** the link was lost and has not come back yet, however often it is being tried */
  lost: boolean
  /** the link is open, but nobody answers */
  silent: boolean
}

export interface SystemActions {
  /** Both return what went wrong, null when nothing did. */
  recheckKeychain(): Promise<Problem | null>
  restartLocalPlatform(): Promise<Problem | null>
  dismissMishaps(): Promise<Problem | null>
  /** Who was refused at a platform; null where it does not tell. */
  authFailures(
    connectionId: string,
    first: number,
  ): Promise<{ value: AuthFailures | null; problem: null } | { value: null; problem: Problem }>
  /** Tries the way to the core now instead of later. */
  reconnect(): void
}

export type SystemStore = StoreApi<SystemState> & {
  readonly actions: SystemActions
  /** Follows the core; returns the end of that. */
  start(): () => void
}

export function createSystemStore(host: Host): SystemStore {
  const store = createStore<SystemState>(() => ({
    info: null,
    status: null,
    link: host.state(),
    lost: false,
    silent: false,
  }))

  async function learnInfo(): Promise<void> {
    if (store.getState().info !== null) return
    // Without an answer the next change of the link asks again.
    const info = await host.client.system.info().catch(() => null)
    if (info) store.setState({ info })
  }

  const attempt = async (deed: () => Promise<unknown>): Promise<Problem | null> => {
    try {
      await deed()
      return null
    } catch (error) {
      return problemOf(error)
    }
  }

  return Object.assign(store, {
    actions: {
      recheckKeychain: () => attempt(() => host.client.system.recheckKeychain()),
      restartLocalPlatform: () => attempt(() => host.client.system.restartLocalPlatform()),
      dismissMishaps: () => attempt(() => host.client.system.dismissMishaps()),
      async authFailures(connectionId: string, first: number) {
        try {
          return { value: await host.client.system.authFailures({ connectionId, first }), problem: null }
        } catch (error) {
          return { value: null, problem: problemOf(error) }
        }
      },
      reconnect: host.retry,
    },
    start() {
      const look = (): void => {
        const link = host.state()
        store.setState(({ lost }) => ({ link, lost: link === 'closed' || (lost && link !== 'open') }))
        if (link === 'open') void learnInfo()
      }
      const unsubscribe = host.subscribe(look)
      const unfollow = host.follow(
        (client, options) => client.system.watch(undefined, options),
        (status) => store.setState({ status }),
      )
      const endPulse = feelPulse(host, (silent) => store.setState({ silent }))
      look()
      return () => {
        unsubscribe()
        endPulse()
        unfollow()
      }
    },
  })
}
