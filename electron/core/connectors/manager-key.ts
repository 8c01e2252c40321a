import { createHash, createPublicKey, type KeyObject } from 'node:crypto'
import type { ConnectorManager } from '#shared/contract/connectors.ts'

/**
 * The key that a composer registered, as its composer shows it: SHA-256 of the SPKI form in base64, to compare by eye.
 * Null when it cannot be read as an RSA key.
 */
export function keyOf(pem: string | null): ConnectorManager['key'] {
  if (pem === null) return null
  let key: KeyObject
  try {
    key = createPublicKey(pem)
  } catch {
    return null
  }
  const bits = key.asymmetricKeyDetails?.modulusLength
  if (key.asymmetricKeyType !== 'rsa' || bits === undefined) return null
  const der = key.export({ type: 'spki', format: 'der' })
  return { bits, fingerprint: createHash('sha256').update(der).digest('base64') }
}
