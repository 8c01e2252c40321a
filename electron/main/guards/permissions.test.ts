import { expect, it, vi } from 'vitest'
import { denyByDefault, isPermitted } from './permissions.ts'

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

it('is in charge of a session’s requests, checks, devices and screens', () => {
  const handlers = {
    setPermissionRequestHandler: vi.fn(),
    setPermissionCheckHandler: vi.fn(),
    setDevicePermissionHandler: vi.fn(),
    setDisplayMediaRequestHandler: vi.fn(),
  }
  denyByDefault(handlers)
  const set = (name: keyof typeof handlers) => handlers[name].mock.calls[0]?.[0]
  const asked: boolean[] = []
  const from = { requestingUrl: PAGE, isMainFrame: true }
  for (const permission of ['media', 'clipboard-sanitized-write'])
    set('setPermissionRequestHandler')(null, permission, (granted: boolean) => asked.push(granted), from)
  expect(asked).toEqual([false, true])
  const check = set('setPermissionCheckHandler')
  expect(check(null, 'media', 'app://console', from)).toBe(false)
  expect(check(null, 'clipboard-sanitized-write', 'app://console', { isMainFrame: true })).toBe(true)
  expect(check(null, 'clipboard-sanitized-write', 'https://example.com', { isMainFrame: true })).toBe(false)
  expect(set('setDevicePermissionHandler')({ deviceType: 'usb', origin: 'app://console' })).toBe(false)
  const screens = vi.fn()
  set('setDisplayMediaRequestHandler')({}, screens)
  expect(screens).toHaveBeenCalledWith({})
})
