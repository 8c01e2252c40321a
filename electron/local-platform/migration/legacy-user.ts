import { z } from 'zod'
import { LEGACY_TOKEN_PATTERN } from '#shared/domain/token.ts'

/** A user as OpenCTI up to 6.9 kept it, as far as it is taken over. Times are ms since the epoch. */
export interface LegacyUser {
  readonly id: string
  readonly name: string
  readonly user_email: string
  /** plaintext; null = the user has none */
  readonly api_token: string | null
  readonly firstname: string | null
  readonly lastname: string | null
  readonly description: string | null
  readonly language: string | null
  readonly external: boolean
  readonly user_service_account: boolean
  readonly account_status: string | null
  readonly account_lock_after_date: number | null
  readonly created_at: number | null
  /** names of groups */
  readonly groups: readonly string[]
}

/** Why a line is not a user that can be taken over. The field is named, its value never. */
export type LineProblem = 'not-an-object' | `bad-${string}`

/**
 * SECURITY: control characters and marks that turn the direction of text would make a list show another name than the
 * stored one, or act on a terminal; half a surrogate pair is no text. Markup is text like any other and shown as such.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is refused
const DECEPTIVE = /[\u0000-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069\ufeff]/

const text = (longest: number) =>
  z
    .string()
    .max(longest)
    .refine((value) => !DECEPTIVE.test(value) && value.isWellFormed())
const shortText = text(250).refine((value) => value.trim() !== '')
/** Absent, null and '' all say nothing. */
const optional = <Schema extends z.ZodType>(schema: Schema) =>
  z.preprocess((value) => (value === '' || value === undefined ? null : value), schema.nullable())
/** JSON has true and false, SQLite 1 and 0. */
const flag = z.preprocess(
  (value) =>
    value === null || value === undefined ? false : value === 1 || value === 0 ? value === 1 : value,
  z.boolean(),
)
const time = z.preprocess(
  (value) => (typeof value === 'string' ? Date.parse(value) : value),
  z.number().int().min(0).max(8.64e15),
)
const groups = z.preprocess((value) => {
  if (value === null || value === undefined || value === '') return []
  if (typeof value !== 'string') return value
  try {
    return JSON.parse(value)
  } catch {
    return value
  }
}, z.array(shortText).max(100))

const Line = z.object({
  id: z.string().regex(/^[A-Za-z0-9._-]{1,80}$/),
  name: shortText,
  user_email: text(254).regex(/^[^\s@]+@[^\s@]+$/),
  api_token: optional(z.string().regex(LEGACY_TOKEN_PATTERN)),
  firstname: optional(text(250)),
  lastname: optional(text(250)),
  description: optional(
    // Descriptions have lines.
    z
      .string()
      .max(10_000)
      .refine((value) => !DECEPTIVE.test(value.replaceAll(/[\t\n\r]/g, ' ')) && value.isWellFormed()),
  ),
  language: optional(text(20)),
  external: flag,
  user_service_account: flag,
  account_status: optional(text(50)),
  account_lock_after_date: optional(time),
  created_at: optional(time),
  groups,
})

/** The fields that are read; a source may hold more. `internal_id` is OpenCTI's own name of `id` in its database. */
export const LEGACY_FIELDS = [...Object.keys(Line.shape), 'internal_id'] as const

/** Checks one record. Unknown fields are left out; `__proto__` is one of them. */
export function legacyUser(value: unknown): LegacyUser | LineProblem {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return 'not-an-object'
  const own = new Map(Object.entries(value))
  const parsed = Line.safeParse({ ...Object.fromEntries(own), id: own.get('id') ?? own.get('internal_id') })
  if (parsed.success) return parsed.data
  return `bad-${String(parsed.error.issues[0]?.path[0] ?? 'line')}`
}
