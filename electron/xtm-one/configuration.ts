import { Secret } from '#base/secret.ts'
import { isLoopback, isPlainText } from '#shared/domain/platform-url.ts'
import {
  type REGISTRATION_KEY_PROBLEMS,
  REGISTRATION_KEYS,
  REGISTRATION_PROFILES,
} from '#shared/domain/registration.ts'

/** `current`: licence, vertical, intents, version. `poc`: the admin key and a token of every user as well (docs/security-registration.md). */
export type Profile = (typeof REGISTRATION_PROFILES)[number]
export type ConfigurationKey = (typeof REGISTRATION_KEYS)[number]
type ProblemCode = (typeof REGISTRATION_KEY_PROBLEMS)[number]

export interface ActiveConfiguration {
  /** base address without a trailing slash */
  readonly url: string
  /** XTM One's platform registration token */
  readonly token: Secret
  readonly profile: Profile
}

/** `key` is the environment name, the one a person can go and change. */
export interface ConfigurationProblem {
  readonly key: ConfigurationKey
  readonly code: ProblemCode
  readonly message: string
}

export type Configuration =
  /** the manager is off, as it may be: `message` names what would switch it on */
  | { readonly state: 'off'; readonly missing: readonly ConfigurationKey[]; readonly message: string }
  | { readonly state: 'invalid'; readonly problems: readonly ConfigurationProblem[] }
  | { readonly state: 'active'; readonly configuration: ActiveConfiguration }

/** The value that XTM One ships for development; whoever keeps it lets everybody register (opencti-api.md §4.1). */
const SHIPPED_TOKEN = 'xtm-default-registration-token'

/**
 * Reads and checks the three keys of the environment. Active only when URL and token are both set: the URL alone
 * serves the chatbot proxy and asks for no registration. Never throws; no message repeats a value.
 */
export function readConfiguration(environment: Readonly<Record<string, string | undefined>>): Configuration {
  const address = environment.XTM__XTM_ONE_URL?.trim() ?? ''
  const token = environment.XTM__XTM_ONE_TOKEN?.trim() ?? ''
  const profile = environment.XTM__XTM_ONE_PROFILE?.trim() || 'current'
  const missing = REGISTRATION_KEYS.filter(
    (key) => (key === 'XTM__XTM_ONE_URL' && address === '') || (key === 'XTM__XTM_ONE_TOKEN' && token === ''),
  )
  if (missing.length > 0) {
    return {
      state: 'off',
      missing,
      message: `Registration with XTM One is off: ${missing.join(' and ')} ${missing.length > 1 ? 'are' : 'is'} not set.`,
    }
  }
  const url = baseUrl(address)
  const problems: ConfigurationProblem[] = []
  const found = (key: ConfigurationKey, [code, words]: Found): void => {
    problems.push({ key, code, message: `${key} ${words}.` })
  }
  if (!url.ok) found('XTM__XTM_ONE_URL', url.problem)
  const tokenProblem = problemOfToken(token, url.ok && isLoopback(url.value))
  if (tokenProblem) found('XTM__XTM_ONE_TOKEN', tokenProblem)
  if (!isProfile(profile))
    found('XTM__XTM_ONE_PROFILE', ['unknown-profile', `must be one of ${REGISTRATION_PROFILES.join(', ')}`])
  if (problems.length > 0 || !url.ok || !isProfile(profile)) return { state: 'invalid', problems }
  return { state: 'active', configuration: { url: url.value, token: new Secret(token), profile } }
}

/** A problem and its words. */
type Found = readonly [ProblemCode, string]

function isProfile(text: string): text is Profile {
  return REGISTRATION_PROFILES.some((profile) => profile === text)
}

function baseUrl(address: string): { ok: true; value: string } | { ok: false; problem: Found } {
  let url: URL
  try {
    url = new URL(address)
  } catch {
    return { ok: false, problem: ['no-address', 'is not an address such as https://xtm-one.example.org'] }
  }
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    return { ok: false, problem: ['not-http', 'must begin with https://'] }
  // SECURITY: credentials in an address end in logs; the token has a key of its own.
  if (url.username !== '' || url.password !== '')
    return { ok: false, problem: ['carries-credentials', 'must not carry a user name or password'] }
  if (url.search !== '' || url.hash !== '')
    return { ok: false, problem: ['carries-query', 'must not carry a query or a fragment'] }
  // SECURITY: the registration token and, in the poc profile, tokens of users would be readable on the way.
  if (isPlainText(url.href))
    return { ok: false, problem: ['plain-http', 'must be https, except on this machine (loopback)'] }
  return { ok: true, value: url.origin + url.pathname.replace(/\/+$/, '') }
}

function problemOfToken(token: string, local: boolean): Found | null {
  // A header cannot carry anything else, and a line break in it would be a second header.
  if (!/^[\x21-\x7e]+$/.test(token)) return ['not-printable', 'must be printable ASCII without spaces']
  if (token.length > 4_096) return ['too-long', 'is longer than 4096 characters']
  // SECURITY: everybody knows this value.
  if (token === SHIPPED_TOKEN && !local)
    return [
      'shipped-token',
      'is the value that XTM One ships for development; set an own one (openssl rand -hex 32) on both sides',
    ]
  return null
}
