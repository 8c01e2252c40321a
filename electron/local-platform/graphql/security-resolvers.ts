import type { AuthFailures } from '../http/auth-failures.ts'
import { isoTime } from './user-resolvers.ts'
import { allowed, type RequestContext } from './viewer.ts'

const MOST_SHOWN = 500

/** Extension: failed authentications by source, for those who look after access (P-05). */
export function securityResolvers(failures: AuthFailures) {
  return {
    Query: {
      authFailures: (_: unknown, { first }: { first?: number | null }, context: RequestContext) => {
        allowed(context, 'SETTINGS_SETACCESSES', 'SETTINGS_SECURITYACTIVITY')
        const shown = Math.max(1, Math.min(first ?? MOST_SHOWN, MOST_SHOWN))
        const sources = failures.list()
        return {
          since: isoTime(failures.since),
          total: failures.total(),
          sources: sources.length,
          list: sources.slice(0, shown).map(({ first_at, last_at, ...source }) => ({
            ...source,
            first_seen_at: isoTime(first_at),
            last_seen_at: isoTime(last_at),
          })),
        }
      },
    },
  }
}
