import type { TokenDuration } from '#shared/domain/token.ts'
import { CredentialInTextError } from '../tokens/no-credentials.ts'
import { grantedScopes, RefusedScopeError } from '../tokens/scopes.ts'
import type { CreatedToken, Deed, TokenStore } from '../tokens/token-store.ts'
import type { User } from '../users/user.ts'
import type { UserStore } from '../users/user-store.ts'
import { functionalError } from './errors.ts'
import { isoTime } from './user-resolvers.ts'
import { allowed, deedOf, type RequestContext, withinReach } from './viewer.ts'

interface TokenAddInput {
  readonly name: string
  readonly duration: TokenDuration
  readonly scopes?: readonly string[] | null
}

const LONGEST_REASON = 2000
/** The audit copies the name for ever. */
const LONGEST_NAME = 4096

/** The four token mutations (opencti-api.md §2.2). Names may be empty and may repeat, as on OpenCTI. */
export function tokenResolvers({ tokens, users }: { tokens: TokenStore; users: UserStore }) {
  const add = (actor: User, owner: User, input: TokenAddInput, context: RequestContext) => {
    if (input.name.length > LONGEST_NAME)
      throw functionalError(`The name is longer than ${LONGEST_NAME} characters`)
    const scopes = refusing(() => grantedScopes(owner, input.scopes ?? null, context.scopes))
    return generated(
      refusing(() => tokens.create(owner, input.name, input.duration, deedOf(actor, context), scopes)),
    )
  }

  const revoke = (owner: User, id: string, reason: string | null | undefined, deed: Deed): string => {
    if (reason && reason.length > LONGEST_REASON)
      throw functionalError(`The reason is longer than ${LONGEST_REASON} characters`)
    // SECURITY: only an id that is known to be one is repeated; a legacy token is a UUID too, and clients mix them up.
    if (!tokens.revoke(owner, id, reason ?? null, deed))
      throw functionalError('Token not found', tokens.exists(id) ? { tokenId: id } : {})
    return id
  }

  const target = (userId: string): User => {
    const owner = users.byId(userId)
    if (!owner) throw functionalError('User not found')
    return owner
  }

  return {
    Mutation: {
      userTokenAdd: (_: unknown, { input }: { input: TokenAddInput }, context: RequestContext) => {
        const user = allowed(context, 'APIACCESS_USETOKEN')
        return add(user, user, input, context)
      },
      userTokenRevoke: (
        _: unknown,
        { id, reason }: { id: string; reason?: string | null },
        context: RequestContext,
      ) => {
        const user = allowed(context, 'APIACCESS_USETOKEN')
        return revoke(user, id, reason, deedOf(user, context))
      },
      userAdminTokenAdd: (
        _: unknown,
        { userId, input }: { userId: string; input: TokenAddInput },
        context: RequestContext,
      ) => {
        const admin = allowed(context, 'SETTINGS_SETACCESSES')
        const owner = target(userId)
        withinReach(context, owner)
        return add(admin, owner, input, context)
      },
      userAdminTokenRevoke: (
        _: unknown,
        { userId, id, reason }: { userId: string; id: string; reason?: string | null },
        context: RequestContext,
      ) => {
        const admin = allowed(context, 'SETTINGS_SETACCESSES')
        return revoke(target(userId), id, reason, deedOf(admin, context))
      },
    },
  }
}

function refusing<Result>(work: () => Result): Result {
  try {
    return work()
  } catch (error) {
    if (error instanceof RefusedScopeError || error instanceof CredentialInTextError)
      throw functionalError(error.message)
    throw error
  }
}

/** SECURITY: the only place where a value leaves, in the answer to its creation (PRD FR-004). */
function generated(token: CreatedToken) {
  return {
    token_id: token.id,
    plaintext_token: token.plaintext.expose(),
    expires_at: token.expiresAt === null ? null : isoTime(token.expiresAt),
    masked_token: token.masked,
  }
}
