import { useMemo } from 'react'
import type { Connection } from '#shared/contract/connections.ts'
import { ConnectorsView } from '../features/connectors/ConnectorsView.tsx'
import { ConnectorsProvider } from '../features/connectors/context.tsx'
import { useIdentity, useLooks, usePage } from './page-context.tsx'

/** The connectors of a connection, with what they need of the rest of the page. */
export function ConnectorsPage({
  connection,
  connectorId,
}: {
  connection: Connection
  connectorId: string | null
}) {
  const { connectors, composer, router } = usePage()
  const search = useLooks((looks) => looks.search)
  const identity = useIdentity(connection.id)
  const value = useMemo(
    () => ({
      store: connectors,
      composer,
      connection,
      identity,
      onShow: (id: string | null) => router.go({ view: 'connectors', connectorId: id }),
      onComposer: () => router.go({ view: 'settings', section: 'composer' }),
      onShowUser: (userId: string) => router.go({ view: 'tokens', scope: 'users', userId }),
    }),
    [connectors, composer, connection, identity, router],
  )
  return (
    <ConnectorsProvider value={value}>
      <ConnectorsView connectorId={connectorId} search={search} />
    </ConnectorsProvider>
  )
}
