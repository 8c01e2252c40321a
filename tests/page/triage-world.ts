import type { Leaked } from '#shared/contract/triage.ts'
import type { LeakVerdict } from '#shared/domain/leak.ts'
import { lastFour } from '#shared/domain/token.ts'
import type { Person } from './people.ts'

/** What the core says of a token of somebody's. */
export function leakOf({ user, tokens }: Person, change: Partial<Leaked> = {}): Leaked {
  const [token] = tokens
  return {
    ending: lastFour(token?.maskedToken ?? '****FAKE'),
    shape: 'token',
    verdict: 'live',
    owner: { id: user.id, name: user.name, email: user.email },
    holdings: {
      user: { ...user, tokenCount: tokens.length, isMe: false },
      tokens: token ? [{ ...token, own: false }] : [],
      missing: [],
      sessions: 1,
      connectors: [],
    },
    gone: null,
    mayRevoke: true,
    problem: null,
    ...change,
  }
}

/** A token that nothing is known of. */
export function strangeLeak(ending: string, verdict: LeakVerdict, change: Partial<Leaked> = {}): Leaked {
  return {
    ending,
    shape: 'token',
    verdict,
    owner: null,
    holdings: null,
    gone: null,
    mayRevoke: false,
    problem: null,
    ...change,
  }
}

/** A text with so many tokens in it, none of them real. */
export function leakText(count: number): string {
  const tokens = Array.from({ length: count }, (_, index) => {
    const end = String(index).padStart(4, '0')
    return `OPENCTI_TOKEN=flgrn_octi_tkn_${'FAKE'.repeat(15)}${end}`
  })
  return ['# .env', ...tokens].join('\n')
}
