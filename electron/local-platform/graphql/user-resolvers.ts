import type { Database } from '#base/sqlite.ts'
import { DAY_MS } from '#shared/domain/token.ts'
import { UnsupportedFilterError } from '../filters/filter-group.ts'
import type { PlaintextTokens } from '../peers/plaintext-tokens.ts'
import type { SecondFactors } from '../sessions/second-factor.ts'
import type { SessionStore } from '../sessions/session-store.ts'
import { scopesOf } from '../tokens/scopes.ts'
import type { StoredToken, TokenStore } from '../tokens/token-store.ts'
import { type TokenCaller, type TokenUsage, USAGE_KEPT_DAYS } from '../tokens/usage.ts'
import { capabilityNames, type User } from '../users/user.ts'
import { InvalidCursorError, listUsers, type UserListQuery, type UserPage } from '../users/user-list.ts'
import type { Named, UserStore } from '../users/user-store.ts'
import { forbiddenAccess, functionalError } from './errors.ts'
import { inSlices } from './slices.ts'
import { allowed, can, effectiveCapabilities, loggedIn, type RequestContext, withinReach } from './viewer.ts'

export interface UserServices {
  readonly database: Database
  readonly users: UserStore
  readonly tokens: TokenStore
  readonly usage: TokenUsage
  readonly sessions: SessionStore
  readonly factors: SecondFactors
  /** null: users have tokens of their own */
  readonly plaintext: PlaintextTokens | null
}

/** UTC with milliseconds and Z, as OpenCTI writes every date. */
export const isoTime = (ms: number): string => new Date(ms).toISOString()
export const isoTimeOrNull = (ms: number | null): string | null => (ms === null ? null : isoTime(ms))

export function userResolvers({
  database,
  users,
  tokens,
  usage,
  sessions,
  factors,
  plaintext,
}: UserServices) {
  const flushed = new WeakSet<RequestContext>()
  /** What was used a moment ago is shown as used; written once a request, however many users it lists. */
  const flush = (context: RequestContext): void => {
    if (flushed.has(context)) return
    flushed.add(context)
    usage.flush()
  }
  const listed = (user: User, _: unknown, context: RequestContext) => {
    flush(context)
    return tokens.listed(user).map(apiToken)
  }
  // For people to read; the audit keeps the id.
  const nameOf = (userId: string): string => users.byId(userId)?.name ?? userId
  const revoked = (user: User, _: unknown, context: RequestContext) => {
    flush(context)
    return tokens.revoked(user).map((token) => ({
      ...apiToken(token),
      revoked_at: isoTimeOrNull(token.revoked_at),
      revoked_by: token.revoked_by === null ? null : nameOf(token.revoked_by),
      reason: token.revoke_reason,
    }))
  }
  const fields = {
    entity_type: () => 'User',
    external: (user: User) => user.external === 1,
    user_service_account: (user: User) => user.user_service_account === 1,
    account_lock_after_date: (user: User) => isoTimeOrNull(user.account_lock_after),
    capabilities: (user: User) => capabilityNames(user).map(capability),
    otp_activated: (user: User) => factors.of(user).activated,
    otp_mandatory: (user: User) => factors.of(user).mandatory,
    objectOrganization: (user: User) => connection(users.organizations(user)),
    administrated_organizations: (user: User) => users.administered(user),
    api_token: (user: User, _: unknown, { now }: RequestContext) => plaintext?.of(user, now),
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
        if (user && user.row !== viewer.row && !can(context, 'SETTINGS_SETACCESSES')) {
          const administered = new Set(users.administered(viewer).map((organization) => organization.id))
          // SECURITY: an organisation's administrator reads its people only (P-10).
          if (!users.organizations(user).some((organization) => administered.has(organization.id)))
            throw forbiddenAccess()
        }
        return user
      },
      groups: (_: unknown, __: unknown, context: RequestContext) => {
        allowed(context, 'SETTINGS_SETACCESSES', 'VIRTUAL_ORGANIZATION_ADMIN')
        return connection(users.allGroups())
      },
      users: (_: unknown, query: UserListQuery, context: RequestContext) => {
        const viewer = allowed(context, 'SETTINGS_SETACCESSES', 'VIRTUAL_ORGANIZATION_ADMIN')
        const all = can(context, 'SETTINGS_SETACCESSES')
        try {
          return userConnection(listUsers(database, all ? query : { ...query, administeredBy: viewer }))
        } catch (error) {
          if (error instanceof UnsupportedFilterError || error instanceof InvalidCursorError)
            throw functionalError(error.message)
          throw error
        }
      },
    },
    Mutation: {
      meTokenRenew: (_: unknown, __: unknown, context: RequestContext) => {
        const user = allowed(context, 'APIACCESS_USETOKEN')
        plaintext?.renew(user, context.now)
        return user
      },
    },
    UserEditMutations: {
      tokenRenew: (user: User, _: unknown, context: RequestContext) => {
        allowed(context, 'SETTINGS_SETACCESSES')
        withinReach(context, user)
        plaintext?.renew(user, context.now)
        return user
      },
    },
    MeUser: {
      ...fields,
      capabilities: (user: User, _: unknown, context: RequestContext) =>
        effectiveCapabilities(user, context).map(capability),
    },
    // What was used a moment ago is counted within a minute.
    ApiToken: { apiTokenUsage: ({ id }: { id: string }) => usageReport(usage, id) },
    RevokedApiToken: { apiTokenUsage: ({ id }: { id: string }) => usageReport(usage, id) },
    UserEdge: { node: inSlices(({ node }: { node: User }) => node) },
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
    scopes: scopesOf(token.scopes),
  }
}

const capability = (name: string) => ({ id: `capability--${name}`, name })

function usageReport(usage: TokenUsage, tokenId: string) {
  const { requests, days, ips, agents } = usage.of(tokenId)
  const caller = ({ value, requests, first_at, last_at }: TokenCaller) => ({
    value,
    requests,
    first_seen_at: isoTime(first_at),
    last_seen_at: isoTime(last_at),
  })
  return {
    requests,
    kept_days: USAGE_KEPT_DAYS,
    days: days.map(({ day, requests }) => ({ day: isoTime(day * DAY_MS).slice(0, 10), requests })),
    source_ips: ips.map(caller),
    user_agents: agents.map(caller),
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
