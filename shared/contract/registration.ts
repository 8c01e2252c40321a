import { eventIterator } from '@orpc/contract'
import { z } from 'zod'
import { ADDRESS_MAX, PASTED_TOKEN_MAX } from '#shared/domain/connection-limits.ts'
import {
  REGISTRATION_FAILURES,
  REGISTRATION_KEY_PROBLEMS,
  REGISTRATION_KEYS,
  REGISTRATION_PROFILES,
  REGISTRATION_STATES,
} from '#shared/domain/registration.ts'
import { ConnectionId, Instant } from './connections.ts'
import { Problem, procedure } from './problem.ts'

/** How fresh a registration is. `unknown`: nobody could look, or this platform does not report it. */
export const RegistrationState = z.enum(REGISTRATION_STATES)

/**
 * Where a fact comes from: `settings` and `chatbot-config` are OpenCTI's own, `record` is the extension of the local
 * platform, the last two are XTM One itself, asked by the console.
 */
export const FactSource = z.enum(['settings', 'chatbot-config', 'record', 'xtm-one-health', 'xtm-one-keys'])
export type FactSource = z.infer<typeof FactSource>

/** One fact with its age and its source. */
const fact = <Value extends z.ZodType>(value: Value) =>
  z.object({
    source: FactSource,
    known: z.discriminatedUnion('state', [
      z.object({ state: z.literal('unread') }),
      z.object({ state: z.literal('reported'), value, readAt: Instant }),
      /** this platform says nothing about it, or not to this token */
      z.object({ state: z.literal('not-reported'), readAt: Instant }),
      /** it could not be read; `last` is what was known before */
      z.object({
        state: z.literal('failed'),
        problem: Problem,
        readAt: Instant,
        last: z.object({ value, readAt: Instant }).nullable(),
      }),
    ]),
  })
export type Fact<Value> = {
  readonly source: FactSource
  readonly known:
    | { readonly state: 'unread' }
    | { readonly state: 'reported'; readonly value: Value; readonly readAt: number }
    | { readonly state: 'not-reported'; readonly readAt: number }
    | {
        readonly state: 'failed'
        readonly problem: Problem
        readonly readAt: number
        readonly last: { readonly value: Value; readonly readAt: number } | null
      }
}

/** XTM_ONE_REGISTRATION_MANAGER of `platform_modules`. */
export const ManagerModule = z.object({
  /** XTM One's address and token are both configured */
  enabled: z.boolean(),
  /** a beat is under way at this very moment; false says nothing */
  running: z.boolean(),
  warning: z.boolean(),
})
export type ManagerModule = z.infer<typeof ManagerModule>

/** `platform_enterprise_edition`. */
export const Enterprise = z.object({
  enabled: z.boolean(),
  validated: z.boolean(),
  byConfiguration: z.boolean(),
  customer: z.string().nullable(),
  type: z.string().nullable(),
  startsAt: Instant.nullable(),
  expiresAt: Instant.nullable(),
  expired: z.boolean(),
  platformMatch: z.boolean(),
  /** OPENCTI_LICENSE, XTM_ONE_LICENSE; null where the platform does not say */
  licenceSource: z.string().nullable(),
})
export type Enterprise = z.infer<typeof Enterprise>

/** `GET /chatbot/config`. */
export const ChatbotConfig = z.object({ xtmOneUrl: z.string().nullable(), configured: z.boolean() })
export type ChatbotConfig = z.infer<typeof ChatbotConfig>

export const XtmOneHealth = z.object({
  healthy: z.boolean(),
  version: z.string().nullable(),
  latencyMs: z.number(),
})
export type XtmOneHealth = z.infer<typeof XtmOneHealth>

/** The public keys that XTM One signs with, and the name it signs as. */
export const XtmOneKeys = z.object({ keyIds: z.array(z.string()), issuer: z.string().nullable() })
export type XtmOneKeys = z.infer<typeof XtmOneKeys>

