import { expect, it } from 'vitest'
import { platformUrl } from './platform-url.ts'

it.each([
  ['cti.example.org', 'https://cti.example.org'],
  [' https://cti.example.org/ ', 'https://cti.example.org'],
  ['https://cti.example.org/graphql', 'https://cti.example.org'],
  ['https://cti.example.org/dashboard', 'https://cti.example.org'],
  ['https://cti.example.org/dashboard/', 'https://cti.example.org'],
  ['https://cti.example.org/dashboard/profile/me?tab=1#tokens', 'https://cti.example.org'],
  ['https://example.org:8443/opencti/dashboard/settings/users', 'https://example.org:8443/opencti'],
  ['https://example.org/opencti/', 'https://example.org/opencti'],
  // What only begins like it belongs to the base.
  ['https://example.org/dashboards', 'https://example.org/dashboards'],
  // The first one is the page's: OpenCTI has dashboards within.
  ['https://example.org/dashboard/workspaces/dashboard/1', 'https://example.org'],
])('%s is the platform at %s', (typed, expected) => {
  expect(platformUrl(typed)).toBe(expected)
})

it.each(['', 'two words', 'ftp://example.org', 'https://user:password@example.org/dashboard'])(
  'takes nothing from "%s"',
  (typed) => {
    expect(platformUrl(typed)).toBeNull()
  },
)
