import type { IncidentStep } from '#shared/contract/incidents.ts'
import type { Token, UserAccess } from '#shared/contract/tokens.ts'
import { lastFour } from '#shared/domain/token.ts'
import type { StepBody } from './incident-store.ts'
import type { Reading } from './reading.ts'

/** Whom a step concerns, as it was known when the plan was made. */
export function ownerOf({ id, name, email }: UserAccess['user']): IncidentStep['owner'] {
  return { id, name, email }
}

/**
 * A listed token with whether this connection may be using it: one of the connection's own account that ends alike. More than
 * four characters of one's own token are in no list, so another token may look the same; it only goes later.
 */
export function plannedToken(token: Token, { user, tokenEnding }: Reading): Token & { own: boolean } {
  return { ...token, own: user.isMe && lastFour(token.maskedToken) === tokenEnding }
}

/** A step that nothing was done about yet; its position is given when the plan takes it in. */
export function freshStep(
  step: Pick<IncidentStep, 'kind' | 'owner'> & Partial<Pick<IncidentStep, 'token' | 'sessions'>>,
): StepBody {
  return {
    position: -1,
    token: null,
    sessions: null,
    ...step,
    state: 'planned',
    attempts: 0,
    problem: null,
    acknowledgedAt: null,
    goneAt: null,
    goneAgainAt: null,
    rescannedAt: null,
    backAt: null,
    audit: null,
    probe: null,
    intent: null,
    tries: 0,
    refused: false,
  }
}
