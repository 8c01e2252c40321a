import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign as signBytes,
  verify as verifyBytes,
} from 'node:crypto'
import { promisify } from 'node:util'

/**
 * Signed documents: JSON whose last member is an Ed25519 signature over every byte before it. One file, readable by any JSON
 * parser, and no byte of it can change unseen, not even a space.
 */

/** A key that signs what this profile hands out. */
export interface SigningKey {
  /** SPKI in PEM; what a reader needs, to be handed over by another way than the documents */
  readonly publicKey: string
  /** `SHA256:` and 43 letters, as ssh writes it; stands in each document to tell which key it was */
  readonly fingerprint: string
  /** 64 bytes */
  sign(bytes: Uint8Array): Buffer
  /** `sign` beside this thread, for what would hold it up: an Ed25519 signature reads its bytes twice */
  signBeside(bytes: Uint8Array): Promise<Buffer>
}

/** PKCS #8 of an Ed25519 key, up to its 32 bytes (RFC 8410). */
const PKCS8_HEAD = Buffer.from('302e020100300506032b657004220420', 'hex')
const signsBeside = promisify(signBytes)

const TAIL_HEAD = ',\n"signature":"'
const TAIL_END = '"}\n'
/** 64 bytes in base64url without padding. */
const SIGNATURE_LETTERS = 86
const TAIL_BYTES = TAIL_HEAD.length + SIGNATURE_LETTERS + TAIL_END.length

/** @param seed 32 random bytes */
export function signingKey(seed: Uint8Array): SigningKey {
  const key = createPrivateKey({
    key: Buffer.concat([PKCS8_HEAD, seed]),
    format: 'der',
    type: 'pkcs8',
  })
  const publicKey = createPublicKey(key)
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    fingerprint: fingerprintOf(publicKey),
    sign: (bytes) => signBytes(null, bytes, key),
    signBeside: (bytes) => signsBeside(null, bytes, key),
  }
}

/** A document that says what it is; `format` names its shape and version. */
export interface SignableDocument {
  readonly format: string
  readonly [member: string]: unknown
}

/**
 * `document` as the text of a signed file. `signedBy` is put after its members.
 * @param document has neither `signedBy` nor `signature`
 */
export function signedDocument(key: SigningKey, document: SignableDocument): string {
  const text = JSON.stringify({ ...document, signedBy: key.fingerprint }, null, 1)
  const head = text.slice(0, text.lastIndexOf('\n}'))
  return `${head}${TAIL_HEAD}${key.sign(Buffer.from(head)).toString('base64url')}${TAIL_END}`
}

/** The last member of a long document: a list, as `listText` writes it, slice by slice. */
export interface LongMember {
  readonly name: string
  /** none of them empty */
  readonly texts: readonly string[]
}

/** Some items of a document's `LongMember` as its text has them. */
export const listText = (items: readonly unknown[]): string =>
  items.map((item) => `  ${JSON.stringify(item, null, 1).replaceAll('\n', '\n  ')}`).join(',\n')

/**
 * `signedDocument` for what is too long to be written and signed in one go: byte for byte the same text, in pieces.
 * @param document without its last member
 * @param pause lets others have their turn, after each piece
 */
export async function signedPieces(
  key: SigningKey,
  document: SignableDocument,
  { name, texts }: LongMember,
  pause: () => Promise<void>,
): Promise<string[]> {
  const head = JSON.stringify(document, null, 1).slice(0, -'\n}'.length)
  const [open, close] = texts.length === 0 ? ['[]', ''] : ['[\n', '\n ]']
  const pieces = [
    `${head},\n ${JSON.stringify(name)}: ${open}`,
    ...texts.map((text, place) => (place === 0 ? text : `,\n${text}`)),
    `${close},\n "signedBy": ${JSON.stringify(key.fingerprint)}`,
  ]
  const bytes = Buffer.allocUnsafe(pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece), 0))
  let at = 0
  for (const piece of pieces) {
    at += bytes.write(piece, at)
    await pause()
  }
  const signature = await key.signBeside(bytes)
  return [...pieces, `${TAIL_HEAD}${signature.toString('base64url')}${TAIL_END}`]
}

export type SignatureVerdict =
  | { readonly ok: true; readonly document: SignableDocument; readonly fingerprint: string }
  /** unsigned: no signed document at all · other-key: it names another key · changed: not what that key signed */
  | { readonly ok: false; readonly why: 'unsigned' | 'other-key' | 'changed' }

/**
 * Whether `file` is, byte for byte, what the holder of the key signed.
 * @param publicKey SPKI in PEM, that did not come with the file
 * @throws when `publicKey` is no Ed25519 public key
 */
export function verifyDocument(publicKey: string, file: Uint8Array): SignatureVerdict {
  const key = createPublicKey(publicKey)
  if (key.asymmetricKeyType !== 'ed25519') throw new Error('The key is no Ed25519 public key')
  const bytes = Buffer.from(file)
  const at = bytes.length - TAIL_BYTES
  const tail = bytes.subarray(Math.max(0, at)).toString('latin1')
  if (at <= 0 || !tail.startsWith(TAIL_HEAD) || !tail.endsWith(TAIL_END))
    return { ok: false, why: 'unsigned' }
  const letters = tail.slice(TAIL_HEAD.length, -TAIL_END.length)
  const signature = Buffer.from(letters, 'base64url')
  const document = parsed(bytes)
  if (document === null) return { ok: false, why: 'unsigned' }
  // SECURITY: the last letter carries four spare bits; another one in its place would decode to the same bytes.
  const isExact = signature.toString('base64url') === letters
  if (isExact && verifyBytes(null, bytes.subarray(0, at), key, signature))
    return { ok: true, document, fingerprint: fingerprintOf(key) }
  return { ok: false, why: document.signedBy === fingerprintOf(key) ? 'changed' : 'other-key' }
}

function parsed(bytes: Buffer): SignableDocument | null {
  try {
    const document = JSON.parse(bytes.toString('utf8'))
    return typeof document?.format === 'string' ? document : null
  } catch {
    return null
  }
}

function fingerprintOf(publicKey: KeyObject): string {
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return `SHA256:${createHash('sha256').update(der).digest('base64').replace(/=+$/, '')}`
}
