import { expect, it, vi } from 'vitest'
import { isAllowedOutside, openExternal } from './open-external.ts'

it('hands documentation to the system’s browser', () => {
  expect(isAllowedOutside('https://docs.opencti.io/latest/administration/tokens')).toBe(true)
})

it.each([
  'http://docs.opencti.io/',
  'https://docs.opencti.io.evil.example/',
  'https://evil.example/docs.opencti.io',
  'https://docs.opencti.io@evil.example/',
  'https://user@docs.opencti.io/',
  'https://:word@docs.opencti.io/',
  'https://docs.opencti.io:8443/',
  'file:///etc/passwd',
  'javascript:alert(1)',
  'ms-msdt:/id',
  'smb://host/share',
  '',
])('refuses %s', (address) => expect(isAllowedOutside(address)).toBe(false))

it('opens what is allowed and nothing else', () => {
  const open = vi.fn(async () => {})
  openExternal('https://docs.opencti.io/', open)
  openExternal('file:///etc/passwd', open)
  expect(open.mock.calls).toEqual([['https://docs.opencti.io/']])
})
