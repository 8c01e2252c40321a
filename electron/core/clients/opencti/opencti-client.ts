import type { z } from 'zod'
import type { Secret } from '#base/secret.ts'
import type { TokenDuration } from '#shared/domain/token.ts'
import {
  type Access,
  AnyAnswer,
  GeneratedAnswer,
  IdentityAnswer,
  InventoryAnswer,
  MyAccessAnswer,
  MyAccountOldAnswer,
  MyRevokedAnswer,
  PublicSettingsAnswer,
  type RevokedApiToken,
  RevokedInventoryAnswer,
  UserAccessAnswer,
  UserAccountOldAnswer,
  UserRevokedAnswer,
  UsersAnswer,
} from './answers.ts'
import { type AuditQuery, AuditsAnswer, auditVariables } from './audits.ts'
import { type GeneratedToken, takeGenerated } from './generated-token.ts'
import { dataOf } from './graphql.ts'
import { type InventoryUser, readInventoryUser } from './inventory-user.ts'
import auditsDocument from './operations/audits.graphql?raw'
import identityDocument from './operations/identity.graphql?raw'
import inventoryDocument from './operations/inventory.graphql?raw'
import myAccessDocument from './operations/my-access.graphql?raw'
import myAccountOldDocument from './operations/my-account-old.graphql?raw'
import myRevokedDocument from './operations/my-revoked.graphql?raw'
import publicSettingsDocument from './operations/public-settings.graphql?raw'
import revokedInventoryDocument from './operations/revoked-inventory.graphql?raw'
import sessionKillDocument from './operations/session-kill.graphql?raw'
import tokenAddDocument from './operations/token-add.graphql?raw'
import tokenAdminAddDocument from './operations/token-admin-add.graphql?raw'
import tokenAdminRevokeDocument from './operations/token-admin-revoke.graphql?raw'
import tokenAdminRevokeReasonDocument from './operations/token-admin-revoke-reason.graphql?raw'
import tokenRevokeDocument from './operations/token-revoke.graphql?raw'
import tokenRevokeReasonDocument from './operations/token-revoke-reason.graphql?raw'
import trialApiTokensDocument from './operations/trial-api-tokens.graphql?raw'
import trialRevokeReasonDocument from './operations/trial-revoke-reason.graphql?raw'
import trialRevokedTokensDocument from './operations/trial-revoked-tokens.graphql?raw'
import userAccessDocument from './operations/user-access.graphql?raw'
import userAccountOldDocument from './operations/user-account-old.graphql?raw'
import userRevokedDocument from './operations/user-revoked.graphql?raw'
import userSessionsKillDocument from './operations/user-sessions-kill.graphql?raw'
import usersDocument from './operations/users.graphql?raw'
import usersOldDocument from './operations/users-old.graphql?raw'
import { RemoteError } from './remote-error.ts'
import type { Transport } from './transport.ts'

/** What a platform can do, found by asking (introspection is off on a real one). */
export interface PlatformFeatures {
  readonly apiTokens: boolean
  readonly revokedTokens: boolean
  readonly revokeReason: boolean
}

/** What a platform keeps of one user's revoked tokens. */
export interface RevokedRecord {
  readonly owner: { readonly id: string; readonly name: string; readonly email: string }
  readonly revoked: readonly RevokedApiToken[]
}

export interface RevokedPage {
  readonly records: readonly RevokedRecord[]
  readonly nextCursor: string | null
  readonly skewMs: number
}

export interface UserAccessAnswered extends Access {
  /** null: the platform forgets revoked tokens */
  readonly revoked: RevokedApiToken[] | null
  readonly skewMs: number
}

export interface InventoryPage {
  /** Read when they are asked for, so that the next page can be asked for before; null: one that cannot be read. */
  readonly users: () => (InventoryUser | null)[]
  readonly nextCursor: string | null
  /** users of all pages together */
  readonly total: number
  readonly skewMs: number
}

/** `own`: the holder of the connection's token, through the operations that need no right over others. */
export type TokenOwner = { readonly own: true } | { readonly own: false; readonly userId: string }

/** OpenCTI's API as far as the console uses it. Every method throws RemoteError. */
export class OpenCtiClient {
  readonly #transport: Transport
  readonly #token: Secret | null

  /** @param token null: only `publicTitle` can be asked */
  constructor(transport: Transport, token: Secret | null) {
    this.#transport = transport
    this.#token = token
  }

