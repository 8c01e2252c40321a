import { createStore, type StoreApi } from 'zustand/vanilla'
import { FINDING_IDS, type FindingId } from '#shared/domain/findings.ts'

export const SETTINGS_SECTIONS = [
  'connections',
  'appearance',
  'language',
  'clipboard',
  'policy',
  'notifications',
  'local',
  'composer',
  'keychain',
  'diagnostics',
  'updates',
  'about',
] as const
export type SettingsSectionId = (typeof SETTINGS_SECTIONS)[number]

/** The parts of the tokens' view that show the tokens of everybody. */
export const INVENTORY_SCOPES = ['all', 'findings', 'revoked', 'review'] as const
export type InventoryScope = (typeof INVENTORY_SCOPES)[number]

/** Where on the page one is. */
export type Route =
  | { view: 'overview'; part: 'now' | 'monitors' }
  | { view: 'tokens'; scope: 'mine' | Exclude<InventoryScope, 'all'> }
  /** `finding`: those alone in which the rule finds something */
  | { view: 'tokens'; scope: 'all'; finding?: FindingId }
  | { view: 'tokens'; scope: 'users'; userId: string | null }
  /** `planId`: the plan that somebody came for */
  | { view: 'tokens'; scope: 'plans'; planId: string | null }
  | { view: 'tokens'; scope: 'lost-device'; userId: string | null }
  | { view: 'tokens'; scope: 'incidents'; id: string | null }
  | { view: 'xtm-one' }
  | { view: 'connectors'; connectorId: string | null }
  | { view: 'activity' }
  | { view: 'settings'; section: SettingsSectionId }

/** Responses to incidents, within the tokens' view. */
export type IncidentRoute = Extract<Route, { scope: 'lost-device' | 'incidents' }>

/** The views of the navigation, in its order and the order of the shortcuts. */
export const VIEWS = ['overview', 'tokens', 'xtm-one', 'connectors', 'activity', 'settings'] as const
export type ViewId = (typeof VIEWS)[number]

export const FIRST_ROUTE: Route = { view: 'overview', part: 'now' }

/** The route as the part of the address after `#`. Ids only; a token value has no way in here. */
export function addressOf(route: Route): string {
  if (route.view === 'settings') return `#/settings/${route.section}`
  if (route.view === 'overview') return route.part === 'now' ? '#/overview' : `#/overview/${route.part}`
  if (route.view === 'xtm-one') return '#/xtm-one'
  if (route.view === 'activity') return '#/activity'
  if (route.view === 'connectors')
    return route.connectorId === null
      ? '#/connectors'
      : `#/connectors/${encodeURIComponent(route.connectorId)}`
  if (route.scope === 'plans') return addressWithId('plans', route.planId)
  if (route.scope === 'incidents') return addressWithId('incident', route.id)
  if (route.scope === 'users' || route.scope === 'lost-device')
    return addressWithId(route.scope, route.userId)
  if (route.scope === 'all' && route.finding) return `#/tokens/all/${route.finding}`
  return `#/tokens/${route.scope}`
}

function addressWithId(part: string, id: string | null): string {
  return id === null ? `#/tokens/${part}` : `#/tokens/${part}/${encodeURIComponent(id)}`
}

/** The route of an address; the first view for what is no address of ours. */
export function routeOf(address: string): Route {
  const [, view, part, id] = address.split('/')
  if (view === 'settings') {
    const section = SETTINGS_SECTIONS.find((known) => known === part)
    return { view: 'settings', section: section ?? 'connections' }
  }
  if (view === 'overview' && part === 'monitors') return { view, part }
  if (view === 'xtm-one') return { view: 'xtm-one' }
  if (view === 'activity') return { view }
  if (view === 'connectors') return { view: 'connectors', connectorId: decoded(part) }
  if (view === 'tokens') {
    if (part === 'users' || part === 'lost-device')
      return { view: 'tokens', scope: part, userId: decoded(id) }
    if (part === 'plans') return { view, scope: part, planId: decoded(id) }
    if (part === 'incident') return { view: 'tokens', scope: 'incidents', id: decoded(id) }
    const finding = FINDING_IDS.find((known) => known === id)
    if (part === 'all' && finding) return { view, scope: part, finding }
    return { view, scope: INVENTORY_SCOPES.find((known) => known === part) ?? 'mine' }
  }
  return FIRST_ROUTE
}

function decoded(id: string | undefined): string | null {
  if (id === undefined || id === '') return null
  try {
    return decodeURIComponent(id)
  } catch {
    return null
  }
}

export interface Router {
  readonly store: StoreApi<{ route: Route }>
  go(route: Route): void
  /** Follows the address, so that Back works; returns the end of that. */
  start(): () => void
}

export function createRouter(page: Window = window): Router {
  const store = createStore(() => ({ route: routeOf(page.location.hash) }))
  return {
    store,
    go(route) {
      if (page.location.hash === addressOf(route)) return
      store.setState({ route })
      page.location.hash = addressOf(route)
    },
    start() {
      const follow = (): void => {
        const route = routeOf(page.location.hash)
        if (addressOf(route) !== addressOf(store.getState().route)) store.setState({ route })
      }
      page.addEventListener('hashchange', follow)
      return () => page.removeEventListener('hashchange', follow)
    },
  }
}
