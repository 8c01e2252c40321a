import { expect, test } from 'vitest'
import { addressOf, FIRST_ROUTE, INVENTORY_SCOPES, type Route, routeOf } from './routes.ts'

test('every route survives its address', () => {
  const routes: Route[] = [
    { view: 'overview', part: 'now' },
    { view: 'overview', part: 'monitors' },
    { view: 'tokens', scope: 'mine' },
    ...INVENTORY_SCOPES.map((scope): Route => ({ view: 'tokens', scope })),
    { view: 'tokens', scope: 'all', finding: 'never-used' },
    { view: 'tokens', scope: 'users', userId: null },
    { view: 'tokens', scope: 'users', userId: 'a/b c?#%ü' },
    { view: 'activity' },
    { view: 'settings', section: 'keychain' },
  ]
  for (const route of routes) expect(routeOf(addressOf(route))).toEqual(route)
})

test('an address that is none of ours leads to the first view', () => {
  for (const address of ['', '#', '#/', '#/nowhere', 'javascript:alert(1)'])
    expect(routeOf(address)).toEqual(FIRST_ROUTE)
  for (const address of ['#/tokens', '#/tokens/everybody'])
    expect(routeOf(address)).toEqual({ view: 'tokens', scope: 'mine' })
  expect(routeOf('#/tokens/all/no-rule')).toEqual({ view: 'tokens', scope: 'all' })
  expect(routeOf('#/settings/nothing')).toEqual({ view: 'settings', section: 'connections' })
  expect(routeOf('#/tokens/users/%E0%A4%A')).toEqual({ view: 'tokens', scope: 'users', userId: null })
})
