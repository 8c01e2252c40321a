import type { Clock } from '#base/clock.ts'
import { ProblemError } from '#base/problem-error.ts'
import type { PlatformEntry } from '#shared/contract/activity.ts'
import type { Identity } from '#shared/contract/connections.ts'
import { isCapable } from '#shared/domain/capability.ts'
import type { ActivityKind } from '#shared/domain/ledger.ts'
import type { OpenCtiClient } from '../clients/opencti/opencti-client.ts'
import { RemoteError } from '../clients/opencti/remote-error.ts'

const SECURITY_ACTIVITY = 'SETTINGS_SECURITYACTIVITY'

export interface Platforms {
  use<Result>(
    connectionId: string,
    work: (session: { readonly client: OpenCtiClient; readonly identity: Identity }) => Promise<Result>,
  ): Promise<Result>
}

export interface AuditAsked {
  readonly connectionId: string
  readonly after: string | null
  readonly first: number
  readonly search: string
  readonly kind: ActivityKind | null
  readonly personId: string | null
}

/** How a kind of activity is found in OpenCTI's audit: by its type, or by words of its messages (§2.8, §3.3). */
const KINDS: Partial<Record<ActivityKind, { readonly eventType?: string; readonly words?: string }>> = {
  token: { words: 'API token' },
  session: { words: 'session' },
  account: { words: 'account_status' },
  'sign-in': { eventType: 'authentication' },
}

/** The platform's own audit as it stands beside the ledger (L-03). */
export class PlatformAudit {
  readonly #platforms: Platforms
  readonly #clock: Clock

  constructor(platforms: Platforms, clock: Clock) {
    this.#platforms = platforms
    this.#clock = clock
  }

  /** One page, newest first. @throws ProblemError `missing-capability`, `old-platform`, … */
  async page({ connectionId, kind, search, ...asked }: AuditAsked) {
    return this.#platforms.use(connectionId, async ({ client, identity }) => {
      if (!isCapable({ id: identity.userId, capabilities: identity.capabilities }, SECURITY_ACTIVITY))
        throw new ProblemError('missing-capability', SECURITY_ACTIVITY)
      // A platform that shows revoked tokens is Gatehouse's own, which records without a licence too.
      const records = (licensed: boolean) => licensed || identity.features.revokedTokens
      const found = kind === null ? {} : KINDS[kind]
      const readAt = () => this.#clock.now()
      if (!found) {
        // What only the console does, no platform records.
        const nothing = { entries: [], nextCursor: null, recording: true }
        return { ...nothing, readAt: readAt(), clockSkewMs: identity.clockSkewMs }
      }
      try {
        const page = await client.audits({
          ...asked,
          eventType: found.eventType ?? null,
          search: [found.words, search.trim()].filter(Boolean).join(' '),
        })
        return {
          entries: page.records.map((record): PlatformEntry => ({ source: 'platform', ...record })),
          nextCursor: page.nextCursor,
          recording: records(page.licensed),
          readAt: readAt(),
          clockSkewMs: page.skewMs,
        }
      } catch (error) {
        if (error instanceof RemoteError && error.unknownField)
          throw new ProblemError('old-platform', identity.version)
        throw error
      }
    })
  }
}
