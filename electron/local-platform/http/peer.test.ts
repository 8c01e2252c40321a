import { describe, expect, it } from 'vitest'
import { isTrustable, peerReader } from './peer.ts'

const behind = peerReader(['127.0.0.1', '10.0.0.0/8', 'fd00::/8'])
const ip = (remote: string, forwarded?: string): string | null =>
  behind(remote, forwarded === undefined ? {} : { 'x-forwarded-for': forwarded }).ip

describe('the client behind a proxy', () => {
  it('is the last address that no trusted proxy has', () => {
    expect(ip('127.0.0.1', '203.0.113.9')).toBe('203.0.113.9')
    expect(ip('127.0.0.1', '1.2.3.4, 203.0.113.9, 10.1.2.3')).toBe('203.0.113.9')
    expect(ip('::ffff:10.9.9.9', '2001:db8::1')).toBe('2001:db8::1')
    expect(ip('fd00::5', '203.0.113.9')).toBe('203.0.113.9')
  })

  it('is the connection’s own address when nobody trusted says otherwise', () => {
    expect(ip('203.0.113.1', '198.51.100.1')).toBe('203.0.113.1')
    expect(ip('127.0.0.1')).toBe('127.0.0.1')
    expect(ip('127.0.0.1', 'unknown')).toBe('127.0.0.1')
    expect(ip('127.0.0.1', '1.2.3.4, nonsense, 10.1.1.1')).toBe('127.0.0.1')
    expect(
      peerReader([])('127.0.0.1', { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' }),
    ).toEqual({
      ip: '127.0.0.1',
      secure: false,
    })
    expect(behind(undefined, {}).ip).toBeNull()
  })

  it('is secure only when a trusted proxy says so', () => {
    const headers = { 'x-forwarded-for': '203.0.113.9', 'x-forwarded-proto': 'https' }
    expect(behind('127.0.0.1', headers).secure).toBe(true)
    expect(behind('203.0.113.1', headers).secure).toBe(false)
  })

  it('trusts addresses and networks', () => {
    for (const entry of ['127.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8'])
      expect(isTrustable(entry), entry).toBe(true)
    for (const entry of ['', 'proxy', '10.0.0.0/33', '10.0.0.0/', '10.0.0.0/8/8', '1.2.3'])
      expect(isTrustable(entry), entry).toBe(false)
  })
})
