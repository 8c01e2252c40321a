import { hmac, newTokenValue, type RandomSource } from '#base/crypto.ts'
import type { Secret } from '#base/secret.ts'
import { type Database, transaction } from '#base/sqlite.ts'
import { expiryOf, lastFour, maskToken, type TokenDuration } from '#shared/domain/token.ts'
import type { RequestSource } from '../audit/audit-events.ts'
import type { AuditLog } from '../audit/audit-log.ts'
import { newId } from '../ids.ts'
import { legacyTokens } from '../migration/legacy-tokens.ts'
import type { PlatformKeys } from '../platform-keys.ts'
import type { User } from '../users/user.ts'
import { CredentialInTextError, credentialFinder } from './no-credentials.ts'
import { scopesText } from './scopes.ts'

/** A token as it is listed; its value is nowhere. Times are ms since the epoch. */
export interface StoredToken {
  readonly id: string
  readonly name: string
  readonly masked_token: string
  readonly created_at: number
  readonly expires_at: number | null
  readonly last_used_at: number | null
  readonly revoked_at: number | null
  readonly revoked_by: string | null
  readonly revoke_reason: string | null
  /** names in one text, parted by blanks; null = all capabilities of its user */
  readonly scopes: string | null
}

export interface CreatedToken {
  readonly id: string
  readonly plaintext: Secret
  readonly masked: string
  readonly expiresAt: number | null
}

/** Who does something, when and through what. */
export interface Deed {
  readonly actor: Pick<User, 'id' | 'user_email'>
  readonly at: number
  readonly source: RequestSource
}

export interface TokenStore {
  /**
   * @param scopes granted ones (grantedScopes); null = all that the owner may do
   * @throws CredentialInTextError when the name holds a token
   */
  create(
    owner: User,
    name: string,
    duration: TokenDuration,
    deed: Deed,
    scopes?: readonly string[] | null,
  ): CreatedToken
  /**
   * Makes a value that was decided elsewhere an unlimited token of `owner`, with its record. A value that is a token already
   * is left alone, so that this can be asked again after a crash. Runs inside a transaction of the caller.
   * @returns the token's id
   */
  adopt(owner: User, name: string, value: Secret, deed: Deed): string
  /** False when the owner has no such token, or it is revoked already. A token in the reason is taken out of it. */
  revoke(owner: User, tokenId: string, reason: string | null, deed: Deed): boolean
  /** Whether anybody has or had a token of this id. */
  exists(tokenId: string): boolean
  /** What a client may see in `api_tokens`: everything not revoked, expired ones too; oldest first. */
  listed(owner: Pick<User, 'row' | 'id'>): StoredToken[]
  revoked(owner: Pick<User, 'row'>): StoredToken[]
  /** Puts a token whose value was decided elsewhere (base token, seed), in place of one of the same id. */
  put(owner: User, token: GivenToken): void
  /** Takes the token out without a trace: for the base token, whose value the configuration owns. */
  remove(tokenId: string): void
}

interface GivenToken {
  readonly id: string
  readonly name: string
  readonly value: Secret
  readonly createdAt: number
  readonly expiresAt: number | null
  readonly lastUsedAt?: number | null
  readonly scopes?: readonly string[] | null
  readonly revoked?: { readonly at: number; readonly by: string; readonly reason: string | null }
}

