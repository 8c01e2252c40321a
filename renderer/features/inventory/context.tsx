import { createContext, type ReactNode, useContext } from 'react'
import { useStore } from 'zustand'
import type { InventoryView } from '#shared/contract/settings.ts'
import type { ConsoleClient } from '../../client.ts'
import type { InventoryRow } from './row.ts'
import type { InventoryActions, InventoryState, InventoryStore } from './store.ts'

/** What the inventory's views get from the rest of the page. */
export interface InventoryEnvironment {
  readonly store: InventoryStore
  readonly client: ConsoleClient
  /** the platform remembers revoked tokens itself */
  readonly keepsRevoked: boolean
  /** the platform lets us in right now */
  readonly isConnected: boolean
  /** saved views and the choice of columns are settings of the console */
  readonly views: readonly InventoryView[]
  readonly onViews: (views: readonly InventoryView[]) => void
  readonly onColumns: (columns: readonly string[]) => void
  readonly onShowUser: (userId: string) => void
  readonly onTab: (tab: 'all' | 'findings') => void
  /** asks whether these are to be revoked */
  readonly onRevoke: (targets: { userId: string; tokenIds: string[] }[]) => void
  /** hands a file to the reader */
  readonly save: (fileName: string, text: string, type?: string) => void
  /** what is planned for a token, and the way to plan (T-16, T-17) */
  readonly plansOf: (row: InventoryRow) => ReactNode
  /** buttons of other features over the selection, for its bar */
  readonly selectionActions: ReactNode
}

const InventoryContext = createContext<InventoryEnvironment | null>(null)

export function InventoryProvider({ value, children }: { value: InventoryEnvironment; children: ReactNode }) {
  return <InventoryContext value={value}>{children}</InventoryContext>
}

export function useInventoryEnvironment(): InventoryEnvironment {
  const environment = useContext(InventoryContext)
  if (!environment) throw new Error('No InventoryProvider above')
  return environment
}

export function useInventory<Result>(select: (state: InventoryState) => Result): Result {
  return useStore(useInventoryEnvironment().store, select)
}

export function useInventoryActions(): InventoryActions {
  return useInventoryEnvironment().store.actions
}

/** Platform's clock minus ours, ms. */
export function useSkew(): number {
  return useInventory((state) => state.status?.clockSkewMs ?? 0)
}
