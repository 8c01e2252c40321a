import { describe, expect, it } from 'vitest'
import { listText, signedDocument, signedPieces, signingKey, verifyDocument } from './signature.ts'

// RFC 8032, section 7.1, test 2.
const SEED = Buffer.from('4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb', 'hex')
const KEY = signingKey(SEED)
const DOCUMENT = { format: 'gatehouse-test-1', name: 'Zoë "the" \n Ω', rows: [{ a: 1 }, { a: null }] }

describe('a signing key', () => {
  it('is Ed25519', () => {
    expect(KEY.sign(Buffer.from('72', 'hex')).toString('hex')).toBe(
      '92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00',
    )
    expect(KEY.publicKey).toMatch(/^-----BEGIN PUBLIC KEY-----\n/)
    expect(KEY.fingerprint).toMatch(/^SHA256:[\w+/]{43}$/)
  })
})

describe('a signed document', () => {
  const text = signedDocument(KEY, DOCUMENT)
  const file = Buffer.from(text)

  it('is JSON of its members, and passes', () => {
    expect(JSON.parse(text)).toEqual({
      ...DOCUMENT,
      signedBy: KEY.fingerprint,
      signature: expect.any(String),
    })
    expect(verifyDocument(KEY.publicKey, file)).toMatchObject({ ok: true, document: DOCUMENT })
  })

  it('fails whatever bit of whatever byte is another, and whatever byte is too many or missing', () => {
    for (let at = 0; at < file.length; at++) {
      for (let bit = 0; bit < 8; bit++) {
        const changed = Buffer.from(file)
        changed.writeUInt8(file.readUInt8(at) ^ (1 << bit), at)
        expect(verifyDocument(KEY.publicKey, changed).ok, `byte ${at}, bit ${bit}`).toBe(false)
      }
      const shorter = Buffer.concat([file.subarray(0, at), file.subarray(at + 1)])
      expect(verifyDocument(KEY.publicKey, shorter).ok, `without byte ${at}`).toBe(false)
      const longer = Buffer.concat([file.subarray(0, at), Buffer.from(' '), file.subarray(at)])
      expect(verifyDocument(KEY.publicKey, longer).ok, `a space before byte ${at}`).toBe(false)
    }
    expect(verifyDocument(KEY.publicKey, Buffer.concat([file, Buffer.from('\n')])).ok).toBe(false)
  })

  it('tells a changed one from one of another key and from none', () => {
    const changed = Buffer.from(text.replace('Ω', 'O'))
    expect(verifyDocument(KEY.publicKey, changed)).toEqual({ ok: false, why: 'changed' })
    const other = signingKey(Buffer.alloc(32, 1))
    expect(verifyDocument(other.publicKey, file)).toEqual({ ok: false, why: 'other-key' })
    for (const none of ['', '{}', '{"format":"x"}\n', text.slice(0, -3)])
      expect(verifyDocument(KEY.publicKey, Buffer.from(none))).toEqual({ ok: false, why: 'unsigned' })
  })

  it('cannot be judged without a key of its kind', () => {
    expect(() => verifyDocument('no key', file)).toThrow()
  })
})

describe('a signed document in pieces', () => {
  const rows = [{ a: 1, deep: { list: ['x\n y', '\ud800', []] } }, { a: null }, 'text', {}, 7]
  const cut = (at: number) => [rows.slice(0, at), rows.slice(at)].filter((some) => some.length > 0)

  it.each([[[]], [[rows]], [cut(1)], [cut(4)]])('is the same text, byte for byte (%#)', async (slices) => {
    const { rows: _, ...head } = DOCUMENT
    let pauses = 0
    const pieces = await signedPieces(KEY, head, { name: 'rows', texts: slices.map(listText) }, async () => {
      pauses += 1
    })
    expect(pieces.join('')).toBe(signedDocument(KEY, { ...head, rows: slices.flat() }))
    expect(pauses).toBeGreaterThan(slices.length)
  })
})
