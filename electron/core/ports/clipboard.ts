import { equalDigests, sha256 } from '#base/crypto.ts'
import type { Secret } from '#base/secret.ts'

/** How to recognise a value without keeping it: SHA-256 over a random salt and the text. */
export interface ClipboardDigest {
  readonly salt: Uint8Array
  readonly hash: Uint8Array
}

/** `unknown`: the system does not let us read, or its answer cannot be trusted (an unfocused window on Wayland). */
export type ClipboardMatch = 'same' | 'different' | 'unknown'

/** The system's clipboard. An adapter marks what it writes as not for history or cloud, where the system knows how. */
export interface Clipboard {
  /** @throws when the system refuses */
  write(secret: Secret): Promise<void>
  /** Whether the clipboard still holds the text that `digest` was made of; compare with `isOfDigest`. */
  matches(digest: ClipboardDigest): Promise<ClipboardMatch>
  /** Empties the clipboard. @throws when the system refuses */
  clear(): Promise<void>
}

export function clipboardDigest(text: string, salt: Uint8Array): ClipboardDigest {
  return { salt, hash: sha256(Buffer.concat([salt, Buffer.from(text, 'utf8')])) }
}

/** Whether `text` is what `digest` was made of. */
export function isOfDigest(text: string, digest: ClipboardDigest): boolean {
  return equalDigests(clipboardDigest(text, digest.salt).hash, digest.hash)
}
