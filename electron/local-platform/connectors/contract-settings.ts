import { z } from 'zod'
import { type Contract, isRuntimeKey } from './catalog/contract.ts'
import type { Setting } from './connector-store.ts'

/** One setting as a client gives it; every value is text. */
export interface GivenSetting {
  readonly key: string
  readonly value: string
}

/** The settings do not fit the contract; the message names keys, never a value. */
export class InvalidSettingsError extends Error {
  constructor(title: string, problems: readonly string[]) {
    super(`Invalid contract configuration for ${title}: ${problems.map((each) => `- ${each}`).join(' ')}`)
    this.name = 'InvalidSettingsError'
  }
}

const LONGEST_VALUE = 65_536
const MOST_SETTINGS = 500

/**
 * The settings of a connector, from what was given, what it has and what the contract sets by default. What the contract
 * calls a password is sealed; the ciphertext that it has, given back or left out, stays what it is.
 * @param seal value → ciphertext for the manager
 * @throws InvalidSettingsError, or what `seal` throws
 */
export function contractSettings(
  contract: Contract,
  given: readonly GivenSetting[],
  present: readonly Setting[],
  seal: (value: string) => string,
): Setting[] {
  const { properties, required, additionalProperties } = contract.config_schema
  const values = new Map(given.filter(({ key }) => !isRuntimeKey(key)).map(({ key, value }) => [key, value]))
  const sealed = new Map(present.filter(({ encrypted }) => encrypted).map(({ key, value }) => [key, value]))
  const isKept = (key: string): boolean =>
    sealed.has(key) && (!values.has(key) || values.get(key) === sealed.get(key))
  const problems: string[] = []
  if (values.size > MOST_SETTINGS) problems.push(`more than ${MOST_SETTINGS} settings`)
  for (const [key, value] of values) {
    if (value.length > LONGEST_VALUE) problems.push(`${key}: longer than ${LONGEST_VALUE} characters`)
    if (!Object.hasOwn(properties, key) && !additionalProperties) problems.push(`${key}: not in the contract`)
  }

  // A kept secret cannot be looked at; it was checked when it came.
  const open = Object.entries(properties).filter(([key]) => !isRuntimeKey(key) && !isKept(key))
  const schema = z.fromJSONSchema({
    type: 'object',
    properties: Object.fromEntries(open),
    required: required.filter((key) => open.some(([name]) => name === key)),
  } as Parameters<typeof z.fromJSONSchema>[0])
  const typed = Object.fromEntries(
    open.flatMap(([key, { type }]) => {
      const value = values.get(key)
      return value === undefined ? [] : [[key, typedValue(value, type)]]
    }),
  )
  const parsed = schema.safeParse(typed)
  for (const { path, message } of parsed.error?.issues ?? []) problems.push(`${path.join('.')}: ${message}`)
  if (problems.length > 0) throw new InvalidSettingsError(contract.title, problems)

  const settings: Setting[] = []
  for (const [key, { format, default: otherwise }] of Object.entries(properties)) {
    if (isRuntimeKey(key)) continue
    const kept = sealed.get(key)
    const value = values.get(key) ?? textOf(otherwise)
    if (kept !== undefined && isKept(key)) settings.push({ key, value: kept, encrypted: true })
    else if (value === undefined) continue
    else if (format === 'password') settings.push({ key, value: seal(value), encrypted: true })
    else settings.push({ key, value, encrypted: false })
  }
  for (const [key, value] of values)
    if (!Object.hasOwn(properties, key)) settings.push({ key, value, encrypted: false })
  return settings
}

/** Text as the type of the contract; what cannot be read as that stays text, for the schema to refuse. */
function typedValue(value: string, type: string | readonly string[] | undefined): unknown {
  const types = typeof type === 'string' ? [type] : (type ?? [])
  if (types.includes('string')) return value
  if ((types.includes('integer') || types.includes('number')) && /^-?\d+(\.\d+)?$/.test(value))
    return Number(value)
  if (types.includes('boolean') && /^(true|false)$/i.test(value)) return value.toLowerCase() === 'true'
  if (types.includes('array')) return value === '' ? [] : value.split(',').map((each) => each.trim())
  return value
}

function textOf(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined
  return Array.isArray(value) ? value.join(',') : String(value)
}
