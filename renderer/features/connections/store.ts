import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Connection, Identity } from '#shared/contract/connections.ts'
import type { Problem } from '#shared/contract/problem.ts'
import type { ConsoleClient, Host } from '../../client.ts'
import { problemOf } from '../../i18n/problem-of.ts'

export type ConnectionDialog =
  | { name: 'add-connection' }
  | { name: 'rename-connection' | 'new-connection-token' | 'remove-connection'; connection: Connection }

export interface ConnectionsState {
  /** null until the core has spoken */
  list: readonly Connection[] | null
  /** who each connection's token is, as last told: kept while it is being tested again */
  identities: Readonly<Record<string, Identity>>
  dialog: ConnectionDialog | null
}

export type Answer<Value> = { value: Value; problem: null } | { value: null; problem: Problem }

export interface ConnectionsActions {
  open(dialog: ConnectionDialog): void
  close(): void
  /** Reads the platform again; a failed test arrives as the connection's state. */
  test(id: string): Promise<Problem | null>
  /** Any procedure of the contract, its failure as a value. */
  ask<Value>(question: (client: ConsoleClient) => Promise<Value>): Promise<Answer<Value>>
}

export type ConnectionsStore = StoreApi<ConnectionsState> & {
  readonly actions: ConnectionsActions
  start(): () => void
}

export function createConnectionsStore(host: Host): ConnectionsStore {
  const store = createStore<ConnectionsState>(() => ({ list: null, identities: {}, dialog: null }))
  const ask: ConnectionsActions['ask'] = async (question) => {
    try {
      return { value: await question(host.client), problem: null }
    } catch (error) {
      return { value: null, problem: problemOf(error) }
    }
  }
  return Object.assign(store, {
    actions: {
      open: (dialog: ConnectionDialog) => store.setState({ dialog }),
      close: () => store.setState({ dialog: null }),
      test: async (id: string) => (await ask((client) => client.connections.test({ id }))).problem,
      ask,
    },
    start: () =>
      host.follow(
        (client, options) => client.connections.watch(undefined, options),
        (list) => store.setState(({ identities }) => ({ list, identities: identitiesOf(list, identities) })),
      ),
  })
}

function identitiesOf(
  list: readonly Connection[],
  before: ConnectionsState['identities'],
): ConnectionsState['identities'] {
  const known = list.flatMap(({ id, state }): [string, Identity][] => {
    const told = state.phase === 'ready' || state.phase === 'failed' ? state.identity : null
    const identity = told ?? before[id]
    return identity ? [[id, identity]] : []
  })
  return Object.fromEntries(known)
}
