import { z } from 'zod'

/**
 * Field kinds of the configuration. A value comes from YAML or from the environment, always as the text that was written
 * (so that a token `00123` stays one), and takes its type here. An empty text of an optional field means "not set".
 */

const blank = (value: unknown): unknown => (value === '' || value === null ? undefined : value)

/** A text that must be there. */
export const text = () => z.preprocess(blank, z.string({ error: 'is missing' }))
export const optionalText = () => z.preprocess(blank, z.string().optional())

export const flag = (preset: boolean) =>
  z.preprocess(
    (value) => {
      if (typeof value !== 'string') return blank(value)
      const word = value.trim().toLowerCase()
      return word === '' ? undefined : word === 'true' ? true : word === 'false' ? false : value
    },
    z.boolean({ error: 'must be true or false' }).default(preset),
  )

export const optionalFlag = () => flag(false).optional()

const asNumber = (value: unknown): unknown =>
  typeof value === 'string' && value.trim() !== '' ? Number(value) : blank(value)

/** Whole seconds, at least one. */
export const seconds = (preset: number) =>
  z.preprocess(
    asNumber,
    z
      .int({ error: 'must be a whole number of seconds' })
      .min(1, 'must be at least 1')
      .max(86_400, 'must be at most a day')
      .default(preset),
  )

export const optionalWhole = () =>
  z.preprocess(asNumber, z.int({ error: 'must be a whole number' }).min(0, 'must not be negative').optional())

export const optionalNumber = () =>
  z.preprocess(asNumber, z.number({ error: 'must be a number' }).positive('must be more than 0').optional())

export const whole = (preset: number, most = Number.MAX_SAFE_INTEGER) =>
  z.preprocess(
    asNumber,
    z
      .int({ error: 'must be a whole number' })
      .min(0, 'must not be negative')
      .max(most, `must be at most ${most}`)
      .default(preset),
  )

export const choice = <const T extends readonly [string, ...string[]]>(words: T, preset: T[number]) =>
  z.preprocess(blank, z.enum(words, { error: `must be one of ${words.join(', ')}` }).default(preset as never))

/**
 * A list: as such, as a JSON array in one text (for the environment), with numbered keys (`…__0=`, `…__1=`), or the texts
 * between commas. `whole` keeps commas, for what may hold some.
 */
export const list = <T extends z.ZodType>(item: T, form: 'commas' | 'whole' = 'commas') =>
  z.preprocess((value) => {
    if (value === '' || value === null || value === undefined) return undefined
    if (Array.isArray(value)) return value.length === 0 ? undefined : value
    if (typeof value === 'object') return numbered(value as Record<string, unknown>)
    if (typeof value !== 'string') return value
    const json = parsedJson(value, '[')
    if (json !== undefined) return Array.isArray(json) && json.length === 0 ? undefined : json
    if (form === 'whole') return [value]
    return value
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '')
  }, z
    .array(item, { error: 'must be a list (in the environment: a JSON array, or texts between commas)' })
    .optional())

const entry = z
  .union([z.string(), z.number(), z.boolean()], { error: 'must be a text' })
  .transform((value) => String(value))

/** A table of texts; in the environment a JSON object in one text, or one variable a key. */
export const table = () =>
  z.preprocess(
    (value) => (typeof value === 'string' ? (parsedJson(value, '{') ?? blank(value)) : value),
    z.record(z.string(), entry, { error: 'must be a table (in the environment: a JSON object)' }).optional(),
  )

function numbered(entries: Record<string, unknown>): unknown[] {
  const order = ([a]: [string, unknown], [b]: [string, unknown]): number => {
    const left = Number(a)
    const right = Number(b)
    if (Number.isNaN(left) || Number.isNaN(right)) {
      return Number(Number.isNaN(left)) - Number(Number.isNaN(right)) || a.localeCompare(b)
    }
    return left - right
  }
  return Object.entries(entries)
    .sort(order)
    .map(([, value]) => value)
}

function parsedJson(value: string, opening: '[' | '{'): unknown {
  if (!value.trim().startsWith(opening)) return undefined
  try {
    return JSON.parse(value)
  } catch {
    return undefined
  }
}
