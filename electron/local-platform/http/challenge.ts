import type { Refusal } from '../tokens/validator.ts'

/**
 * The WWW-Authenticate header for a refused bearer (RFC 6750).
 * SECURITY: expired and revoked are only said to who sent a value that really was a token; to others no reason.
 */
export function challenge(refused: Refusal): string {
  const description = refused === 'expired' ? 'Token Expired' : refused === 'revoked' ? 'Token Revoked' : null
  return description === null
    ? 'Bearer error="invalid_token"'
    : `Bearer error="invalid_token", error_description="${description}"`
}