/** @param keepsRevoked false: a revoked token is removed, as on OpenCTI (opencti-api.md §2.2) */
export function tokenStore(
  database: Database,
  keys: PlatformKeys,
  audit: AuditLog,
  random: RandomSource,
  { keepsRevoked }: { readonly keepsRevoked: boolean } = { keepsRevoked: true },
): TokenStore {
  const insert = database.prepare(
    `INSERT INTO tokens (hash, id, user_row, name, masked_token, key_id, created_at, expires_at, revoked_at, revoked_by, revoke_reason, scopes)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const find = database.prepare(
    'SELECT name, masked_token, expires_at FROM tokens WHERE id = ? AND user_row = ? AND revoked_at IS NULL',
  )
  const findByHash = database.prepare('SELECT id FROM tokens WHERE hash = ?')
  const findId = database.prepare('SELECT 1 FROM tokens WHERE id = ?')
  const markRevoked = database.prepare(
    'UPDATE tokens SET revoked_at = ?, revoked_by = ?, revoke_reason = ? WHERE id = ?',
  )
  const list = (condition: string) =>
    database.prepare(
      `SELECT t.id, t.name, t.masked_token, t.created_at, t.expires_at, usage.last_used_at, t.revoked_at, t.revoked_by, t.revoke_reason, t.scopes
       FROM tokens t LEFT JOIN token_usage usage ON usage.token_row = t.row
       WHERE t.user_row = ? AND ${condition} ORDER BY t.created_at, t.id`,
    )
  const listListed = list('t.revoked_at IS NULL')
  const listRevoked = list('t.revoked_at IS NOT NULL')
  const deleteToken = database.prepare('DELETE FROM tokens WHERE id = ?')
  const putUsage = database.prepare('INSERT INTO token_usage (token_row, last_used_at) VALUES (?, ?)')

  const legacy = legacyTokens(database, keys)
  const credentials = credentialFinder(database, keys.token)

  const remove = (tokenId: string): void => void deleteToken.run(tokenId)

  /** SECURITY: only the keyed digest and the mask are stored (PRD FR-014, FR-101); the record is part of the deed. Inside a transaction. */
  const record = (
    owner: User,
    {
      name,
      value,
      expiresAt,
      scopes,
    }: Pick<GivenToken, 'name' | 'value' | 'expiresAt'> & { scopes: readonly string[] | null },
    deed: Deed,
  ): string => {
    const id = newId(random)
    const plaintext = value.expose()
    const masked = maskToken(plaintext)
    insert.run(
      hmac(keys.token, plaintext),
      id,
      owner.row,
      name,
      masked,
      keys.keyId,
      deed.at,
      expiresAt,
      null,
      null,
      null,
      scopesText(scopes),
    )
    audit.append({
      event: 'token.created',
      at: deed.at,
      actor: { id: deed.actor.id, email: deed.actor.user_email },
      subject: { id: owner.id, email: owner.user_email },
      token: { id, lastFour: lastFour(masked), name },
      expiresAt,
      scopes,
      reason: null,
      source: deed.source,
    })
    return id
  }

  return {
    create(owner, name, duration, deed, scopes = null) {
      if (credentials.holds(name)) throw new CredentialInTextError('The name')
      const { secret, masked } = newTokenValue(random)
      const expiresAt = expiryOf(duration, deed.at)
      const id = transaction(database, () => record(owner, { name, value: secret, expiresAt, scopes }, deed))
      return { id, plaintext: secret, masked, expiresAt }
    },

    adopt(owner, name, value, deed) {
      const known = findByHash.get(hmac(keys.token, value.expose())) as { id: string } | undefined
      return known?.id ?? record(owner, { name, value, expiresAt: null, scopes: null }, deed)
    },

    revoke(owner, tokenId, given, deed) {
      return transaction(database, () => {
        // SECURITY: taken out, not refused: a revocation must not fail because somebody quotes the token that leaked.
        const reason = given === null ? null : credentials.cleaned(given)
        // A legacy token that still waits is migrated first, so that its revocation outlives every rollback.
        legacy.migrateById(owner, tokenId, deed.at)
        const token = find.get(tokenId, owner.row) as
          | { name: string; masked_token: string; expires_at: number | null }
          | undefined
        if (!token) return false
        if (keepsRevoked) markRevoked.run(deed.at, deed.actor.id, reason, tokenId)
        else {
          remove(tokenId)
          legacy.forgetById(owner, tokenId)
        }
        audit.append({
          event: 'token.revoked',
          at: deed.at,
          actor: { id: deed.actor.id, email: deed.actor.user_email },
          subject: { id: owner.id, email: owner.user_email },
          token: { id: tokenId, lastFour: lastFour(token.masked_token), name: token.name },
          expiresAt: token.expires_at,
          reason,
          source: deed.source,
        })
        return true
      })
    },

    exists: (tokenId) => findId.get(tokenId) !== undefined,
    listed: (owner) => [
      ...legacy.listed(owner).map((token) => ({ ...token, scopes: null })),
      ...(listListed.all(owner.row) as unknown as StoredToken[]),
    ],
    revoked: (owner) => listRevoked.all(owner.row) as unknown as StoredToken[],

    put(owner, { id, name, value, createdAt, expiresAt, lastUsedAt, scopes, revoked }) {
      remove(id)
      const plaintext = value.expose()
      const { lastInsertRowid } = insert.run(
        hmac(keys.token, plaintext),
        id,
        owner.row,
        name,
        maskToken(plaintext),
        keys.keyId,
        createdAt,
        expiresAt,
        revoked?.at ?? null,
        revoked?.by ?? null,
        revoked?.reason ?? null,
        scopesText(scopes ?? null),
      )
      if (lastUsedAt != null) putUsage.run(lastInsertRowid, lastUsedAt)
    },

    remove,
  }
}
