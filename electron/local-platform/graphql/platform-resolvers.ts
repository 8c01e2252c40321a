import { SESSION_TIMEOUT_MS } from '../sessions/session-store.ts'
import type { EnterpriseEdition } from '../xtm-one/enterprise-edition.ts'
import { isoTime } from './user-resolvers.ts'
import { loggedIn, type RequestContext } from './viewer.ts'

/** A manager as OpenCTI lists it. It runs in ticks, so `running` is true only while one is under way. */
export interface PlatformModule {
  readonly id: string
  readonly enable: boolean
  readonly running: boolean
  readonly warning: boolean
}

export interface PlatformFacts {
  readonly id: string
  readonly title: string
  /** in OpenCTI's scheme: the schema spoken here is the one of that version */
  readonly version: string
  readonly edition: (now: number) => EnterpriseEdition
  readonly modules: () => readonly PlatformModule[]
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
          platform_modules: facts.modules(),
          platform_providers: PROVIDERS,
          platform_user_statuses: USER_STATUSES,
          platform_session_timeout: SESSION_TIMEOUT_MS,
          platform_enterprise_edition: editionOnTheWire(facts.id, facts.edition(context.now)),
          otp_mandatory: false,
          created_at: isoTime(facts.createdAt),
          updated_at: isoTime(facts.createdAt),
        }
      },
      publicSettings: (_: unknown, __: unknown, { now }: RequestContext) => ({
        id: facts.id,
        platform_title: facts.title,
        platform_login_message: null,
        platform_theme: 'auto',
        platform_language: 'auto',
        platform_providers: PROVIDERS,
        platform_enterprise_edition_license_validated: facts.edition(now).validated,
        playground_enabled: false,
      }),
    },
  }
}

function editionOnTheWire(platformId: string, edition: EnterpriseEdition) {
  return {
    license_enterprise: edition.enabled,
    license_by_configuration: edition.byConfiguration,
    license_customer: edition.customer,
    license_validated: edition.validated,
    license_valid_cert: edition.validated,
    license_expired: edition.expired,
    license_expiration_prevention: false,
    license_start_date: isoTime(edition.startsAt),
    license_expiration_date: isoTime(edition.expiresAt),
    license_platform: edition.platformMatch ? platformId : '',
    license_type: edition.type,
    license_platform_match: edition.platformMatch,
    license_creator: '',
    license_global: false,
    license_extra_expiration: false,
    license_extra_expiration_days: null,
    license_source: edition.source,
  }
}
