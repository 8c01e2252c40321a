import { createHash, createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto'

/** The composer's key pair: it registers the public half, platforms encrypt secrets with it. */
export interface ManagerKey {
  readonly privateKey: KeyObject
  readonly bits: number
  /** `-----BEGIN RSA PUBLIC KEY-----`, what OpenCTI takes */
  readonly pkcs1: string
  /** `-----BEGIN PUBLIC KEY-----`, what OpenAEV takes */
  readonly spki: string
  /** SHA-256 of the SPKI form, base64, to compare by eye */
  readonly fingerprint: string
}

export class KeyError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'KeyError'
  }
}

const FEWEST_BITS = 2048

/**
 * The key of a PEM text (PKCS#8 or PKCS#1, not encrypted, RSA of at least 2048 bits). `\n` written as two characters, as
 * environment files do, counts as a line end.
 * @throws KeyError that says what is wrong, without any part of the key
 */
export function managerKey(pem: string): ManagerKey {
  const text = pem.includes('\n') ? pem : pem.replaceAll('\\n', '\n')
  if (/-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(text)) {
    throw new KeyError('the key is protected by a passphrase; it must be stored without one')
  }
  if (!/-----BEGIN (RSA )?PRIVATE KEY-----/.test(text)) {
    throw new KeyError('there is no "BEGIN PRIVATE KEY" in it; a PKCS#8 key in PEM is needed')
  }
  let privateKey: KeyObject
  try {
    privateKey = createPrivateKey(text)
  } catch {
    throw new KeyError('it cannot be read as a private key in PEM')
  }
  const bits = privateKey.asymmetricKeyDetails?.modulusLength ?? 0
  if (privateKey.asymmetricKeyType !== 'rsa') throw new KeyError('it is no RSA key')
  // SECURITY: shorter keys can be factored (NIST SP 800-131A).
  if (bits < FEWEST_BITS) throw new KeyError(`it has ${bits} bits; at least ${FEWEST_BITS} are needed`)
  const publicKey = createPublicKey(privateKey)
  const der = publicKey.export({ type: 'spki', format: 'der' })
  return {
    privateKey,
    bits,
    pkcs1: publicKey.export({ type: 'pkcs1', format: 'pem' }).toString(),
    spki: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    fingerprint: createHash('sha256').update(der).digest('base64'),
  }
}
