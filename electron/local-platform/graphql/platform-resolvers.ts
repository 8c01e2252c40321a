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
          platform_enterprise_edition: {
            license_enterprise: facts.enterprise,
            license_by_configuration: facts.enterprise,
            license_validated: facts.enterprise,
            license_type: facts.enterprise ? 'standard' : 'none',
          },
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
