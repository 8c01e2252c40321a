import type { PeerName } from '#base/platform-channel.ts'

/** What the local platform speaks and does when it stands for another one (docs/decisions/0070). */
export interface Peer {
  /** what `about.version` says */
  readonly version: string
  /**
   * What only this platform has: revoked tokens are kept with their reason, scopes, usage, counted failures, an audit without
   * Enterprise Edition, and a refused token that hears why.
   */
  readonly extensions: boolean
  /** tokens of their own (opencti-api.md §2); without them each user has one plaintext `api_token` (§2.7) */
  readonly apiTokens: boolean
}

export const PEERS: Readonly<Record<PeerName, Peer>> = {
  gatehouse: { version: '7.261101.0', extensions: true, apiTokens: true },
  'opencti-7': { version: '7.261101.0', extensions: false, apiTokens: true },
  'opencti-6.9': { version: '6.9.4', extensions: false, apiTokens: false },
}
