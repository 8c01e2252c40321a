import { createContext, type ReactNode, useContext, useEffect } from 'react'
import { useStore } from 'zustand'
import type { MonitorView } from '#shared/contract/heartbeat.ts'
import {
  type HeartbeatState,
  type HeartbeatStore,
  type HistoryRange,
  historyKey,
  type KeptHistory,
} from './store.ts'

const HeartbeatContext = createContext<HeartbeatStore | null>(null)

export function HeartbeatProvider({ store, children }: { store: HeartbeatStore; children: ReactNode }) {
  return <HeartbeatContext value={store}>{children}</HeartbeatContext>
}

export function useHeartbeatStore(): HeartbeatStore {
  const store = useContext(HeartbeatContext)
  if (!store) throw new Error('No HeartbeatProvider above')
  return store
}

export function useHeartbeat<Result>(select: (state: HeartbeatState) => Result): Result {
  return useStore(useHeartbeatStore(), select)
}

const NOT_READ: KeptHistory = { history: null, problem: null }

/** The past of a monitor; read again with each of its points. */
export function useHistory({ id, last }: MonitorView, range: HistoryRange): KeptHistory {
  const store = useHeartbeatStore()
  const lastAt = last?.at ?? null
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new point is a new past
  useEffect(() => void store.actions.readHistory(id, range), [store, id, range, lastAt])
  return useHeartbeat((state) => state.histories[historyKey(id, range)]) ?? NOT_READ
}
