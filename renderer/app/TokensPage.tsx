import type { Connection } from '#shared/contract/connections.ts'
import { type TokensPlace, TokensView } from '../features/tokens/TokensView.tsx'
import { type TokenScope, TokenTabs } from '../features/tokens/TokenTabs.tsx'
import { IncidentPlace, IncidentsSurroundings, IncidentTools, isIncidentRoute } from './Incidents.tsx'
import { lazyPart, Part } from './Part.tsx'
import { useLooks, usePage, useRoute } from './page-context.tsx'
import type { Route } from './routes.ts'
import { TokensSurroundings } from './TokensSurroundings.tsx'

// The tokens of everybody are a table of their own kind, fetched when somebody looks at them.
const InventoryPage = lazyPart(() => import('./InventoryPage.tsx'))

/** Tokens of the connection: of everybody, of its holder, of single users; what is wrong with them, and those that are gone. */
export function TokensPage({ connection }: { connection: Connection }) {
  const { router } = usePage()
  const route = useRoute()
  if (route.view !== 'tokens') return null
  return (
    <IncidentsSurroundings connection={connection}>
      <TokenTabs
        scope={isIncidentRoute(route) ? null : route.scope}
        onScope={(scope) => router.go(placeOf(scope))}
        tools={<IncidentTools />}
      />
      {isIncidentRoute(route) ? (
        <IncidentPlace route={route} />
      ) : (
        <TokensSurroundings connection={connection}>
          {route.scope === 'mine' || route.scope === 'users' || route.scope === 'plans' ? (
            <TokensOfUsers place={route as TokensPlace} />
          ) : (
            <Part>
              <InventoryPage
                connection={connection}
                scope={route.scope}
                finding={route.scope === 'all' ? route.finding : undefined}
              />
            </Part>
          )}
        </TokensSurroundings>
      )}
    </IncidentsSurroundings>
  )
}

/** Tokens of the connection's holder and of single users, and what is planned. */
function TokensOfUsers({ place }: { place: TokensPlace }) {
  const search = useLooks((looks) => looks.search)
  return <TokensView place={place} search={search} />
}

/** Where a tab leads. */
function placeOf(scope: TokenScope): Route {
  if (scope === 'users') return { view: 'tokens', scope, userId: null }
  return scope === 'plans' ? { view: 'tokens', scope, planId: null } : { view: 'tokens', scope }
}