  /** What the platform tells anybody. */
  async publicTitle(): Promise<{ title: string; latencyMs: number }> {
    try {
      const { data, latencyMs } = await this.ask(publicSettingsDocument, {}, PublicSettingsAnswer)
      return { title: data.publicSettings.platform_title, latencyMs }
    } catch (error) {
      // A GraphQL server, but of something else.
      if (error instanceof RemoteError && error.unknownField) {
        throw new RemoteError('not-a-platform', error.detail, 'no')
      }
      throw error
    }
  }

  /** Who the token is and what this platform can do. */
  async identity() {
    const { data, skewMs, latencyMs } = await this.ask(identityDocument, {}, IdentityAnswer)
    const [apiTokens, revokedTokens, revokeReason] = await Promise.all([
      this.#knows(trialApiTokensDocument),
      this.#knows(trialRevokedTokensDocument),
      this.#knows(trialRevokeReasonDocument),
    ])
    const features: PlatformFeatures = { apiTokens, revokedTokens, revokeReason }
    return {
      identity: {
        userId: data.me.id,
        name: data.me.name,
        email: data.me.user_email,
        capabilities: data.me.capabilities,
        platformTitle: data.settings?.platform_title ?? '',
        version: data.about?.version ?? null,
        clockSkewMs: skewMs,
        features,
      },
      latencyMs,
    }
  }

  /** A page of users. Without `withTokens` only what every version answers. */
  async users(page: { search: string; after: string | null; first: number; withTokens: boolean }) {
    const { search, after, first, withTokens } = page
    const document = withTokens ? usersDocument : usersOldDocument
    const variables = { first, after, search: search === '' ? null : search }
    const { edges, pageInfo } = (await this.ask(document, variables, UsersAnswer)).data.users
    return {
      users: edges.map(({ node }) => node),
      nextCursor: pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null,
      total: pageInfo.globalCount,
    }
  }

  /**
   * A page of users with all their tokens, in the order of their names.
   * @param page `order` desc: from the end; `signal` breaks the request off
   */
  async inventoryPage(page: {
    after: string | null
    first: number
    order: 'asc' | 'desc'
    signal: AbortSignal
  }): Promise<InventoryPage> {
    const { signal, ...variables } = page
    const { data, skewMs } = await this.ask(inventoryDocument, variables, InventoryAnswer, signal)
    const { edges, pageInfo } = data.users
    return {
      users: () => edges.map(({ node }) => readInventoryUser(node)),
      nextCursor: pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null,
      total: pageInfo.globalCount,
      skewMs,
    }
  }

  /**
   * A page of users with the revoked tokens that the platform still knows of them. Only where `revokedTokens` is among its
   * features.
   */
  async revokedPage(page: {
    after: string | null
    first: number
    order: 'asc' | 'desc'
    signal: AbortSignal
  }): Promise<RevokedPage> {
    const { signal, ...variables } = page
    const { data, skewMs } = await this.ask(
      revokedInventoryDocument,
      variables,
      RevokedInventoryAnswer,
      signal,
    )
    const { edges, pageInfo } = data.users
    return {
      records: edges.flatMap(({ node }) => (node.revoked.length > 0 ? [node] : [])),
      nextCursor: pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null,
      skewMs,
    }
  }

  /**
   * One user with tokens and sessions; `own` gives no sessions and no lock date, which only an admin may ask. Of a platform
   * without tokens of their own the account and its sessions.
   */
  async access(
    owner: TokenOwner,
    { apiTokens, revokedTokens }: PlatformFeatures,
  ): Promise<UserAccessAnswered> {
    if (!apiTokens) return this.#oldAccess(owner)
    const revoked = revokedTokens ? this.#revoked(owner) : Promise.resolve(null)
    // A failure of the first read is told; this one must not be an unhandled rejection meanwhile.
    revoked.catch(() => {})
    if (owner.own) {
      const { data, skewMs } = await this.ask(myAccessDocument, {}, MyAccessAnswer)
      return { ...data.me, revoked: await revoked, skewMs }
    }
    const { data, skewMs } = await this.ask(userAccessDocument, { id: owner.userId }, UserAccessAnswer)
    if (data.user === null) throw new RemoteError('user-not-found', null, 'no')
    return { ...data.user, revoked: await revoked, skewMs }
  }