const ConfigurationKey = z.enum(REGISTRATION_KEYS)
export const Profile = z.enum(REGISTRATION_PROFILES)
export type Profile = z.infer<typeof Profile>

/** The configuration check. Problems name the key, never its value. */
export const RegistrationConfiguration = z.discriminatedUnion('state', [
  /** the manager is off, as it may be: `missing` would switch it on */
  z.object({ state: z.literal('off'), missing: z.array(ConfigurationKey) }),
  z.object({
    state: z.literal('invalid'),
    problems: z.array(
      z.object({
        key: ConfigurationKey,
        code: z.enum([...REGISTRATION_KEY_PROBLEMS, 'other']),
        /** the platform's own sentence */
        message: z.string(),
      }),
    ),
  }),
  z.object({
    state: z.literal('active'),
    url: z.string(),
    profile: Profile,
    /** the receiving end is the stand-in that comes with the embedded platform */
    standIn: z.boolean(),
  }),
])
export type RegistrationConfiguration = z.infer<typeof RegistrationConfiguration>

/** One run of the manager, with all its tries. */
export const Attempt = z.object({
  startedAt: Instant,
  endedAt: Instant,
  trigger: z.enum(['schedule', 'request']),
  /** `other`: a class that this console does not know */
  outcome: z.enum(['registered', ...REGISTRATION_FAILURES, 'other']),
  httpStatus: z.number().int().nullable(),
  tries: z.number().int(),
  /** a few words of the platform, shown as text */
  detail: z.string().nullable(),
})
export type Attempt = z.infer<typeof Attempt>

/** The last answer that XTM One gave: everything but the chat token. */
export const RegistrationAnswer = z.object({
  receivedAt: Instant,
  status: z.string().nullable(),
  version: z.string().nullable(),
  /** what XTM One says; it grants nothing */
  eeEnabled: z.boolean().nullable(),
  eeSources: z.array(z.string()),
  userIntegrations: z.number().int().nullable(),
  chatTokenGiven: z.boolean(),
  licence: z
    .object({
      usable: z.boolean(),
      type: z.string().nullable(),
      expiresAt: Instant.nullable(),
      platformMatch: z.boolean().nullable(),
      signature: z.enum(['verified', 'wrong', 'not-checked']).nullable(),
      /** why it is not usable, in the platform's words */
      problem: z.string().nullable(),
    })
    .nullable(),
  intents: z.array(
    z.object({
      name: z.string(),
      description: z.string().nullable(),
      agents: z.array(z.object({ id: z.string(), name: z.string(), slug: z.string().nullable() })),
    }),
  ),
})
export type RegistrationAnswer = z.infer<typeof RegistrationAnswer>

/** What the next beat would carry. Secrets are dots, made by the platform; the users are its first five. */
export const PayloadPreview = z.object({
  fields: z.array(z.object({ name: z.string(), value: z.string() })),
  intents: z.array(z.string()),
  /** the proof-of-concept profile alone */
  credentials: z
    .object({
      adminKey: z.enum(['sent', 'already-sent']),
      users: z.array(z.object({ email: z.string(), displayName: z.string(), keySent: z.boolean() })),
      userCount: z.number().int(),
    })
    .nullable(),
})
export type PayloadPreview = z.infer<typeof PayloadPreview>

/** What the local platform records of its registration. */
export const RegistrationRecord = z.object({
  configuration: RegistrationConfiguration,
  running: z.boolean(),
  /** null while the manager is off */
  nextAttemptAt: Instant.nullable(),
  lastSuccessAt: Instant.nullable(),
  /** newest first, at most 20; `day` has them all */
  attempts: z.array(Attempt),
  lastAnswer: RegistrationAnswer.nullable(),
  preview: PayloadPreview.nullable(),
  /** how many users' tokens stand where; null outside of the proof-of-concept profile */
  provisioned: z
    .object({
      intended: z.number().int(),
      minted: z.number().int(),
      delivered: z.number().int(),
      revoked: z.number().int(),
    })
    .nullable(),
})
export type RegistrationRecord = z.infer<typeof RegistrationRecord>

