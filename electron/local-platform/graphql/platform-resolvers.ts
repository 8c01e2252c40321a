import { DAY_MS } from '#shared/domain/token.ts'
import { SESSION_TIMEOUT_MS } from '../sessions/session-store.ts'
import { isoTime } from './user-resolvers.ts'
import { loggedIn, type RequestContext } from './viewer.ts'

export interface PlatformFacts {
  readonly id: string
  readonly title: string
  /** in OpenCTI's scheme: the schema spoken here is the one of that version */
  readonly version: string
  readonly enterprise: boolean
  readonly adminEmail: string
  /** ms since the epoch */
  readonly createdAt: number
  url(): string
}

const PROVIDERS = [{ name: 'local', type: 'FORM', provider: 'local', button_label_override: null }]

const USER_STATUSES = [
  { status: 'Active', message: '' },
  { status: 'Inactive', message: 'Your account is not active. Contact your administrator.' },
  { status: 'Locked', message: 'Your account is locked. Contact your administrator.' },
  { status: 'Expired', message: 'Your account has expired. Contact your administrator.' },
]

/** What the platform says about itself (opencti-api.md §3.6). `publicSettings` needs no login. */
export function platformResolvers(facts: PlatformFacts) {
  return {
    Query: {
      about: (_: unknown, __: unknown, context: RequestContext) => {
        loggedIn(context)
        return { version: facts.version, dependencies: [] }
      },
      settings: (_: unknown, __: unknown, context: RequestContext) => {
        loggedIn(context)
        return {
          id: facts.id,
          platform_title: facts.title,
          platform_url: facts.url(),
          platform_email: facts.adminEmail,
          platform_type: 'STANDARD',
          platform_modules: [],
          platform_providers: PROVIDERS,
          platform_user_statuses: USER_STATUSES,
          platform_session_timeout: SESSION_TIMEOUT_MS,
          platform_enterprise_edition: licence(facts),
          otp_mandatory: false,
          created_at: isoTime(facts.createdAt),
          updated_at: isoTime(facts.createdAt),
        }
      },
      publicSettings: () => ({
        id: facts.id,
        platform_title: facts.title,
        platform_login_message: null,
        platform_theme: 'auto',
        platform_language: 'auto',
        platform_providers: PROVIDERS,
        platform_enterprise_edition_license_validated: facts.enterprise,
        playground_enabled: false,
      }),
    },
  }
}

const YEAR_MS = 365 * DAY_MS

/** A licence of a year from the platform's first start; it is none that anybody issued. */
function licence({ id, enterprise, createdAt }: PlatformFacts) {
  return {
    license_enterprise: enterprise,
    license_by_configuration: enterprise,
    license_customer: enterprise ? 'Local platform' : '',
    license_validated: enterprise,
    license_valid_cert: enterprise,
    license_expired: false,
    license_expiration_prevention: false,
    license_start_date: isoTime(createdAt),
    license_expiration_date: isoTime(createdAt + YEAR_MS),
    license_platform: enterprise ? id : '',
    license_type: enterprise ? 'standard' : 'none',
    license_platform_match: enterprise,
    license_creator: '',
    license_global: false,
    license_extra_expiration: false,
    license_extra_expiration_days: null,
    license_source: enterprise ? 'OPENCTI_LICENSE' : null,
  }
}
