import { isCapable } from '#shared/domain/capability.ts'
import { capabilityNames, type User } from '../users/user.ts'

/** The scope cannot be given; the message is for the client. */
export class RefusedScopeError extends Error {}

const MOST_SCOPES = 50
const NAME = /^[A-Z][A-Z0-9_]{1,63}$/

/**
 * The capabilities that a new token is limited to, without repetitions; null = all of its owner's (P-09).
 * SECURITY: never more than the owner has, and a token with a scope makes no token that could do more than itself.
 * @param asked what the client wants; null = no limit
 * @param makersScopes the scope of the token that asks; null when it has none
 * @throws RefusedScopeError
 */
export function grantedScopes(
  owner: Pick<User, 'id' | 'capabilities'>,
  asked: readonly string[] | null,
  makersScopes: readonly string[] | null,
): readonly string[] | null {
  if (asked === null) {
    if (makersScopes !== null)
      throw new RefusedScopeError('A token with a scope can only make tokens with scopes: name them')
    return null
  }
  const scopes = [...new Set(asked)]
  if (scopes.length === 0)
    throw new RefusedScopeError('A scope needs at least one capability; leave scopes out for all of them')
  if (scopes.length > MOST_SCOPES)
    throw new RefusedScopeError(`A scope has at most ${MOST_SCOPES} capabilities`)
  if (scopes.some((scope) => !NAME.test(scope)))
    throw new RefusedScopeError('A scope is made of names of capabilities, such as KNOWLEDGE')
  const holder = { id: owner.id, capabilities: capabilityNames(owner) }
  const missing = scopes.filter((scope) => !isCapable(holder, scope))
  if (missing.length > 0)
    throw new RefusedScopeError(`The scope exceeds what its user may do: ${missing.join(', ')}`)
  const maker = makersScopes && { id: '', capabilities: makersScopes }
  const beyond = maker ? scopes.filter((scope) => !isCapable(maker, scope)) : []
  if (beyond.length > 0)
    throw new RefusedScopeError(`The scope exceeds that of the token which makes it: ${beyond.join(', ')}`)
  return scopes
}

/** As it stands in the database. */
export const scopesText = (scopes: readonly string[] | null): string | null => scopes?.join(' ') ?? null
export const scopesOf = (text: string | null): readonly string[] | null =>
  text === null ? null : text.split(' ')
