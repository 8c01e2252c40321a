import { z } from 'zod'

/**
 * What the platform answers, checked and bounded at the door. Names are its users' words: any length, any script, cut here
 * and never interpreted.
 */
const LONGEST_TEXT = 4_096

const Text = z.string().transform((text) => text.slice(0, LONGEST_TEXT))
export const TextOrEmpty = Text.nullish().transform((text) => text ?? '')
export const TextOrNull = Text.nullish().transform((text) => text ?? null)
/** An id must come back to the platform unchanged, so it is refused rather than cut. */
export const Id = z.string().min(1).max(256)
const SessionId = z.string().min(1).max(512)

/** ISO 8601 → ms since the epoch. */
const Moment = z
  .string()
  .transform((text) => Date.parse(text))
  .refine((time) => !Number.isNaN(time), 'no date')
const MomentOrNull = Moment.nullish().transform((time) => time ?? null)
/** OpenCTI writes "never" of its accounts as a far date or null; a date that cannot be read is none. */
export const LooseMoment = z
  .string()
  .nullish()
  .transform((text) => {
    const time = Date.parse(text ?? '')
    return Number.isNaN(time) ? null : time
  })

const TokenFields = z.object({
  id: Id,
  name: TextOrEmpty,
  masked_token: TextOrEmpty,
  created_at: LooseMoment,
  // SECURITY: an expiry that cannot be read must not pass as "never expires".
  expires_at: MomentOrNull,
  last_used_at: LooseMoment,
})
type TokenFields = z.output<typeof TokenFields>

const plainToken = (token: TokenFields) => ({
  id: token.id,
  name: token.name,
  maskedToken: token.masked_token.slice(0, 32),
  createdAt: token.created_at,
  expiresAt: token.expires_at,
  lastUsedAt: token.last_used_at,
})

export const ApiToken = TokenFields.transform(plainToken)
export type ApiToken = z.output<typeof ApiToken>

export const RevokedApiToken = TokenFields.extend({
  revoked_at: Moment,
  revoked_by: TextOrNull,
  reason: TextOrNull,
}).transform((token) => ({
  ...plainToken(token),
  revokedAt: token.revoked_at,
  revokedBy: token.revoked_by,
  reason: token.reason,
}))
export type RevokedApiToken = z.output<typeof RevokedApiToken>

const SessionDetail = z
  .object({ id: SessionId, created: LooseMoment, ttl: z.number().nullish() })
  .transform(({ id, created, ttl }) => ({
    id,
    createdAt: created,
    ttlSeconds: ttl == null ? null : Math.round(ttl),
  }))

const Capabilities = z
  .array(z.object({ name: Text }).nullable())
  .nullish()
  .transform((list) => (list ?? []).flatMap((capability) => (capability ? [capability.name] : [])))

const UserFields = z.object({
  id: Id,
  name: TextOrEmpty,
  user_email: TextOrEmpty,
  account_status: TextOrEmpty,
  user_service_account: z.boolean().nullish(),
})
type UserFields = z.output<typeof UserFields>

const plainUser = (user: UserFields) => ({
  id: user.id,
  name: user.name,
  email: user.user_email,
  accountStatus: user.account_status,
  serviceAccount: user.user_service_account ?? false,
})

const AccountFields = UserFields.extend({
  account_lock_after_date: LooseMoment,
  capabilities: Capabilities,
  sessions: z.array(SessionDetail.nullable()).nullish(),
})

const plainAccount = (user: z.output<typeof AccountFields>) => ({
  user: {
    ...plainUser(user),
    accountLockAfter: user.account_lock_after_date,
    capabilities: user.capabilities,
  },
  sessions: user.sessions?.filter((session) => session !== null) ?? null,
})

const Access = AccountFields.extend({ api_tokens: z.array(ApiToken) }).transform((user) => ({
  ...plainAccount(user),
  tokens: user.api_tokens,
}))
export type Access = z.output<typeof Access>

/** Of a platform before 7.260224, which has no tokens to list (T-20). */
const OldAccess = AccountFields.transform((user): Access => ({ ...plainAccount(user), tokens: [] }))

const Revoked = z.object({ revoked_api_tokens: z.array(RevokedApiToken) }).nullable()

export const PublicSettingsAnswer = z.object({ publicSettings: z.object({ platform_title: TextOrEmpty }) })

export const IdentityAnswer = z.object({
  me: z.object({
    id: Id,
    name: TextOrEmpty,
    user_email: TextOrEmpty,
    capabilities: Capabilities,
  }),
  about: z.object({ version: TextOrNull }).nullish(),
  settings: z.object({ platform_title: TextOrEmpty }).nullish(),
})

export const UsersAnswer = z.object({
  users: z.object({
    edges: z.array(
      z.object({
        node: UserFields.extend({ api_tokens: z.array(z.unknown()).nullish() }).transform((user) => ({
          ...plainUser(user),
          tokenCount: user.api_tokens?.length ?? null,
        })),
      }),
    ),
    pageInfo: z.object({
      endCursor: z.string().nullish(),
      hasNextPage: z.boolean(),
      globalCount: z.number().int(),
    }),
  }),
})

/** Users are read one by one, by `readInventoryUser`. */
export const InventoryAnswer = z.object({
  users: z.object({
    edges: z.array(z.object({ node: z.unknown() })),
    pageInfo: z.object({
      endCursor: z.string().max(4_096).nullish(),
      hasNextPage: z.boolean(),
      globalCount: z.number().int(),
    }),
  }),
})

export const RevokedInventoryAnswer = z.object({
  users: z.object({
    edges: z.array(
      z.object({
        node: z
          .object({
            id: Id,
            name: TextOrEmpty,
            user_email: TextOrEmpty,
            revoked_api_tokens: z.array(RevokedApiToken),
          })
          .transform(({ id, name, user_email, revoked_api_tokens }) => ({
            owner: { id, name, email: user_email },
            revoked: revoked_api_tokens,
          })),
      }),
    ),
    pageInfo: z.object({ endCursor: z.string().max(4_096).nullish(), hasNextPage: z.boolean() }),
  }),
})

export const UserAccessAnswer = z.object({ user: Access.nullable() })
export const MyAccessAnswer = z.object({ me: Access })
export const UserAccountOldAnswer = z.object({ user: OldAccess.nullable() })
export const MyAccountOldAnswer = z.object({ me: OldAccess })
export const UserRevokedAnswer = z.object({ user: Revoked })
export const MyRevokedAnswer = z.object({ me: Revoked })

/** The only answer that holds a token's value. */
export const GeneratedAnswer = z.object({
  added: z.object({
    token_id: Id,
    plaintext_token: z.string().min(1).max(4_096),
    expires_at: MomentOrNull,
    masked_token: TextOrEmpty,
  }),
})

/** For calls whose answer says nothing beyond "done". */
export const AnyAnswer = z.unknown()
