import { lazy, Suspense, useMemo } from 'react'
import { useStore } from 'zustand'
import type { Connection } from '#shared/contract/connections.ts'
import { NO_POLICY } from '#shared/domain/token-policy.ts'
import { TokensProvider } from '../features/tokens/context.tsx'
import { type TokensPlace, TokensView } from '../features/tokens/TokensView.tsx'
import { TokenTabs } from '../features/tokens/TokenTabs.tsx'
import { IncidentPlace, IncidentsSurroundings, IncidentTools, isIncidentRoute } from './Incidents.tsx'
import { useClipboardStatus, useIdentity, useLooks, usePage, useRoute } from './page-context.tsx'

// The tokens of everybody are a table of their own kind, fetched when somebody looks at them.
const InventoryPage = lazy(() => import('./InventoryPage.tsx'))

/** Tokens of the connection: of everybody, of its holder, of single users; what is wrong with them, and those that are gone. */
export function TokensPage({ connection }: { connection: Connection }) {
  const { router } = usePage()
  const route = useRoute()
  if (route.view !== 'tokens') return null
  return (
    <IncidentsSurroundings connection={connection}>
      <TokenTabs
        scope={isIncidentRoute(route) ? null : route.scope}
        onScope={(scope) =>
          router.go(scope === 'users' ? { view: 'tokens', scope, userId: null } : { view: 'tokens', scope })
        }
        tools={<IncidentTools />}
      />
      {isIncidentRoute(route) ? (
        <IncidentPlace route={route} />
      ) : route.scope === 'mine' || route.scope === 'users' ? (
        <TokensOfUsers connection={connection} place={route as TokensPlace} />
      ) : (
        <Suspense fallback={null}>
          <InventoryPage
            connection={connection}
            scope={route.scope}
            finding={route.scope === 'all' ? route.finding : undefined}
          />
        </Suspense>
      )}
    </IncidentsSurroundings>
  )
}

/** Tokens of the connection's holder and of single users. */
function TokensOfUsers({ connection, place }: { connection: Connection; place: TokensPlace }) {
  const { host, tokens, upkeep, incidents, pageClipboard, save, settings, system, router } = usePage()
  const search = useLooks((looks) => looks.search)
  const chosen = useStore(settings, (state) => state.settings)
  const clipboard = useStore(system, (state) => state.info?.clipboard ?? 'system')
  const clipboardStatus = useClipboardStatus()
  const identity = useIdentity(connection.id)
  const value = useMemo(
    () => ({
      client: host.client,
      store: tokens,
      upkeep,
      pageClipboard,
      save,
      connection,
      identity,
      clipboard,
      clipboardStatus,
      clipboardClearSeconds: chosen?.clipboardClearSeconds ?? 30,
      tokenNameTemplate: chosen?.tokenNameTemplate ?? '',
      tokenPolicy: chosen?.tokenPolicy ?? NO_POLICY,
      onShowUser: (userId: string | null) => router.go({ view: 'tokens', scope: 'users', userId }),
      onLostDevice: (userId: string | null) => router.go({ view: 'tokens', scope: 'lost-device', userId }),
      onRevokeAll: (userId: string, tokenIds: string[]) =>
        incidents.actions.openBulk(connection.id, [{ userId, tokenIds }]),
    }),
    [
      host,
      tokens,
      upkeep,
      incidents,
      pageClipboard,
      save,
      connection,
      identity,
      clipboard,
      clipboardStatus,
      chosen,
      router,
    ],
  )
  return (
    <TokensProvider value={value}>
      <TokensView place={place} search={search} />
    </TokensProvider>
  )
}
