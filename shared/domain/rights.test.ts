import { describe, expect, it } from 'vitest'
import { accountObstacles } from './account.ts'
import { BUILT_IN_ADMIN_ID, isCapable, tokenRights } from './capability.ts'
import { languageOf } from './languages.ts'
import { isPlainText, platformUrl } from './platform-url.ts'

const holder = (...capabilities: string[]) => ({ id: 'u-1', capabilities })

describe('capability', () => {
  it('is satisfied by one that contains it', () => {
    expect(isCapable(holder('SETTINGS_SETACCESSES'), 'SETTINGS')).toBe(true)
    expect(isCapable(holder('SETTINGS'), 'SETTINGS_SETACCESSES')).toBe(false)
    expect(isCapable(holder('BYPASS'), 'ANYTHING')).toBe(true)
    expect(isCapable({ id: BUILT_IN_ADMIN_ID, capabilities: [] }, 'ANYTHING')).toBe(true)
  })

  it('lets organisation administrators look but not touch', () => {
    expect(tokenRights(holder('VIRTUAL_ORGANIZATION_ADMIN', 'APIACCESS_USETOKEN'))).toEqual({
      own: true,
      listOthers: true,
      manageOthers: false,
    })
    expect(tokenRights(holder('APIACCESS'))).toEqual({ own: false, listOthers: false, manageOthers: false })
  })
})

describe('account', () => {
  const account = { ...holder('APIACCESS_USETOKEN'), accountStatus: 'Active', accountLockAfter: null }

  it('names each obstacle to a working token', () => {
    expect(accountObstacles(account, 0)).toEqual([])
    expect(accountObstacles({ ...account, capabilities: [] }, 0)).toEqual(['no-api-access'])
    expect(accountObstacles({ ...account, accountStatus: 'Locked' }, 0)).toEqual(['not-active'])
    expect(accountObstacles({ ...account, accountLockAfter: 10 }, 9)).toEqual([])
    expect(accountObstacles({ ...account, accountLockAfter: 10 }, 10)).toEqual(['lock-date-passed'])
  })
})

describe('address of a platform', () => {
  it.each([
    [' opencti.example.org ', 'https://opencti.example.org'],
    ['https://opencti.example.org/graphql', 'https://opencti.example.org'],
    ['http://127.0.0.1:4000/', 'http://127.0.0.1:4000'],
    ['https://host.example.org/base/path/', 'https://host.example.org/base/path'],
    ['https://HOST.example.org:443', 'https://host.example.org'],
  ])('%j is %j', (typed, url) => expect(platformUrl(typed)).toBe(url))

  it.each([
    '',
    '   ',
    'http://',
    'ftp://host',
    'javascript:alert(1)',
    'https://user:pass@host',
    'two words',
    'file:///etc/passwd',
  ])('%j is none', (typed) => expect(platformUrl(typed)).toBeNull())

  it('is plain text only when http leaves the machine', () => {
    expect(isPlainText('http://opencti.example.org')).toBe(true)
    expect(isPlainText('http://127.0.0.1.example.org')).toBe(true)
    for (const safe of [
      'https://opencti.example.org',
      'http://127.0.0.1:4000',
      'http://localhost',
      'http://[::1]:80',
    ]) {
      expect(isPlainText(safe)).toBe(false)
    }
  })
})

it('speaks the first language it knows', () => {
  expect(languageOf(['pt-BR', 'de-AT', 'fr'])).toBe('de')
  expect(languageOf(['zh-Hans-CN'])).toBe('zh')
  expect(languageOf([])).toBe('en')
})
