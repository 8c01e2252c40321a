import { expect, it } from 'vitest'
import { profileFolder } from './profile-folder.ts'

it.each([
  ['linux', {}, '/home/ada/.config/gatehouse'],
  ['linux', { XDG_CONFIG_HOME: '/conf' }, '/conf/gatehouse'],
  ['linux', { XDG_CONFIG_HOME: '' }, '/home/ada/.config/gatehouse'],
  ['darwin', {}, '/home/ada/Library/Application Support/Gatehouse'],
  ['win32', { APPDATA: '/roaming' }, '/roaming/Gatehouse'],
  ['linux', { GATEHOUSE_PROFILE: '/elsewhere' }, '/elsewhere'],
] as const)('on %s with %j is %s', (platform, environment, folder) => {
  expect(profileFolder({ platform, home: '/home/ada', environment })).toBe(folder)
})
