import { Button } from '@mantine/core'
import { type ReactNode, useMemo } from 'react'
import { useStore } from 'zustand'
import type { Connection } from '#shared/contract/connections.ts'
import { IncidentsProvider } from '../features/incidents/context.tsx'
import { T } from '../i18n/text.tsx'
import { lazyPart, Part } from './Part.tsx'
import { usePage } from './page-context.tsx'
import type { IncidentRoute, Route } from './routes.ts'

const IncidentPlaces = lazyPart(() => import('./IncidentPlaces.tsx'))
const BulkDialog = lazyPart(() => import('../features/incidents/BulkDialog.tsx'))
const TriageDialog = lazyPart(() => import('../features/incidents/TriageDialog.tsx'))

export function isIncidentRoute(route: Route): route is IncidentRoute {
  return route.view === 'tokens' && (route.scope === 'lost-device' || route.scope === 'incidents')
}

/** The view of the route; fetched when somebody first needs it. */
export function IncidentPlace({ route }: { route: IncidentRoute }) {
  return (
    <Part>
      <IncidentPlaces route={route} />
    </Part>
  )
}

/** The way to them from the lists of tokens. */
export function IncidentTools() {
  const { incidents, router } = usePage()
  return (
    <>
      <Button variant="subtle" size="compact-sm" onClick={incidents.actions.openTriage} data-testid="triage">
        <T id="triage.open" />
      </Button>
      <Button
        variant="subtle"
        size="compact-sm"
        onClick={() => router.go({ view: 'tokens', scope: 'incidents', id: null })}
        data-testid="incidents"
      >
        <T id="incident.list" />
      </Button>
      <Button
        variant="default"
        size="compact-sm"
        onClick={() => router.go({ view: 'tokens', scope: 'lost-device', userId: null })}
        data-testid="lost-device"
      >
        <T id="device.open" />
      </Button>
    </>
  )
}

/** What the incidents' views get from the page, and the dialog that any list of tokens may open. */
export function IncidentsSurroundings({
  connection,
  children,
}: {
  connection: Connection
  children: ReactNode
}) {
  const { host, incidents, connections, settings, router, save } = usePage()
  const identity = useStore(connections, (state) => state.identities[connection.id] ?? null)
  const hasLocal = useStore(settings, (state) => state.settings?.localPlatform ?? false)
  const isTriageOpen = useStore(incidents, (state) => state.triage)
  const isBulkOpen = useStore(incidents, (state) => state.bulk !== null)
  const value = useMemo(
    () => ({
      client: host.client,
      store: incidents,
      save,
      connection,
      identity,
      onShowIncident: (id: string) => router.go({ view: 'tokens', scope: 'incidents', id }),
      onShowList: () => router.go({ view: 'tokens', scope: 'incidents', id: null }),
      onNewToken: (id: string) => {
        const wanting = connections.getState().list?.find((known) => known.id === id)
        if (wanting) connections.actions.open({ name: 'new-connection-token', connection: wanting })
      },
      onShowUser: (userId: string) => router.go({ view: 'tokens', scope: 'users', userId }),
      onLostDevice: (userId: string | null) => router.go({ view: 'tokens', scope: 'lost-device', userId }),
      onRehearse: hasLocal
        ? () => {
            void settings.change({ activeConnectionId: 'local' })
            router.go({ view: 'tokens', scope: 'lost-device', userId: null })
          }
        : null,
    }),
    [host, incidents, connections, connection, identity, hasLocal, settings, router, save],
  )
  return (
    <IncidentsProvider value={value}>
      {children}
      {isBulkOpen && (
        <Part>
          <BulkDialog />
        </Part>
      )}
      {isTriageOpen && (
        <Part>
          <TriageDialog />
        </Part>
      )}
    </IncidentsProvider>
  )
}
