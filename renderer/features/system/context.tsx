import { createContext, type ReactNode, useContext } from 'react'
import { useStore } from 'zustand'
import type { SystemState, SystemStore } from './store.ts'

const SystemContext = createContext<SystemStore | null>(null)

export function SystemProvider({ store, children }: { store: SystemStore; children: ReactNode }) {
  return <SystemContext value={store}>{children}</SystemContext>
}

export function useSystemStore(): SystemStore {
  const store = useContext(SystemContext)
  if (!store) throw new Error('No SystemProvider above')
  return store
}

export function useSystem<Result>(select: (state: SystemState) => Result): Result {
  return useStore(useSystemStore(), select)
}
