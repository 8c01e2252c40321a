import { createContext, type ReactNode, useContext, useEffect } from 'react'
import { useStore } from 'zustand'
import type { Connection, Identity } from '#shared/contract/connections.ts'
import { isCapable } from '#shared/domain/capability.ts'
import type { ComposerStore } from './composer-store.ts'
import type { ConnectorsActions, ConnectorsState, ConnectorsStore } from './store.ts'

/** What the connectors' view gets from the rest of the page. */
export interface ConnectorsEnvironment {
  readonly store: ConnectorsStore
  readonly composer: ComposerStore
  readonly connection: Connection
  /** who the connection's token is, as last known */
  readonly identity: Identity | null
  readonly onShow: (connectorId: string | null) => void
  /** to the composer's settings */
  readonly onComposer: () => void
  /** to the tokens of a user */
  readonly onShowUser: (userId: string) => void
}

const ConnectorsContext = createContext<ConnectorsEnvironment | null>(null)

export function ConnectorsProvider({
  value,
  children,
}: {
  value: ConnectorsEnvironment
  children: ReactNode
}) {
  return <ConnectorsContext value={value}>{children}</ConnectorsContext>
}

export function useConnectorsEnvironment(): ConnectorsEnvironment {
  const environment = useContext(ConnectorsContext)
  if (!environment) throw new Error('No ConnectorsProvider above')
  return environment
}

export function useConnectors<Result>(select: (state: ConnectorsState) => Result): Result {
  return useStore(useConnectorsEnvironment().store, select)
}

export function useConnectorsActions(): ConnectorsActions {
  return useConnectorsEnvironment().store.actions
}

/** Keeps the connectors up to date while the component is drawn. */
export function useFollowing(): void {
  const { store, connection } = useConnectorsEnvironment()
  // biome-ignore lint/correctness/useExhaustiveDependencies: another connection is another stream
  useEffect(() => store.actions.follow(), [store, connection.id])
}

/** What the connection's holder may do with connectors (opencti-api.md §5.1). */
export function useConnectorRights(): { readonly look: boolean; readonly change: boolean } {
  const { identity, connection } = useConnectorsEnvironment()
  // Its rights have names of their own; each of its routes says itself what is missing.
  if (connection.kind === 'openaev') return { look: true, change: true }
  if (identity === null) return { look: true, change: false }
  const holder = { id: identity.userId, capabilities: identity.capabilities }
  return { look: isCapable(holder, 'MODULES'), change: isCapable(holder, 'MODULES_MODMANAGE') }
}

/** Whether the connectors are collectors, injectors and executors. */
export function useIsOpenAev(): boolean {
  return useConnectorsEnvironment().connection.kind === 'openaev'
}
