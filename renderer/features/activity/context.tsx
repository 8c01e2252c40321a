import { createContext, type ReactNode, useContext } from 'react'
import { useStore } from 'zustand'
import type { Connection } from '#shared/contract/connections.ts'
import type { LedgerStatus } from '#shared/contract/system.ts'
import type { ConsoleClient } from '../../client.ts'
import type { ActivityActions, ActivityState, ActivityStore } from './store.ts'

/** What the activity view gets from the rest of the page. */
export interface ActivityEnvironment {
  readonly client: ConsoleClient
  readonly store: ActivityStore
  /** the platform whose audit stands beside the ledger; null until the console has told */
  readonly connection: Connection | null
  readonly ledger: LedgerStatus | null
  /** hands a file to the reader */
  readonly save: (fileName: string, text: string, type?: string) => void
}

const ActivityContext = createContext<ActivityEnvironment | null>(null)

export function ActivityProvider({ value, children }: { value: ActivityEnvironment; children: ReactNode }) {
  return <ActivityContext value={value}>{children}</ActivityContext>
}

export function useActivityEnvironment(): ActivityEnvironment {
  const environment = useContext(ActivityContext)
  if (!environment) throw new Error('No ActivityProvider above')
  return environment
}

export function useActivity<Result>(select: (state: ActivityState) => Result): Result {
  return useStore(useActivityEnvironment().store, select)
}

export function useActivityActions(): ActivityActions {
  return useActivityEnvironment().store.actions
}
