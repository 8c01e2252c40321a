import { ACCEPTED_TOKEN_PATTERN, LEGACY_TOKEN_PATTERN, TOKEN_PREFIX } from './token.ts'

/** What a leaked token looks like where it lies: what stands before and after it is matched, but is no part of it. */
export interface LeakPattern {
  readonly id: 'opencti-api-token' | 'opencti-legacy-token'
  readonly before: string
  readonly secret: string
  readonly after: string
}

/**
 * Tokens in a text that should not have them (T-19). The only definition of what one looks like there: the files in
 * `resources/leak-patterns` carry it word for word, so it uses only what RE2, Hyperscan and JavaScript all understand: no
 * look-around, no flags.
 */
export const LEAK_PATTERNS: readonly LeakPattern[] = [
  {
    // opencti-api.md §2.4. Nothing else begins like that, so what stands before does not matter.
    id: 'opencti-api-token',
    before: '',
    secret: `${TOKEN_PREFIX}[A-Za-z0-9_-]{64}`,
    after: '(?:[^A-Za-z0-9]|$)',
  },
  {
    // Platforms before 7.260224, and the base token (§2.6, §2.7). Every object of a platform has a UUID; this one is called
    // a token right before.
    id: 'opencti-legacy-token',
    before: '(?:[Tt][Oo][Kk][Ee][Nn]|[Bb][Ee][Aa][Rr][Ee][Rr])["\']?[ \\t]*[:=]?[ \\t]*["\']?',
    secret: '[0-9A-Fa-f]{8}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{4}-[0-9A-Fa-f]{12}',
    after: '(?:[^0-9A-Za-z-]|$)',
  },
]

/** The pattern as a regular expression whose group 1 is the secret. */
export function leakSource({ before, secret, after }: LeakPattern): string {
  return `${before}(${secret})${after}`
}

/** token: of OpenCTI 7 · legacy: a UUID */
export type LeakShape = 'token' | 'legacy'

export interface FoundLeak {
  /** SECURITY: the secret itself; keep it no longer than the question takes */
  readonly value: string
  /** where it stands first, from 1 */
  readonly line: number
  readonly times: number
}

/** Tokens that one look asks about. */
export const LEAKS_MAX = 50

/** Everything in `text` that may be a token, each once, in the order of the text. A UUID that is the whole text counts too. */
export function findLeaks(text: string): FoundLeak[] {
  const whole = text.trim()
  if (LEGACY_TOKEN_PATTERN.test(whole)) return [{ value: whole, line: 1, times: 1 }]
  const places = LEAK_PATTERNS.flatMap((pattern) =>
    [...text.matchAll(new RegExp(leakSource(pattern), 'g'))].map(({ 1: value = '', index }) => ({
      value,
      index: text.indexOf(value, index),
    })),
  )
  places.sort((one, other) => one.index - other.index)
  const found = new Map<string, FoundLeak>()
  let line = 1
  let counted = 0
  for (const { value, index } of places) {
    for (; counted < index; counted++) if (text.charCodeAt(counted) === 10) line += 1
    const known = found.get(value)
    found.set(value, known ? { ...known, times: known.times + 1 } : { value, line, times: 1 })
  }
  return [...found.values()]
}

/** What a single value looks like; null: no token of any platform. */
export function leakShape(value: string): LeakShape | null {
  if (ACCEPTED_TOKEN_PATTERN.test(value)) return 'token'
  return LEGACY_TOKEN_PATTERN.test(value) ? 'legacy' : null
}

/**
 * What became of a leaked token.
 * live: the platform lets it in · expired: refused, and listed as ended · shut: refused, and listed, but its owner may not use
 * tokens now · alike: refused, though one that ends alike is listed and should work · revoked, vanished: refused, and the
 * console remembers one that ends alike · unknown: refused, and nothing that is known ends alike · not-asked: see the problem
 */
export const LEAK_VERDICTS = [
  'live',
  'expired',
  'shut',
  'alike',
  'revoked',
  'vanished',
  'unknown',
  'not-asked',
] as const
export type LeakVerdict = (typeof LEAK_VERDICTS)[number]
