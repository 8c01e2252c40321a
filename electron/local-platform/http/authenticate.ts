import type { IncomingHttpHeaders } from 'node:http'
import { equalDigests, sha256 } from '#base/crypto.ts'
import type { Logger } from '#base/logger.ts'
import type { Secret } from '#base/secret.ts'
import { TOKEN_PREFIX } from '#shared/domain/token.ts'
import type { RequestSource } from '../audit/audit-events.ts'
import type { SessionLack, SessionStore } from '../sessions/session-store.ts'
import type { TokenUsage } from '../tokens/usage.ts'
import type { Refusal, Verdict } from '../tokens/validator.ts'
import type { User } from '../users/user.ts'
import type { AuthFailures } from './auth-failures.ts'
import { clientText } from './client-text.ts'
import { sessionCookie } from './cookies.ts'

interface Identity {
  /** null = anonymous */
  readonly user: User | null
  readonly via: RequestSource['via']
  readonly sessionId: string | null
  readonly lacks: SessionLack | null
  readonly scopes: readonly string[] | null
  /** set when a bearer was sent and does not count */
  readonly refused: Refusal | null
}

export interface Authenticator {
  /** @param ip where the request comes from */
  authenticate(headers: IncomingHttpHeaders, ip: string | null, now: number): Identity
  /** The same once more in the course of the request; neither use nor failure is counted. */
  recheck(headers: IncomingHttpHeaders, now: number): Identity
}

export interface AuthenticatorParts {
  readonly validate: (bearer: string, now: number) => Verdict
  readonly usage: TokenUsage
  readonly sessions: SessionStore
  readonly failures: AuthFailures
  readonly logger: Logger
  /** the credential of the process that runs this platform and the user it stands for; null when it runs alone */
  readonly console: { readonly token: Secret; user(): User | null } | null
}

const ANONYMOUS: Identity = {
  user: null,
  via: 'anonymous',
  sessionId: null,
  lacks: null,
  scopes: null,
  refused: null,
}

/** Who asks: a bearer wins over a session cookie; a failing bearer leaves the request anonymous (opencti-api.md §1). */
export function authenticator({
  validate,
  usage,
  sessions,
  failures,
  logger,
  console,
}: AuthenticatorParts): Authenticator {
  const consoleDigest = console ? sha256(console.token.expose()) : null

  const ofSession = (headers: IncomingHttpHeaders, now: number): Identity => {
    const cookie = sessionCookie(headers.cookie)
    const session = cookie === null ? null : sessions.find(cookie, now)
    if (!session) return ANONYMOUS
    return { ...ANONYMOUS, user: session.user, via: 'session', sessionId: session.id, lacks: session.lacks }
  }
  const ofConsole = (bearer: string): Identity | null =>
    console && consoleDigest && equalDigests(sha256(bearer), consoleDigest)
      ? { ...ANONYMOUS, user: console.user(), via: 'console' }
      : null
  const ofVerdict = (verdict: Verdict): Identity =>
    verdict.ok
      ? { ...ANONYMOUS, user: verdict.user, via: 'token', scopes: verdict.scopes }
      : { ...ANONYMOUS, refused: verdict.why }

  return {
    recheck(headers, now) {
      const bearer = bearerOf(headers.authorization)
      if (bearer === null) return ofSession(headers, now)
      return ofConsole(bearer) ?? ofVerdict(validate(bearer, now))
    },
    authenticate(headers, ip, now) {
      const bearer = bearerOf(headers.authorization)
      if (bearer === null) return ofSession(headers, now)
      const own = ofConsole(bearer)
      if (own) return own
      const verdict = validate(bearer, now)
      const caller = { ip, userAgent: clientText(headers['user-agent']) }
      if (verdict.ok) {
        if (verdict.tokenRow !== null) usage.note(verdict.tokenRow, now, caller)
        return ofVerdict(verdict)
      }
      failures.note(verdict.why, caller, now)
      // SECURITY: of the bearer only the constant prefix is logged, if it has that (P-08).
      logger.warn(
        {
          event: 'authentication.failed',
          bearer: bearer.startsWith(TOKEN_PREFIX) ? TOKEN_PREFIX : 'other',
          userAgent: caller.userAgent,
          origin: clientText(headers.origin),
          ip,
        },
        'Error resolving user by token',
      )
      return ofVerdict(verdict)
    },
  }
}

function bearerOf(authorization: string | undefined): string | null {
  const match = /^Bearer(?:[ \t]+(.*))?$/is.exec(authorization ?? '')
  return match ? (match[1] ?? '').trim() : null
}
