import type { Database } from '#base/sqlite.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import type { StoredToken, TokenStore } from '../tokens/token-store.ts'
import type { TokenUsage } from '../tokens/usage.ts'
import { capabilityNames, type User } from '../users/user.ts'
import { UnsupportedFilterError } from '../users/user-filter.ts'
import { InvalidCursorError, listUsers, type UserListQuery, type UserPage } from '../users/user-list.ts'
import type { Named, UserStore } from '../users/user-store.ts'
import { forbiddenAccess, functionalError } from './errors.ts'
import { allowed, can, loggedIn, type RequestContext } from './viewer.ts'

export interface UserServices {
  readonly database: Database
  readonly users: UserStore
  readonly tokens: TokenStore
  readonly usage: TokenUsage
  readonly sessions: SessionStore
}

/** UTC with milliseconds and Z, as OpenCTI writes every date. */
export const isoTime = (ms: number): string => new Date(ms).toISOString()
const isoTimeOrNull = (ms: number | null): string | null => (ms === null ? null : isoTime(ms))

export function userResolvers({ database, users, tokens, usage, sessions }: UserServices) {
  const listed = (user: User) => {
    // What was used a moment ago is shown as used.
    usage.flush()
    return tokens.listed(user).map(apiToken)
  }
  const revoked = (user: User) => {
    usage.flush()
    return tokens.revoked(user).map((token) => ({
      ...apiToken(token),
      revoked_at: isoTimeOrNull(token.revoked_at),
      revoked_by: token.revoked_by,
      reason: token.revoke_reason,
    }))
  }
  const fields = {
    entity_type: () => 'User',
    external: (user: User) => user.external === 1,
    user_service_account: (user: User) => user.user_service_account === 1,
    account_lock_after_date: (user: User) => isoTimeOrNull(user.account_lock_after),
    capabilities: (user: User) => capabilityNames(user).map((name) => ({ id: `capability--${name}`, name })),
    objectOrganization: (user: User) => connection(users.organizations(user)),
    administrated_organizations: (user: User) => users.administered(user),
    api_tokens: listed,
    revoked_api_tokens: revoked,
    created_at: (user: User) => isoTime(user.created_at),
    updated_at: (user: User) => isoTime(user.updated_at),
  }

  return {
    Query: {
      me: (_: unknown, __: unknown, context: RequestContext) => loggedIn(context),
      user: (_: unknown, { id }: { id: string }, context: RequestContext) => {
        const viewer = allowed(context, 'SETTINGS_SETACCESSES', 'VIRTUAL_ORGANIZATION_ADMIN')
        const user = users.byId(id)
        if (user && user.row !== viewer.row && !can(viewer, 'SETTINGS_SETACCESSES')) {
          const administered = new Set(users.administered(viewer).map((organization) => organization.id))
          // SECURITY: an organisation's administrator reads its people only (P-10).
          if (!users.organizations(user).some((organization) => administered.has(organization.id)))
            throw forbiddenAccess()
        }
        return user
      },
      users: (_: unknown, query: UserListQuery, context: RequestContext) => {
        const viewer = allowed(context, 'SETTINGS_SETACCESSES', 'VIRTUAL_ORGANIZATION_ADMIN')
        const all = can(viewer, 'SETTINGS_SETACCESSES')
        try {
          return userConnection(listUsers(database, all ? query : { ...query, administeredBy: viewer }))
        } catch (error) {
          if (error instanceof UnsupportedFilterError || error instanceof InvalidCursorError)
            throw functionalError(error.message)
          throw error
        }
      },
    },
    MeUser: fields,
    User: {
      ...fields,
      roles: (user: User) => users.roles(user),
      groups: (user: User) => connection(users.groups(user)),
      sessions: (user: User, _: unknown, context: RequestContext) =>
        sessions
          .list(context.now, user)
          .map((session) => ({ ...session, created: isoTime(session.created_at) })),
    },
  }
}

function apiToken(token: StoredToken) {
  return {
    id: token.id,
    name: token.name,
    masked_token: token.masked_token,
    created_at: isoTime(token.created_at),
    expires_at: isoTimeOrNull(token.expires_at),
    last_used_at: isoTimeOrNull(token.last_used_at),
  }
}

function userConnection(page: UserPage) {
  return {
    edges: page.users.map(({ user, cursor }) => ({ node: user, cursor })),
    pageInfo: {
      startCursor: page.users[0]?.cursor ?? '',
      endCursor: page.users.at(-1)?.cursor ?? '',
      hasNextPage: page.hasNextPage,
      hasPreviousPage: page.hasPreviousPage,
      globalCount: page.globalCount,
    },
  }
}

/** A short list that always fits one page. */
function connection(nodes: readonly Named[]) {
  return {
    edges: nodes.map((node) => ({ node, cursor: node.id })),
    pageInfo: {
      startCursor: nodes[0]?.id ?? '',
      endCursor: nodes.at(-1)?.id ?? '',
      hasNextPage: false,
      hasPreviousPage: false,
      globalCount: nodes.length,
    },
  }
}
