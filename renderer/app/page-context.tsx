import { createContext, type ReactNode, useContext } from 'react'
import { useStore } from 'zustand'
import type { Connection } from '#shared/contract/connections.ts'
import type { ClipboardStatus } from '#shared/contract/system.ts'
import { activeConnection, type Looks, type Page } from './page.ts'
import type { Route } from './routes.ts'

const PageContext = createContext<Page | null>(null)

export function PageProvider({ page, children }: { page: Page; children: ReactNode }) {
  return <PageContext value={page}>{children}</PageContext>
}

export function usePage(): Page {
  const page = useContext(PageContext)
  if (!page) throw new Error('No PageProvider above')
  return page
}

export function useRoute(): Route {
  return useStore(usePage().router.store, ({ route }) => route)
}

export function useLooks<Result>(select: (looks: Looks) => Result): Result {
  return useStore(usePage().looks, select)
}

export function useActiveConnection(): Connection | null {
  const { settings, connections } = usePage()
  const id = useStore(settings, (state) => state.settings?.activeConnectionId ?? null)
  const list = useStore(connections, (state) => state.list)
  return activeConnection(id, list)
}

/** Who the connection's token is, as last known; null when it was never known. */
export function useIdentity(connectionId: string) {
  return useStore(usePage().connections, (state) => state.identities[connectionId] ?? null)
}

/** What the clipboard holds of ours, told by whoever writes it. */
export function useClipboardStatus(): ClipboardStatus {
  const { system, pageClipboard } = usePage()
  const byPage = useStore(pageClipboard.store)
  const bySystem = useStore(system, (state) => state.status?.clipboard)
  const place = useStore(system, (state) => state.info?.clipboard)
  return place === 'page' || bySystem === undefined ? byPage : bySystem
}
