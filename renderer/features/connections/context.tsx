import { createContext, type ReactNode, useContext } from 'react'
import { useStore } from 'zustand'
import type { KeychainStatus } from '#shared/contract/system.ts'
import type { ConnectionsActions, ConnectionsState, ConnectionsStore } from './store.ts'

/** What the connections' views get from the rest of the page. */
export interface ConnectionsEnvironment {
  readonly store: ConnectionsStore
  readonly activeId: string | null
  /** the core is out of reach: states are as old as the last word from it */
  readonly lost: boolean
  readonly onActivate: (id: string) => void
  /** null until the core has spoken */
  readonly keychain: KeychainStatus['state'] | null
}

const ConnectionsContext = createContext<ConnectionsEnvironment | null>(null)

export function ConnectionsProvider({
  value,
  children,
}: {
  value: ConnectionsEnvironment
  children: ReactNode
}) {
  return <ConnectionsContext value={value}>{children}</ConnectionsContext>
}

export function useConnectionsEnvironment(): ConnectionsEnvironment {
  const environment = useContext(ConnectionsContext)
  if (!environment) throw new Error('No ConnectionsProvider above')
  return environment
}

export function useConnections<Result>(select: (state: ConnectionsState) => Result): Result {
  return useStore(useConnectionsEnvironment().store, select)
}

export function useConnectionsActions(): ConnectionsActions {
  return useConnectionsEnvironment().store.actions
}
