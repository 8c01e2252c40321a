import { z } from 'zod'
import {
  REGISTRATION_FAILURES,
  REGISTRATION_KEY_PROBLEMS,
  REGISTRATION_KEYS,
  REGISTRATION_PROFILES,
} from '#shared/domain/registration.ts'

/** What a platform answers about its registration with XTM One, checked and bounded at the door. */
const LONGEST_TEXT = 2_000
const MOST_ENTRIES = 500

const Text = z.string().transform((text) => text.slice(0, LONGEST_TEXT))
const TextOrNull = Text.nullish().transform((text) => text ?? null)
const Flag = z
  .boolean()
  .nullish()
  .transform((flag) => flag ?? false)
const Count = z.number().int().nonnegative()
const Moment = z
  .string()
  .transform((text) => Date.parse(text))
  .refine((time) => !Number.isNaN(time), 'no date')
const MomentOrNull = Moment.nullish().transform((time) => time ?? null)
/** A date that cannot be read is none. */
const LooseMoment = z
  .string()
  .nullish()
  .transform((text) => {
    const time = Date.parse(text ?? '')
    return Number.isNaN(time) ? null : time
  })
const listOf = <Entry extends z.ZodType>(entry: Entry) =>
  z
    .array(entry)
    .nullish()
    .transform((list) => (list ?? []).slice(0, MOST_ENTRIES))

export const ModulesAnswer = z.object({
  settings: z.object({
    platform_modules: listOf(z.object({ id: Text, enable: Flag, running: Flag, warning: Flag })),
  }),
})

export const EnterpriseAnswer = z.object({
  settings: z.object({
    platform_enterprise_edition: z
      .object({
        license_enterprise: Flag,
        license_by_configuration: Flag,
        license_validated: Flag,
        license_customer: TextOrNull,
        license_type: TextOrNull,
        license_start_date: LooseMoment,
        license_expiration_date: LooseMoment,
        license_expired: Flag,
        license_platform_match: Flag,
      })
      .transform((edition) => ({
        enabled: edition.license_enterprise,
        byConfiguration: edition.license_by_configuration,
        validated: edition.license_validated,
        customer: edition.license_customer,
        type: edition.license_type,
        // Without one the dates mean nothing, and cannot be left out.
        startsAt: edition.license_enterprise ? edition.license_start_date : null,
        expiresAt: edition.license_enterprise ? edition.license_expiration_date : null,
        expired: edition.license_expired,
        platformMatch: edition.license_platform_match,
      })),
  }),
})

export const LicenceSourceAnswer = z.object({
  settings: z.object({ platform_enterprise_edition: z.object({ license_source: TextOrNull }) }),
})

/** `GET /chatbot/config` (opencti-api.md §4.3). */
export const ChatbotConfigAnswer = z
  .object({ xtm_one_url: TextOrNull, xtm_one_configured: Flag })
  .transform((config) => ({ xtmOneUrl: config.xtm_one_url, configured: config.xtm_one_configured }))

const ConfigurationKey = z.enum(REGISTRATION_KEYS)
const ProblemOfKey = z.object({
  key: ConfigurationKey,
  code: z.enum([...REGISTRATION_KEY_PROBLEMS, 'other']).catch('other'),
  message: Text,
})

const Configuration = z
  .object({
    state: z.enum(['off', 'invalid', 'active']),
    missing: listOf(ConfigurationKey),
    problems: listOf(ProblemOfKey),
    url: TextOrNull,
    profile: z.enum(REGISTRATION_PROFILES).nullish(),
    stand_in: Flag,
  })
  .transform(({ state, missing, problems, url, profile, stand_in }) => {
    if (state === 'off') return { state, missing }
    if (state === 'invalid') return { state, problems }
    return { state, url: url ?? '', profile: profile ?? 'current', standIn: stand_in }
  })

