import { expect, it } from 'vitest'
import { notIn } from './debian-packages.ts'

const LISTING = [
  'ii \txvfb\txserver',
  'rc \tchromium\twww-browser',
  'ii \tlibasound2t64\tlibasound2 (= 1.2.11-1), libasound2-abi',
  '',
].join('\n')

it('counts what is installed or provided, not what was removed', () => {
  expect(notIn(LISTING, ['xvfb', 'chromium', 'libasound2', 'dbus'])).toEqual(['chromium', 'dbus'])
})
