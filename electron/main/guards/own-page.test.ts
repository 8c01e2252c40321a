import { expect, it } from 'vitest'
import { isOwnPage } from './own-page.ts'

it.each(['app://console/', 'app://console/index.html#/tokens'])('knows %s as our page', (address) =>
  expect(isOwnPage(address)).toBe(true),
)

it.each([
  'app://console.evil/',
  'app://consoleevil/',
  'app://evil/console',
  'app://user@console/',
  'app://console:81/',
  'apps://console/',
  'https://console/',
  'file:///app/console',
  'about:blank',
  'data:text/html,app://console/',
  'not an address',
  '',
])('takes %s for a stranger', (address) => expect(isOwnPage(address)).toBe(false))
