const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const LONGEST = 256

/** Base32 without padding (RFC 4648), as authenticator apps take secrets. */
export function toBase32(bytes: Uint8Array): string {
  let text = ''
  let bits = 0
  let value = 0
  for (const byte of bytes) {
    value = ((value << 8) | byte) & 0xffff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += ALPHABET[(value >>> bits) & 31]
    }
  }
  return bits > 0 ? text + ALPHABET[(value << (5 - bits)) & 31] : text
}

/** The bytes behind a base32 text, or null when it is none. */
export function fromBase32(text: string): Uint8Array | null {
  const plain = text.replace(/=+$/, '').toUpperCase()
  if (plain.length > LONGEST || !/^[A-Z2-7]*$/.test(plain)) return null
  const bytes: number[] = []
  let bits = 0
  let value = 0
  for (const character of plain) {
    value = ((value << 5) | ALPHABET.indexOf(character)) & 0xffff
    bits += 5
    if (bits >= 8) {
      bits -= 8
      bytes.push((value >>> bits) & 0xff)
    }
  }
  return new Uint8Array(bytes)
}
