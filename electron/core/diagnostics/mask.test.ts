import { describe, expect, it } from 'vitest'
import { Secret } from '#base/secret.ts'
import { Mask } from './mask.ts'

const OLD_TOKEN = '3f2b9c1e-1111-4222-8333-fa4e00c0ffee'
const known = {
  secrets: [new Secret('hunter2-fake'), new Secret(OLD_TOKEN)],
  names: ['Example CERT', 'Bob Keller', 'OpenCTI', 'cti', 'opencti.corp.example'],
  home: '/home/bkeller',
  login: 'bkeller',
}
const masked = (text: string): string => {
  const mask = new Mask(known)
  mask.study(text)
  return mask.apply(text)
}

describe('goes without a trace', () => {
  it.each([
    ['a token by its shape', `said flgrn_octi_tkn_${'FAKEfake0'.repeat(6)} twice`, 'FAKEfake0'],
    ['a held value', 'it was hunter2-fake!', 'hunter2'],
    ['a held value in a URL', `?q=${encodeURIComponent('hunter2-fake')}`, 'hunter2'],
    ['a held value in base64', Buffer.from('hunter2-fake').toString('base64'), 'aHVudGVy'],
    ['an old token, which looks like an id', `Authorization ${OLD_TOKEN}`, OLD_TOKEN],
    ['a header', 'authorization: Bearer abcdefgh1234', 'abcdefgh1234'],
    ['a named value', 'APP__ADMIN__PASSWORD=ChangeMe1 next', 'ChangeMe1'],
    ['a key in base64', `key ${'Zm9vYmFyK2Jhei9xdXgrMTIzNDU2Nzg5MEFCQ0RFRkdI'}= end`, 'Zm9vYmFy'],
    ['a key in hex', `x ${'0123456789abcdef'.repeat(4)} y`, '0123456789abcdef'],
    ['a random value', 'session Xk29dLwPq0Zz81mNv4RtYb7c', 'Xk29dLwPq0'],
    ['a private key', '-----BEGIN PRIVATE KEY-----\\nMIIEfake\\n-----END PRIVATE KEY-----', 'MIIEfake'],
  ])('%s', (_, text, secret) => {
    expect(text).toContain(secret)
    expect(masked(text)).not.toContain(secret)
    expect(masked(text)).toContain('[redacted]')
  })
})

it.each([
  ['amqp://user:s3cr3tpw@queue.example:5672/', 'amqp://host-1:5672/'],
  ['via http://alice:wonder@127.0.0.1:3128', 'via http://127.0.0.1:3128'],
])('the login in an address goes with it: %s', (text, expected) => {
  expect(masked(text)).toBe(expected)
})

describe('is a number, the same one everywhere', () => {
  it.each([
    ['hosts', 'https://a.corp.example/graphql, then getaddrinfo ENOTFOUND a.corp.example', 'host-1', 2],
    ['known hosts, without an address', 'getaddrinfo ENOTFOUND opencti.corp.example', 'name-3', 1],
    ['ids', 'user 11111111-2222-4333-8444-555555555555 and 11111111-2222-4333-8444-555555555555', 'id-1', 2],
    ['people', 'Bob Keller asked, bob keller waited', 'name-2', 2],
    ['mail addresses', 'for bob.keller@corp.example', 'email-1', 1],
    ['addresses of machines', 'from 192.0.2.7 and 192.0.2.7', 'ip-1', 2],
    ['IPv6', 'from 2001:db8:0:1:2:3:4:5', 'ip-1', 1],
  ])('%s', (_, text, replacement, times) => {
    expect(masked(text).split(replacement)).toHaveLength(times + 1)
    expect(masked(text)).not.toMatch(/corp\.example|11111111|keller|192\.0|2001:db8/i)
  })

  it('different ones have different numbers', () => {
    expect(masked('https://a.example https://b.example')).toBe('https://host-1 https://host-2')
  })
})

describe('stays, because it helps', () => {
  it.each([
    'http://127.0.0.1:4000/graphql refused, [::1]:4000 too, localhost as well',
    '2026-11-25T00:10:42.123Z heartbeat-service took 12 ms',
    'at make (file:///opt/Gatehouse/out/main/chunks/DiagnosticsService2-a1B2.js:12:3)',
    'at walk (/usr/lib/node_modules/Gatehouse/out/main/electron/core/inventory/Walk2.js:12:3)',
    'OpenCTI 7.260224.0 with SETTINGS_SETACCESSES said problem.not-a-platform',
  ])('%s', (text) => {
    expect(masked(text)).toBe(text)
  })

  it('a path, without whose it is', () => {
    expect(masked('EACCES: /home/bkeller/.config/gatehouse/ledger.sqlite')).toBe(
      'EACCES: ~/.config/gatehouse/ledger.sqlite',
    )
  })
})
