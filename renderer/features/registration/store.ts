import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Problem } from '#shared/contract/problem.ts'
import type { LocalXtmOne, Registration, RegistrationDay } from '#shared/contract/registration.ts'
import type { Host } from '../../client.ts'
import { problemOf } from '../../i18n/problem-of.ts'

export interface RegistrationStoreState {
  connectionId: string | null
  /** null until the core has spoken of this connection */
  registration: Registration | null
  /** why nothing comes from the core */
  problem: Problem | null
  day: RegistrationDay | null
  dayProblem: Problem | null
  /** a beat that was asked for here is under way */
  registering: boolean
  reading: boolean
  /** what became of the last beat that was asked for here */
  registerProblem: Problem | null
}

export interface RegistrationActions {
  /** Turns to another connection: what was read of the one before is dropped. */
  turnTo(connectionId: string | null): void
  /** Follows the registration while somebody looks; returns the end of that. Several may look at once. */
  look(): () => void
  refresh(): Promise<void>
  registerNow(): Promise<void>
  /** What the embedded platform registers with, whatever the connection. */
  local(): Promise<Answer<LocalXtmOne>>
  setLocal(chosen: Omit<LocalXtmOne, 'hasToken'> & { token: string | null }): Promise<Answer<LocalXtmOne>>
}

export type Answer<Value> = { value: Value; problem: null } | { value: null; problem: Problem }

export type RegistrationStore = StoreApi<RegistrationStoreState> & { readonly actions: RegistrationActions }

const EMPTY: RegistrationStoreState = {
  connectionId: null,
  registration: null,
  problem: null,
  day: null,
  dayProblem: null,
  registering: false,
  reading: false,
  registerProblem: null,
}

export function createRegistrationStore(host: Host): RegistrationStore {
  const store = createStore<RegistrationStoreState>(() => EMPTY)
  let watchers = 0
  let unfollow = (): void => {}

  const isCurrent = (connectionId: string): boolean => store.getState().connectionId === connectionId

  function follow(): void {
    unfollow()
    unfollow = () => {}
    const { connectionId } = store.getState()
    if (connectionId === null || watchers === 0) return
    unfollow = host.follow(
      (client, options) => client.registration.watch({ connectionId }, options),
      (registration) => {
        const before = store.getState().registration
        store.setState({ registration, problem: null })
        if (store.getState().day === null || marks(before) !== marks(registration)) void readDay(connectionId)
      },
      (error) => {
        const problem = problemOf(error)
        // A lost link is told by the page itself.
        if (problem.code !== 'stopping') store.setState({ problem })
      },
    )
  }

  async function readDay(connectionId: string): Promise<void> {
    try {
      const day = await host.client.registration.day({ connectionId })
      if (isCurrent(connectionId)) store.setState({ day, dayProblem: null })
    } catch (error) {
      if (isCurrent(connectionId)) store.setState({ dayProblem: problemOf(error) })
    }
  }

  return Object.assign(store, {
    actions: {
      turnTo(connectionId: string | null) {
        if (isCurrent(connectionId ?? '') || connectionId === store.getState().connectionId) return
        store.setState({ ...EMPTY, connectionId })
        follow()
      },
      look() {
        watchers += 1
        if (watchers === 1) follow()
        let looking = true
        return () => {
          if (!looking) return
          looking = false
          watchers -= 1
          if (watchers === 0) follow()
        }
      },
      async refresh() {
        const { connectionId } = store.getState()
        if (connectionId === null) return
        store.setState({ reading: true })
        try {
          const registration = await host.client.registration.refresh({ connectionId })
          if (isCurrent(connectionId)) store.setState({ registration, problem: null })
          await readDay(connectionId)
        } catch (error) {
          if (isCurrent(connectionId)) store.setState({ problem: problemOf(error) })
        } finally {
          if (isCurrent(connectionId)) store.setState({ reading: false })
        }
      },
      async registerNow() {
        const { connectionId } = store.getState()
        if (connectionId === null) return
        store.setState({ registering: true, registerProblem: null })
        try {
          const registration = await host.client.registration.registerNow({ connectionId })
          if (isCurrent(connectionId)) store.setState({ registration })
        } catch (error) {
          if (isCurrent(connectionId)) store.setState({ registerProblem: problemOf(error) })
        } finally {
          if (isCurrent(connectionId)) store.setState({ registering: false })
        }
      },
      local: () => answerTo(host.client.registration.local()),
      setLocal: (chosen: Parameters<RegistrationActions['setLocal']>[0]) =>
        answerTo(host.client.registration.setLocal(chosen)),
    },
  })
}

/** What of a registration makes the day's points out of date. */
function marks(registration: Registration | null): string {
  const known = registration?.record.known
  if (known?.state !== 'reported') return known?.state ?? ''
  return `${registration?.state} ${known.value.attempts[0]?.startedAt ?? ''}`
}

async function answerTo<Value>(question: Promise<Value>): Promise<Answer<Value>> {
  try {
    return { value: await question, problem: null }
  } catch (error) {
    return { value: null, problem: problemOf(error) }
  }
}
