import type { WebFrameMain } from 'electron'
import { expect, it } from 'vitest'
import { isTrustedFrame } from './trusted-frame.ts'

const frame = (url: string, parent: WebFrameMain | null = null, detached = false) => ({
  url,
  parent,
  detached,
})

it('trusts the top frame with our page', () => {
  const top = frame('app://console/index.html')
  expect(isTrustedFrame(top, top)).toBe(true)
})

it('refuses a frame that is gone', () => {
  expect(isTrustedFrame(null, null)).toBe(false)
  expect(isTrustedFrame(null, frame('app://console/'))).toBe(false)
  expect(isTrustedFrame(frame('app://console/'), null)).toBe(false)
})

it('refuses a frame that is not the window’s top frame now', () => {
  expect(isTrustedFrame(frame('app://console/'), frame('app://console/'))).toBe(false)
})

it('refuses a frame inside another', () => {
  const inner = frame('app://console/', frame('app://console/') as WebFrameMain)
  expect(isTrustedFrame(inner, inner)).toBe(false)
})

it('refuses another page in the top frame', () => {
  const top = frame('https://console.example/')
  expect(isTrustedFrame(top, top)).toBe(false)
})
