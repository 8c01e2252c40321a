import {
  type LongMember,
  type SignableDocument,
  type SigningKey,
  signedDocument,
  signedPieces,
  signingKey,
} from '#base/signature.ts'
import { localKey } from './local-key.ts'
import type { SecretStore } from './secret-store.ts'

/** Signs what the console hands out, with the key of this profile. Every call throws ProblemError `keychain-*`. */
export interface Signer {
  /** The text of a signed file (`signedDocument`). */
  sign(document: SignableDocument): Promise<string>
  /** The same in pieces, of a document with a long list (`signedPieces`). */
  signLong(document: SignableDocument, list: LongMember, pause: () => Promise<void>): Promise<string[]>
  /** SPKI in PEM and its fingerprint; given to a reader apart from the files. */
  publicKey(): Promise<Pick<SigningKey, 'publicKey' | 'fingerprint'>>
}

/** The profile's own signing key, made at the first use and kept like its other keys (S-04). */
export function profileSigner(secretStore: SecretStore, keyFolder: string): Signer {
  let asking: Promise<SigningKey> | null = null
  // One at a time: two first uses at once would make two keys. Fetched anew each time, so that it is in memory shortly.
  const key = (): Promise<SigningKey> => {
    asking ??= localKey(secretStore, keyFolder, 'signing')
      .then((local) => signingKey(local.key))
      .finally(() => {
        asking = null
      })
    return asking
  }
  return {
    sign: async (document) => signedDocument(await key(), document),
    signLong: async (document, list, pause) => signedPieces(await key(), document, list, pause),
    async publicKey() {
      const { publicKey, fingerprint } = await key()
      return { publicKey, fingerprint }
    },
  }
}
