import type { z } from 'zod'
import { Secret } from '#base/secret.ts'
import type { GeneratedAnswer } from './answers.ts'

/** A token right after it was made: the only time its value exists here. */
export interface GeneratedToken {
  readonly tokenId: string
  readonly value: Secret
  readonly maskedToken: string
  /** ms since the epoch; null = never */
  readonly expiresAt: number | null
}

// SECURITY: the value goes from the answer straight into a Secret; nothing else holds it from here on.
export function takeGenerated(added: z.output<typeof GeneratedAnswer>['added']): GeneratedToken {
  return {
    tokenId: added.token_id,
    value: new Secret(added.plaintext_token),
    maskedToken: added.masked_token.slice(0, 32),
    expiresAt: added.expires_at,
  }
}
