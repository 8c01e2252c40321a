import { createContext, type ReactNode, useContext } from 'react'
import { useStore } from 'zustand'
import type { Connection, Identity } from '#shared/contract/connections.ts'
import type { ConsoleClient } from '../../client.ts'
import type { IncidentsActions, IncidentsState, IncidentsStore } from './store.ts'

/** What the incidents' views get from the rest of the page. */
export interface IncidentsEnvironment {
  readonly client: ConsoleClient
  readonly store: IncidentsStore
  /** hands a file to the reader */
  readonly save: (fileName: string, text: string, type?: string) => void
  readonly connection: Connection
  /** who the connection's token is, as last known */
  readonly identity: Identity | null
  readonly onShowIncident: (id: string) => void
  readonly onShowList: () => void
  readonly onShowUser: (userId: string) => void
  /** the connection with that id needs another token */
  readonly onNewToken: (connectionId: string) => void
  readonly onLostDevice: (userId: string | null) => void
  /** turns to the embedded platform and begins there; null where it is the one in use, or off */
  readonly onRehearse: (() => void) | null
}

const IncidentsContext = createContext<IncidentsEnvironment | null>(null)

export function IncidentsProvider({ value, children }: { value: IncidentsEnvironment; children: ReactNode }) {
  return <IncidentsContext value={value}>{children}</IncidentsContext>
}

export function useIncidentsEnvironment(): IncidentsEnvironment {
  const environment = useContext(IncidentsContext)
  if (!environment) throw new Error('No IncidentsProvider above')
  return environment
}

export function useIncidents<Result>(select: (state: IncidentsState) => Result): Result {
  return useStore(useIncidentsEnvironment().store, select)
}

export function useIncidentsActions(): IncidentsActions {
  return useIncidentsEnvironment().store.actions
}
