import { expect, it } from 'vitest'
import { isPermitted } from './permissions.ts'

const PAGE = 'app://console/index.html'

it('lets our page write the clipboard after a click', () => {
  expect(isPermitted('clipboard-sanitized-write', PAGE, true)).toBe(true)
})

it.each([
  'clipboard-read',
  'media',
  'geolocation',
  'notifications',
  'midi',
  'midiSysex',
  'pointerLock',
  'keyboardLock',
  'fullscreen',
  'openExternal',
  'display-capture',
  'hid',
  'usb',
  'serial',
  'bluetooth',
  'window-management',
  'storage-access',
  'idle-detection',
  'local-network-access',
  'fileSystem',
  'a permission of a future version',
  'constructor',
])('denies %s', (permission) => expect(isPermitted(permission, PAGE, true)).toBe(false))

it('denies other pages and inner frames everything', () => {
  expect(isPermitted('clipboard-sanitized-write', 'https://example.com/', true)).toBe(false)
  expect(isPermitted('clipboard-sanitized-write', '', true)).toBe(false)
  expect(isPermitted('clipboard-sanitized-write', PAGE, false)).toBe(false)
})