const Attempt = z
  .object({
    started_at: Moment,
    ended_at: Moment,
    trigger: z.enum(['schedule', 'request']).catch('schedule'),
    outcome: z.enum(['registered', ...REGISTRATION_FAILURES, 'other']).catch('other'),
    http_status: z.number().int().nullish(),
    tries: Count,
    detail: TextOrNull,
  })
  .transform((attempt) => ({
    startedAt: attempt.started_at,
    endedAt: attempt.ended_at,
    trigger: attempt.trigger,
    outcome: attempt.outcome,
    httpStatus: attempt.http_status ?? null,
    tries: attempt.tries,
    detail: attempt.detail,
  }))

const Licence = z
  .object({
    usable: Flag,
    type: TextOrNull,
    expires_at: MomentOrNull,
    platform_match: z.boolean().nullish(),
    signature: z.enum(['verified', 'wrong', 'not-checked']).nullish().catch(null),
    problem: TextOrNull,
  })
  .transform((licence) => ({
    usable: licence.usable,
    type: licence.type,
    expiresAt: licence.expires_at,
    platformMatch: licence.platform_match ?? null,
    signature: licence.signature ?? null,
    problem: licence.problem,
  }))

const Answer = z
  .object({
    received_at: Moment,
    status: TextOrNull,
    version: TextOrNull,
    ee_enabled: z.boolean().nullish(),
    ee_sources: listOf(Text),
    user_integrations: z.number().int().nullish(),
    chat_token_given: Flag,
    licence: Licence.nullish(),
    intents: listOf(
      z.object({
        name: Text,
        description: TextOrNull,
        agents: listOf(z.object({ id: Text, name: Text, slug: TextOrNull })),
      }),
    ),
  })
  .transform((answer) => ({
    receivedAt: answer.received_at,
    status: answer.status,
    version: answer.version,
    eeEnabled: answer.ee_enabled ?? null,
    eeSources: answer.ee_sources,
    userIntegrations: answer.user_integrations ?? null,
    chatTokenGiven: answer.chat_token_given,
    licence: answer.licence ?? null,
    intents: answer.intents,
  }))

const Preview = z.object({
  fields: listOf(z.object({ name: Text, value: Text })),
  intents: listOf(Text),
  credentials: z
    .object({
      admin_key: z.enum(['sent', 'already-sent']),
      user_count: Count,
      users: listOf(
        z.object({ email: Text, display_name: Text, key_sent: Flag }).transform((user) => ({
          email: user.email,
          displayName: user.display_name,
          keySent: user.key_sent,
        })),
      ),
    })
    .transform(({ admin_key, user_count, users }) => ({
      adminKey: admin_key,
      userCount: user_count,
      users,
    }))
    .nullish()
    .transform((credentials) => credentials ?? null),
})

export const RecordAnswer = z.object({
  xtmOneRegistration: z
    .object({
      now: Moment,
      configuration: Configuration,
      running: Flag,
      next_attempt_at: MomentOrNull,
      last_success_at: MomentOrNull,
      attempts: listOf(Attempt),
      last_answer: Answer.nullish(),
      payload_preview: Preview.nullish(),
      provisioned: z.object({ intended: Count, minted: Count, delivered: Count, revoked: Count }).nullish(),
    })
    .transform((record) => ({
      now: record.now,
      configuration: record.configuration,
      running: record.running,
      nextAttemptAt: record.next_attempt_at,
      lastSuccessAt: record.last_success_at,
      attempts: record.attempts,
      lastAnswer: record.last_answer ?? null,
      preview: record.payload_preview ?? null,
      provisioned: record.provisioned ?? null,
    })),
})
/** All times are the platform's clock, whose present is `now`. */
export type PlatformRecord = z.output<typeof RecordAnswer>['xtmOneRegistration']

export const AttemptsAnswer = z.object({
  xtmOneRegistration: z.object({ now: Moment, attempts: listOf(Attempt) }),
})

export const RegisterNowAnswer = z.object({ xtmOneRegisterNow: z.object({ running: Flag }) })
