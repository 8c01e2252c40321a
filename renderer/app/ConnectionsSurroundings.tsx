import { type ReactNode, useMemo } from 'react'
import { useStore } from 'zustand'
import { ConnectionsProvider } from '../features/connections/context.tsx'
import { useActiveConnection, usePage } from './page-context.tsx'

/** What the connections' components need, wherever they stand. */
export function ConnectionsSurroundings({ children }: { children: ReactNode }) {
  const { connections, settings, system } = usePage()
  const active = useActiveConnection()
  const keychain = useStore(system, (state) => state.status?.keychain.state ?? null)
  const lost = useStore(system, (state) => state.lost || state.silent)
  const activeId = active?.id ?? null
  const value = useMemo(
    () => ({
      store: connections,
      activeId,
      lost,
      keychain,
      onActivate: (id: string) => void settings.change({ activeConnectionId: id }),
    }),
    [connections, settings, activeId, lost, keychain],
  )
  return <ConnectionsProvider value={value}>{children}</ConnectionsProvider>
}