/** Why "Register now" cannot be pressed; null = it can. */
export const RegisterBar = z.enum(['unread', 'not-reported', 'off', 'invalid', 'forbidden'])
export type RegisterBar = z.infer<typeof RegisterBar>

/** A platform's registration with XTM One as far as it can be seen. All times are the console's clock. */
export const Registration = z.object({
  connectionId: ConnectionId,
  state: RegistrationState,
  module: fact(ManagerModule),
  enterprise: fact(Enterprise),
  chatbot: fact(ChatbotConfig),
  record: fact(RegistrationRecord),
  health: fact(XtmOneHealth),
  keys: fact(XtmOneKeys),
  /** when Enterprise Edition goes with the registration; null when it does not hang on it */
  enterpriseLossAt: Instant.nullable(),
  registerBar: RegisterBar.nullable(),
})
export type Registration = z.infer<typeof Registration>

export const RegistrationPoint = z.object({
  from: Instant,
  to: Instant,
  /** the worst state within; `unknown` = not observed, drawn hatched */
  state: RegistrationState,
  attempts: z.number().int(),
  failures: z.number().int(),
})

export const RegistrationDay = z.object({
  /** 288 points of 5 minutes on the UTC grid, oldest first */
  points: z.array(RegistrationPoint),
  /** those of the day, newest first */
  attempts: z.array(Attempt),
  /** false: this platform does not report its attempts, so no point is known */
  reported: z.boolean(),
})
export type RegistrationDay = z.infer<typeof RegistrationDay>

/** What the embedded platform registers with. */
export const LocalXtmOne = z.object({
  /** `stand-in`: a receiving end on this machine that comes with the platform */
  mode: z.enum(['stand-in', 'own', 'off']),
  /** of `own`; kept when another mode is chosen */
  url: z.string(),
  profile: Profile,
  /** whether a token for that address is kept */
  hasToken: z.boolean(),
})
export type LocalXtmOne = z.infer<typeof LocalXtmOne>

/** All that an OpenAEV tells of XTM One (opencti-api.md §6.4); null: this version does not tell. */
export const OpenAevXtmOne = z.object({
  configured: z.boolean().nullable(),
  url: z.string().nullable(),
  readAt: Instant,
})
export type OpenAevXtmOne = z.infer<typeof OpenAevXtmOne>

const OfConnection = z.object({ connectionId: ConnectionId })

export const registration = {
  /** The registration of a connection at once and at each change; while somebody watches it is read every 15 s. */
  watch: procedure.input(OfConnection).output(eventIterator(Registration)),
  /** Reads all of it again. */
  refresh: procedure.input(OfConnection).output(Registration),
  /** Starts a beat now; how it went comes with `watch`. */
  registerNow: procedure.input(OfConnection).output(Registration),
  /** The 24 hours that end at `until`, now unless given. */
  day: procedure.input(OfConnection.extend({ until: Instant.optional() })).output(RegistrationDay),
  /** Reads what an OpenAEV tells; every other procedure is of OpenCTI. */
  openAev: procedure.input(OfConnection).output(OpenAevXtmOne),
  /** What the embedded platform registers with. */
  local: procedure.output(LocalXtmOne),
  /**
   * Changes it and starts the embedded platform anew. `token` goes into the secret store; null keeps the one that is there,
   * which belongs to its address: another address needs it typed again.
   */
  setLocal: procedure
    .input(
      LocalXtmOne.omit({ hasToken: true }).extend({
        url: z.string().trim().max(ADDRESS_MAX),
        token: z.string().trim().min(1).max(PASTED_TOKEN_MAX).nullable(),
      }),
    )
    .output(LocalXtmOne),
}
