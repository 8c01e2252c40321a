import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { issueCertificate } from '../../tests/support/certificate.ts'
import { certificateExtensions } from './der.ts'
import { readLicence, sendableLicence } from './licence.ts'

const NOW = Date.UTC(2026, 5, 1)
const DAY = 86_400_000
const PLATFORM = '0d5f0f0e-0000-4000-8000-000000000001'
const dates = { notBefore: new Date(NOW - DAY), notAfter: new Date(NOW + DAY) }
const authority = issueCertificate({ organisation: 'Filigran test CA', authority: true, ...dates })
const impostor = issueCertificate({ organisation: 'Filigran test CA', authority: true, ...dates })
const extensions = { '2.14521.4.4.10': 'standard', '2.14521.4.4.20': 'opencti', '2.14521.4.4.30': 'sales' }
const good = { organisation: 'Customer', unit: PLATFORM, extensions, ...dates }

const read = (pem: string, more: { now?: number; authorities?: string[]; platformId?: string } = {}) =>
  readLicence(pem, { platformId: PLATFORM, now: NOW, authorities: [authority.cert], ...more })

describe('a licence', () => {
  it('that proves itself is usable, and its fields are decoded', () => {
    expect(read(issueCertificate(good, authority).cert)).toEqual({
      readable: true,
      licence: {
        type: 'standard',
        product: 'opencti',
        customer: 'Customer',
        platforms: [PLATFORM],
        platformMatches: true,
        validFrom: NOW - DAY,
        validTo: NOW + DAY,
        state: 'valid',
        signature: 'verified',
        usable: true,
      },
    })
  })

  it('may write its fields bare', () => {
    const { cert } = issueCertificate({ ...good, bareExtensions: true }, authority)
    expect(read(cert)).toMatchObject({ licence: { type: 'standard', product: 'opencti' } })
  })

  it('is valid to the very second of its end', () => {
    const { cert } = issueCertificate(good, authority)
    expect(read(cert, { now: NOW + DAY })).toMatchObject({ licence: { state: 'valid', usable: true } })
    expect(read(cert, { now: NOW + DAY + 1 })).toMatchObject({ licence: { state: 'expired', usable: false } })
    expect(read(cert, { now: NOW - DAY - 1 })).toMatchObject({ licence: { state: 'not-yet', usable: false } })
  })

  it('is not usable when somebody else signed it, even under the same name, or nobody was asked', () => {
    expect(read(issueCertificate(good, impostor).cert)).toMatchObject({
      licence: { signature: 'wrong', usable: false },
    })
    expect(read(issueCertificate(good).cert)).toMatchObject({
      licence: { signature: 'wrong', usable: false },
    })
    expect(read(issueCertificate(good, authority).cert, { authorities: [] })).toMatchObject({
      licence: { type: 'standard', signature: 'not-checked', usable: false },
    })
  })

  it('counts for the platforms it names alone', () => {
    const forOther = issueCertificate({ ...good, unit: 'another' }, authority).cert
    expect(read(forOther)).toMatchObject({ licence: { platformMatches: false, usable: false } })
    const forAll = issueCertificate({ ...good, unit: 'global' }, authority).cert
    expect(read(forAll)).toMatchObject({ licence: { platformMatches: true, usable: true } })
    const list = (value: string) =>
      issueCertificate({ ...good, extensions: { ...extensions, '1.3.6.1.4.1.62944.50': value } }, authority)
        .cert
    expect(read(list(JSON.stringify(['a', PLATFORM])))).toMatchObject({ licence: { platformMatches: true } })
    // The list wins over the subject: it is what the licence of XTM One is bound by.
    expect(read(list('["a"]'))).toMatchObject({ licence: { platformMatches: false } })
    expect(read(list('{"a":1}'))).toMatchObject({ licence: { platformMatches: false } })
    expect(read(list('not json'))).toMatchObject({ readable: false })
  })

  it('is one bare certificate, and a private key beside it never leaves', () => {
    const { cert, key } = issueCertificate(good, authority)
    for (const text of [
      key,
      cert + key,
      cert + cert,
      'text',
      '',
      `${cert.slice(0, 200)}`,
      'x'.repeat(70_000),
    ]) {
      expect(read(text)).toMatchObject({ readable: false })
      expect(sendableLicence(text)).toBeNull()
    }
    expect(sendableLicence(`pasted: ${cert} thanks`)).toMatch(/^-----BEGIN [\s\S]+ CERTIFICATE-----\n$/)
    expect(sendableLicence(null)).toBeNull()
  })

  it('broken anywhere is unreadable or unusable, never an exception', () => {
    const { cert } = issueCertificate(good, authority)
    const der = Buffer.from(cert.replace(/-----[^-]+-----/g, ''), 'base64')
    fc.assert(
      fc.property(fc.nat(der.length - 1), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const broken = Buffer.from(der)
        broken[at] = (broken[at] ?? 0) ^ flip
        const pem = `-----BEGIN CERTIFICATE-----\n${broken.toString('base64')}\n-----END CERTIFICATE-----`
        const result = read(pem)
        expect(result.readable && result.licence.usable).toBe(false)
      }),
      { numRuns: 2_000 },
    )
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        certificateExtensions(Buffer.from(bytes))
      }),
      { numRuns: 5_000 },
    )
  })
})
