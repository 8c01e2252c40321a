import type { Secret } from '#base/secret.ts'

/** What the registration manager needs of the platform that runs it. The platform is in the same process. */

/** Facts of the platform for the payload; read anew for each beat. */
export interface PlatformFacts {
  readonly id: string
  readonly url: string
  readonly title: string
  readonly version: string
  /** PEM as it was configured; null on Community Edition */
  readonly licencePem: string | null
  /** the chatbot's terms are accepted and Enterprise Edition can be used (opencti-api.md §4.2) */
  readonly supportsApprovalPrompts: boolean
}

export interface PlatformPort {
  /** @throws when the platform cannot say yet; the beat is then tried again */
  facts(): Promise<PlatformFacts>
}

/** Where `chat_web_token` goes. */
export interface ChatTokenStore {
  /** null: XTM One gave none, a kept one is forgotten */
  keepChatToken(token: Secret | null): Promise<void>
}

/** Lets one manager run among several on the same database. */
export interface LeasePort {
  /** Takes or prolongs the lease for `forMs`; false when another holder has it. */
  hold(holder: string, now: number, forMs: number): boolean
  release(holder: string): void
}

export interface ProvisionedUser {
  readonly id: string
  readonly email: string
  readonly displayName: string
}

export interface TokenToAdopt {
  readonly userId: string
  /** the whole token; the platform keeps its hash and mask as of any other */
  readonly value: Secret
}

/** The platform's users and tokens, for the proof-of-concept profile alone. */
export interface ProvisioningPort {
  /** Users with an e-mail, ascending by id, those after `after`; at most `limit`. */
  users(after: string | null, limit: number): Promise<readonly ProvisionedUser[]>
  /** The ids of the same users in the same order: a beat that has nothing to provision looks at nothing else. */
  userIds(after: string | null, limit: number): Promise<readonly string[]>
  /**
   * Makes these values unlimited tokens named "XTM One" of their users, in one transaction. A value that is there already is
   * left alone and its id returned: this is called again after a crash.
   */
  adopt(tokens: readonly TokenToAdopt[]): Promise<readonly { userId: string; tokenId: string }[]>
  /** Those of the tokens that let nobody in any more: revoked, expired or gone with their user. */
  dead(tokenIds: readonly string[]): Promise<readonly string[]>
  /** Key of the administrator with which XTM One calls back; null when there is none to give. */
  adminApiKey(): Promise<Secret | null>
  /** 32 bytes that stay the same over restarts and lie outside the registration's database. */
  provisioningKey(): Uint8Array
}
