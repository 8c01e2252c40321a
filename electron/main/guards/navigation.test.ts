import { EventEmitter } from 'node:events'
import type { WebContents } from 'electron'
import { expect, it } from 'vitest'
import { guardContents, mayNavigate } from './navigation.ts'

it('keeps the top frame on our page and inner frames nowhere', () => {
  expect(mayNavigate('app://console/index.html', true)).toBe(true)
  expect(mayNavigate('https://example.com/', true)).toBe(false)
  expect(mayNavigate('file:///etc/passwd', true)).toBe(false)
  expect(mayNavigate('app://console/index.html', false)).toBe(false)
})

function guarded() {
  const contents = new EventEmitter()
  const asked: string[] = []
  let opener: (details: { url: string }) => { action: string } = () => ({ action: 'allow' })
  guardContents(
    Object.assign(contents, {
      setWindowOpenHandler: (handler: typeof opener) => {
        opener = handler
      },
    }) as unknown as WebContents,
    (address) => asked.push(address),
  )
  /** Whether the guard stopped the event. */
  const stops = (name: string, url: string, isMainFrame = true): boolean => {
    let stopped = false
    contents.emit(name, {
      url,
      isMainFrame,
      preventDefault: () => {
        stopped = true
      },
    })
    return stopped
  }
  return { stops, asked, open: (url: string) => opener({ url }) }
}

it.each(['will-navigate', 'will-frame-navigate', 'will-redirect'])('%s: stops every stranger', (name) => {
  const { stops } = guarded()
  expect(stops(name, 'https://example.com/')).toBe(true)
  expect(stops(name, 'app://console/', false)).toBe(true)
  expect(stops(name, 'app://console/')).toBe(false)
})

it('never attaches a webview', () => {
  expect(guarded().stops('will-attach-webview', 'app://console/')).toBe(true)
})

it('opens no window, not even of our own page, and hands the address on', () => {
  const { open, asked } = guarded()
  expect(open('app://console/')).toEqual({ action: 'deny' })
  expect(open('https://docs.opencti.io/')).toEqual({ action: 'deny' })
  expect(asked).toEqual(['app://console/', 'https://docs.opencti.io/'])
})
