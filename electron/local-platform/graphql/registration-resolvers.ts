import type { Attempt } from '../../xtm-one/storage.ts'
import type { PlatformRegistration } from '../xtm-one/platform-registration.ts'
import { functionalError } from './errors.ts'
import { isoTime } from './user-resolvers.ts'
import { allowed, type RequestContext } from './viewer.ts'

const MOST_ATTEMPTS = 500
const DOTS = '••••••••'
/** Who may change the platform's parameters may see and start its registration. */
const CAPABILITY = 'SETTINGS_SETPARAMETERS'

/** Extension: the record of the registration with XTM One, and a beat on demand. */
export function registrationResolvers(registration: PlatformRegistration) {
  const isoOrNull = (time: number | null): string | null => (time === null ? null : isoTime(time))

  const shown = ({ now }: RequestContext) => {
    const status = registration.status()
    return {
      now: isoTime(now),
      configuration: configurationOf(registration),
      running: status?.running ?? false,
      next_attempt_at: isoOrNull(status?.nextAttemptAt ?? null),
      last_success_at: isoOrNull(registration.record.lastSuccessAt()),
      provisioned: status?.provisioned ?? null,
    }
  }

  return {
    Query: {
      xtmOneRegistration: (_: unknown, __: unknown, context: RequestContext) => {
        allowed(context, CAPABILITY)
        return shown(context)
      },
    },
    Mutation: {
      xtmOneRegisterNow: (_: unknown, __: unknown, context: RequestContext) => {
        allowed(context, CAPABILITY)
        if (!registration.registerNow()) throw functionalError('Registration with XTM One is not configured')
        return shown(context)
      },
    },
    XtmOneRegistration: {
      attempts: (_: unknown, { since, first }: { since?: string | null; first?: number | null }) => {
        const from = since ? Date.parse(since) : 0
        const most = Math.max(0, Math.min(first ?? MOST_ATTEMPTS, MOST_ATTEMPTS))
        const attempts = registration.record.attempts(Number.isNaN(from) ? 0 : from)
        return attempts.toReversed().slice(0, most).map(attemptOf)
      },
      last_answer: () => {
        const answer = registration.record.lastAnswer()
        if (answer === null) return null
        const { licence } = answer
        const proved = licence?.readable ? licence.licence : null
        return {
          received_at: isoTime(answer.receivedAt),
          status: answer.status,
          version: answer.version,
          ee_enabled: answer.eeEnabled,
          ee_sources: answer.eeSources,
          user_integrations: answer.userIntegrations,
          chat_token_given: answer.chatTokenGiven,
          licence: licence && {
            usable: proved?.usable ?? false,
            type: proved?.type ?? null,
            expires_at: isoOrNull(proved?.validTo ?? null),
            platform_match: proved?.platformMatches ?? null,
            signature: proved?.signature ?? null,
            problem: licence.readable ? null : licence.problem,
          },
          intents: answer.intents,
        }
      },
      payload_preview: async () => {
        const preview = await registration.preview()
        if (preview === null) return null
        const { intents, ...head } = preview.head
        return {
          fields: [
            // SECURITY: that there is a bearer, never the bearer.
            { name: 'authorization', value: `Bearer ${DOTS}` },
            ...Object.entries(head).map(([name, value]) => ({ name, value: String(value) })),
          ],
          intents: intents.map(({ name }) => name),
          credentials: preview.credentials && {
            admin_key: preview.credentials.adminKey === 'sent' ? 'sent' : 'already-sent',
            user_count: preview.userCount,
            users: preview.credentials.users.map(({ email, display_name, api_key }) => ({
              email,
              display_name,
              key_sent: api_key === '',
            })),
          },
        }
      },
    },
  }
}

function configurationOf({ configuration, isStandIn }: PlatformRegistration) {
  const active = configuration.state === 'active' ? configuration.configuration : null
  return {
    state: configuration.state,
    missing: configuration.state === 'off' ? configuration.missing : [],
    problems: configuration.state === 'invalid' ? configuration.problems : [],
    url: active?.url ?? null,
    profile: active?.profile ?? null,
    stand_in: isStandIn,
  }
}

function attemptOf(attempt: Attempt) {
  return {
    started_at: isoTime(attempt.startedAt),
    ended_at: isoTime(attempt.endedAt),
    trigger: attempt.trigger,
    outcome: attempt.outcome,
    http_status: attempt.httpStatus,
    tries: attempt.tries,
    detail: attempt.detail,
  }
}
