import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { oneTimeCode, seal, systemRandom, unseal } from '#base/crypto.ts'
import { openPlatformDatabase } from '../database/open.ts'
import { userStore } from '../users/user-store.ts'
import { fromBase32, toBase32 } from './base32.ts'
import { secondFactors } from './second-factor.ts'

const NOW = Date.UTC(2026, 0, 15, 12)
const KEY = new Uint8Array(32).fill(9)

describe('codes', () => {
  it('are those of RFC 6238', () => {
    const secret = Buffer.from('12345678901234567890')
    const known = [
      [59, '287082'],
      [1111111109, '081804'],
      [1111111111, '050471'],
      [1234567890, '005924'],
      [2000000000, '279037'],
      [20000000000, '353130'],
    ] as const
    for (const [seconds, code] of known) expect(oneTimeCode(secret, Math.floor(seconds / 30))).toBe(code)
  })

  it('have secrets in base32, there and back', () => {
    expect(toBase32(Buffer.from('foobar'))).toBe('MZXW6YTBOI')
    expect(fromBase32('mzxw6ytboi======')).toEqual(new Uint8Array(Buffer.from('foobar')))
    expect(fromBase32('0189')).toBeNull()
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect([...(fromBase32(toBase32(bytes)) ?? [])]).toEqual([...bytes])
      }),
    )
  })
})

describe('what is sealed', () => {
  it('opens with its key and for its purpose alone, and unchanged', () => {
    const sealed = seal(KEY, Buffer.from('secret'), 'one')
    expect(unseal(KEY, sealed, 'one')?.toString()).toBe('secret')
    expect(unseal(KEY, sealed, 'two')).toBeNull()
    expect(unseal(new Uint8Array(32), sealed, 'one')).toBeNull()
    for (let at = 0; at < sealed.length; at++) {
      const changed = Buffer.from(sealed)
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at)
      expect(unseal(KEY, changed, 'one')).toBeNull()
    }
    expect(unseal(KEY, sealed.subarray(0, 20), 'one')).toBeNull()
    expect(seal(KEY, Buffer.from('secret'), 'one').equals(sealed)).toBe(false)
  })
})

describe('a second factor', () => {
  const database = openPlatformDatabase(mkdtempSync(join(tmpdir(), 'gatehouse-otp-')))
  const users = userStore(database)
  const [ann, bo] = ['ann', 'bo'].map((name) =>
    users.add({ id: name, name, email: `${name}@example.org`, createdAt: NOW }),
  ) as [ReturnType<typeof users.add>, ReturnType<typeof users.add>]
  const factors = secondFactors(database, KEY, systemRandom)

  it('takes the code of now and of its neighbours, once each, forwards only', () => {
    const secret = factors.newSecret()
    const code = (step: number) => oneTimeCode(fromBase32(secret) ?? KEY, Math.floor(NOW / 30_000) + step)
    expect(factors.activate(ann, secret, '123', NOW)).toBe(false)
    expect(factors.activate(ann, 'short', code(0), NOW)).toBe(false)
    expect(factors.of(ann).activated).toBe(false)
    expect(factors.activate(ann, secret, code(-1), NOW)).toBe(true)
    expect(factors.confirm(ann, code(-1), NOW)).toBe(false)
    expect(factors.confirm(ann, code(-2), NOW)).toBe(false)
    expect(factors.confirm(ann, code(2), NOW)).toBe(false)
    expect(factors.confirm(ann, code(1), NOW)).toBe(true)
    expect(factors.confirm(ann, code(0), NOW)).toBe(false)
    expect(factors.confirm(bo, code(0), NOW)).toBe(false)
  })

  it('lies sealed in the database, for its user alone', () => {
    const secret = factors.newSecret()
    const code = oneTimeCode(fromBase32(secret) ?? KEY, Math.floor(NOW / 30_000))
    expect(factors.activate(bo, secret, code, NOW)).toBe(true)
    const { sealed_secret } = database
      .prepare('SELECT sealed_secret FROM second_factors WHERE user_row = ?')
      .get(bo.row) as { sealed_secret: Uint8Array }
    expect(Buffer.from(sealed_secret).includes(Buffer.from(fromBase32(secret) ?? KEY))).toBe(false)
    database
      .prepare('UPDATE second_factors SET sealed_secret = ?, last_step = 0 WHERE user_row = ?')
      .run(sealed_secret, ann.row)
    expect(factors.confirm(ann, code, NOW)).toBe(false)
    expect(factors.remove(bo)).toBe(true)
    expect(factors.remove(bo)).toBe(false)
  })
})
