import type { ConnectionKind } from '#shared/contract/connections.ts'
import type { Route } from './routes.ts'

/** What the search field of the header searches. */
export function searchLabel(route: Route) {
  if (route.view === 'connectors') return route.connectorId === null ? 'search.connectors' : 'search.log'
  if (route.view === 'activity') return 'search.activity'
  if (route.view !== 'tokens') return 'search.tokens'
  if (route.scope === 'all') return 'search.inventory'
  if (route.scope === 'findings') return 'search.findings'
  return route.scope === 'users' && route.userId === null ? 'search.users' : 'search.tokens'
}

/** Where a list is shown that the header's field searches. */
export function hasSearch(route: Route, kind: ConnectionKind): boolean {
  if (route.view === 'tokens' && kind === 'openaev') return false
  if (route.view === 'connectors' || route.view === 'activity') return true
  return route.view === 'tokens' && route.scope !== 'lost-device' && route.scope !== 'incidents'
}
