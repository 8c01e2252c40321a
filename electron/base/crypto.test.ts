import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ISSUED_TOKEN_PATTERN } from '#shared/domain/token.ts'
import { deriveKey, equalDigests, hmac, newTokenValue, sha256 } from './crypto.ts'
import { chainRecord, EMPTY_CHAIN, verifyChain } from './hash-chain.ts'

describe('a new token value', () => {
  it('has the format, and no letter is likelier than another', () => {
    const counts = new Map<string, number>()
    for (let made = 0; made < 10_000; made++) {
      const value = newTokenValue().secret.expose()
      expect(value).toMatch(ISSUED_TOKEN_PATTERN)
      for (const letter of value.slice(15)) counts.set(letter, (counts.get(letter) ?? 0) + 1)
    }
    const expected = (10_000 * 64) / 62
    const chiSquare = [...counts.values()].reduce((sum, seen) => sum + (seen - expected) ** 2 / expected, 0)
    expect(counts.size).toBe(62)
    // 61 degrees of freedom: 131 is passed once in a million fair runs.
    expect(chiSquare).toBeLessThan(131)
  })

  it('throws biased bytes away instead of folding them', () => {
    let call = 0
    const random = (size: number) => new Uint8Array(size).fill(call++ === 0 ? 255 : 0)
    expect(newTokenValue(random).secret.expose()).toBe(`flgrn_octi_tkn_${'A'.repeat(64)}`)
    expect(call).toBe(2)
  })
})

describe('digests', () => {
  it('derive different keys for different purposes from one master', () => {
    const master = Buffer.alloc(32, 7)
    expect(deriveKey(master, 'a')).toHaveLength(32)
    expect(deriveKey(master, 'a')).not.toEqual(deriveKey(master, 'b'))
    // RFC 5869, test case 3, its first 32 bytes.
    expect(deriveKey(Buffer.alloc(22, 0x0b), '').toString('hex')).toBe(
      '8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d',
    )
    expect(hmac(Buffer.from('key'), 'The quick brown fox jumps over the lazy dog').toString('hex')).toBe(
      'f7bc83f430538424b13298e6aa6fb143ef4d59a14946175997479dbc2d1a3cd8',
    )
  })

  it('compare by content', () => {
    expect(equalDigests(sha256('a'), sha256('a'))).toBe(true)
    expect(equalDigests(sha256('a'), sha256('b'))).toBe(false)
    expect(equalDigests(sha256('a'), new Uint8Array(31))).toBe(false)
  })
})

describe('a hash chain', () => {
  const key = Buffer.alloc(32, 1)
  const chain = (bodies: string[]) => {
    let head = EMPTY_CHAIN
    const records = bodies.map((body) => {
      const record = chainRecord(key, head, body)
      head = { count: record.sequence, digest: record.digest }
      return record
    })
    return { records, head }
  }

  it('finds every change, drop, swap and cut, and names the first', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 2, maxLength: 12 }), fc.nat(), (bodies, pick) => {
        const { records, head } = chain(bodies)
        expect(verifyChain(key, records, head)).toEqual({ ok: true, head })
        const at = pick % records.length
        const changed = records.map((record, index) =>
          index === at ? { ...record, body: `${record.body}!` } : record,
        )
        expect(verifyChain(key, changed, head)).toMatchObject({ ok: false, sequence: at + 1, why: 'changed' })
        const dropped = records.filter((_, index) => index !== at)
        expect(verifyChain(key, dropped, head)).toMatchObject({ ok: false, sequence: at + 1 })
        const swapped = records.with(0, records.at(-1) as never).with(-1, records[0] as never)
        expect(verifyChain(key, swapped, head).ok).toBe(false)
        expect(verifyChain(key, records.slice(0, -1), head)).toMatchObject({ ok: false, why: 'cut' })
        expect(verifyChain(Buffer.alloc(32, 2), records, head).ok).toBe(false)
      }),
    )
  })

  it('does not let a renumbered chain pass', () => {
    const { records, head } = chain(['a', 'b', 'c'])
    const renumbered = [records[0], records[2]].map((record, index) => ({ ...record, sequence: index + 1 }))
    expect(verifyChain(key, renumbered as never, head)).toMatchObject({
      ok: false,
      sequence: 2,
      why: 'changed',
    })
  })
})
