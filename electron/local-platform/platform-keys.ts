import { deriveKey, equalDigests, hmac, sha256 } from '#base/crypto.ts'
import type { PlatformValues } from './database/platform-values.ts'

/** The keys of one platform, each derived from the platform key for one purpose (opencti-api.md §2.4). */
export interface PlatformKeys {
  /** digests bearers */
  readonly token: Buffer
  /** chains the audit */
  readonly audit: Buffer
  /** seals the secrets of second factors */
  readonly secondFactor: Buffer
  /** derives the tokens that XTM One gets in the proof-of-concept profile (docs/decisions/0040) */
  readonly provisioning: Buffer
  /** seals the chat token that XTM One answers */
  readonly chatToken: Buffer
  /** stands beside each hash, so that a hash says which key made it; tells nothing about the key */
  readonly keyId: string
}

/** The data was written under another platform key: no token of it could ever match again. */
export class WrongKeyError extends Error {
  /** @param kept id of the key that wrote the data, where it was noted; @param given id of the key that was handed over */
  constructor(kept: string | null, given: string) {
    super(
      `This data folder was written with another encryption key${kept === null ? '' : ` (id ${kept})`} than the one given ` +
        `(id ${given}). Start with the key that it was made with (APP__ENCRYPTION_KEY); with another key every token would ` +
        'be refused.',
    )
    this.name = 'WrongKeyError'
  }
}

/** @param master at least 32 bytes */
export function platformKeys(master: Uint8Array): PlatformKeys {
  const token = deriveKey(master, 'authentication:token:hmac-sha256::v1')
  return {
    token,
    audit: deriveKey(master, 'audit:chain:hmac-sha256::v1'),
    secondFactor: deriveKey(master, 'second-factor:aes-256-gcm::v1'),
    provisioning: deriveKey(master, 'xtm-one:provisioning:hkdf-sha256::v1'),
    chatToken: deriveKey(master, 'xtm-one:chat-token:aes-256-gcm::v1'),
    keyId: sha256(Buffer.concat([Buffer.from('key-id'), token]))
      .toString('hex')
      .slice(0, 16),
  }
}

/**
 * Remembers the key at the first start and compares it at each later one.
 * SECURITY: noticed at the start with a sentence, never as a silent lock-out of everybody.
 * @throws WrongKeyError
 */
export function confirmKey(keys: PlatformKeys, values: PlatformValues): void {
  const expected = hmac(keys.token, 'key-check')
  const kept = values.read('key_check')
  if (kept !== null && !equalDigests(Buffer.from(kept, 'hex'), expected))
    throw new WrongKeyError(values.read('key_id'), keys.keyId)
  if (kept === null) values.write('key_check', expected.toString('hex'))
  if (values.read('key_id') !== keys.keyId) values.write('key_id', keys.keyId)
}