  /** SECURITY: `api_token`, the plaintext that such a platform would answer, is asked for nowhere (T-20). */
  async #oldAccess(owner: TokenOwner): Promise<UserAccessAnswered> {
    if (owner.own) {
      const { data, skewMs } = await this.ask(myAccountOldDocument, {}, MyAccountOldAnswer)
      return { ...data.me, revoked: null, skewMs }
    }
    const { data, skewMs } = await this.ask(
      userAccountOldDocument,
      { id: owner.userId },
      UserAccountOldAnswer,
    )
    if (data.user === null) throw new RemoteError('user-not-found', null, 'no')
    return { ...data.user, revoked: null, skewMs }
  }

  async addToken(owner: TokenOwner, name: string, duration: TokenDuration): Promise<GeneratedToken> {
    const input = { name, duration }
    const { data } = owner.own
      ? await this.ask(tokenAddDocument, { input }, GeneratedAnswer)
      : await this.ask(tokenAdminAddDocument, { userId: owner.userId, input }, GeneratedAnswer)
    return takeGenerated(data.added)
  }

  /** @param reason null where the platform takes none */
  async revokeToken(owner: TokenOwner, id: string, reason: string | null): Promise<void> {
    const document = owner.own
      ? reason === null
        ? tokenRevokeDocument
        : tokenRevokeReasonDocument
      : reason === null
        ? tokenAdminRevokeDocument
        : tokenAdminRevokeReasonDocument
    const user = owner.own ? {} : { userId: owner.userId }
    await this.ask(document, { ...user, id, ...(reason === null ? {} : { reason }) }, AnyAnswer)
  }

  async killSession(sessionId: string): Promise<void> {
    await this.ask(sessionKillDocument, { id: sessionId }, AnyAnswer)
  }

  async killSessions(userId: string): Promise<void> {
    await this.ask(userSessionsKillDocument, { id: userId }, AnyAnswer)
  }

  /** A page of the platform's own audit, newest first (opencti-api.md §3.5). Needs SETTINGS_SECURITYACTIVITY. */
  async audits(query: AuditQuery) {
    const { data, skewMs } = await this.ask(auditsDocument, auditVariables(query), AuditsAnswer)
    const { edges, pageInfo } = data.audits
    return {
      records: edges.flatMap((edge) => (edge ? [edge.node] : [])),
      nextCursor: pageInfo.hasNextPage ? (pageInfo.endCursor ?? null) : null,
      /** without a valid licence OpenCTI records nothing */
      licensed: data.settings.platform_enterprise_edition?.license_validated === true,
      skewMs,
    }
  }

  /** The same platform, asked with another token. */
  as(token: Secret): OpenCtiClient {
    return new OpenCtiClient(this.#transport, token)
  }

  async #revoked(owner: TokenOwner): Promise<RevokedApiToken[]> {
    if (owner.own) {
      const { data } = await this.ask(myRevokedDocument, {}, MyRevokedAnswer)
      return data.me?.revoked_api_tokens ?? []
    }
    const { data } = await this.ask(userRevokedDocument, { id: owner.userId }, UserRevokedAnswer)
    return data.user?.revoked_api_tokens ?? []
  }

  /**
   * Asks a document of another file; how the answers of one capability are read stands beside its operations.
   * @throws RemoteError
   */
  async ask<Data>(
    document: string,
    variables: Record<string, unknown>,
    schema: z.ZodType<Data>,
    signal?: AbortSignal,
  ) {
    const answer = await this.#transport.send({ document, variables, token: this.#token, signal })
    const data = dataOf(answer, schema, /^\s*mutation\b/.test(document))
    return { data, skewMs: answer.skewMs ?? 0, latencyMs: answer.latencyMs }
  }

  /** Reads an address of the platform that is no GraphQL. `asNobody` sends no token along. */
  read(path: string, options: { signal?: AbortSignal | undefined; asNobody?: boolean } = {}) {
    const token = options.asNobody ? null : this.#token
    return this.#transport.get({ path, token, signal: options.signal })
  }

  /** Whether the platform knows every field and argument of `document`. */
  async #knows(document: string): Promise<boolean> {
    try {
      await this.ask(document, {}, AnyAnswer)
      return true
    } catch (error) {
      if (error instanceof RemoteError && error.unknownField) return false
      throw error
    }
  }
}
