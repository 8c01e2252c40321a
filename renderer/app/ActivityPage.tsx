import { type ReactNode, useMemo } from 'react'
import { useStore } from 'zustand'
import { ActivityView } from '../features/activity/ActivityView.tsx'
import { ActivityProvider } from '../features/activity/context.tsx'
import { useActiveConnection, useLooks, usePage } from './page-context.tsx'

/** Stands without any platform too: the ledger is the console's own. */
export function ActivityPage({ waiting }: { waiting: ReactNode }) {
  const { host, activity, connections, system, save } = usePage()
  const search = useLooks((looks) => looks.search)
  const connection = useActiveConnection()
  const ledger = useStore(system, (state) => state.status?.ledger ?? null)
  const isKnown = useStore(connections, (state) => state.list !== null)
  const value = useMemo(
    () => ({ client: host.client, store: activity, connection, ledger, save }),
    [host, activity, connection, ledger, save],
  )
  if (!isKnown) return waiting
  return (
    <ActivityProvider value={value}>
      <ActivityView search={search} />
    </ActivityProvider>
  )
}
