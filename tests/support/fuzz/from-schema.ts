import fc from 'fast-check'
import { z } from 'zod'
import { hostileJson, hostileText, ownProperties } from './hostile.ts'

/** The part of JSON Schema that zod writes. */
interface JsonSchema {
  type?: string
  const?: unknown
  enum?: unknown[]
  anyOf?: JsonSchema[]
  oneOf?: JsonSchema[]
  allOf?: JsonSchema[]
  properties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: JsonSchema | boolean
  propertyNames?: JsonSchema
  items?: JsonSchema
  prefixItems?: JsonSchema[]
  maxItems?: number
  minimum?: number
  maximum?: number
}

export interface SchemaOptions {
  /** ids and words that mean something here, so that some cases come past the first check */
  readonly known?: fc.Arbitrary<string>
  /** the same by the name of the part that holds it */
  readonly named?: Readonly<Record<string, fc.Arbitrary<unknown>>>
  /** in the place of what the schema leaves open */
  readonly open?: fc.Arbitrary<unknown>
  /** in the place of a part that is spoiled */
  readonly spoil?: fc.Arbitrary<unknown>
}

const made = new WeakMap<z.ZodType, fc.Arbitrary<unknown>>()

/**
 * Values that a schema nearly takes: of its form, but each part may be spoiled, and each text is hostile. Every schema is
 * read once.
 */
export function nearly(schema: z.ZodType, options: SchemaOptions = {}): fc.Arbitrary<unknown> {
  const known = made.get(schema)
  if (known) return known
  const json = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any', reused: 'inline' }) as JsonSchema
  const arbitrary = of(json, options)
  made.set(schema, arbitrary)
  return arbitrary
}

/** One part in so many is spoiled. */
const SPOILED_OF = 12

function of(schema: JsonSchema, options: SchemaOptions): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: SPOILED_OF - 1, arbitrary: sound(schema, options) },
    { weight: 1, arbitrary: options.spoil ?? hostileJson },
  )
}

function sound(schema: JsonSchema, options: SchemaOptions): fc.Arbitrary<unknown> {
  if ('const' in schema) return fc.constant(schema.const)
  if (schema.enum) return fc.constantFrom(...schema.enum)
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf
  if (choices) return fc.oneof(...choices.map((choice) => of(choice, options)))
  switch (schema.type) {
    case 'null':
      return fc.constant(null)
    case 'boolean':
      return fc.boolean()
    case 'integer':
    case 'number':
      return fc.integer({
        min: Math.max(schema.minimum ?? -100, -(2 ** 31)),
        max: Math.min(schema.maximum ?? 10_000, 2 ** 31),
      })
    case 'string':
      return fc.oneof(
        { weight: 3, arbitrary: options.known ?? hostileText },
        { weight: 2, arbitrary: hostileText },
        { weight: 1, arbitrary: fc.date({ noInvalidDate: true }).map((date) => date.toISOString()) },
      )
    case 'array': {
      if (schema.prefixItems)
        return fc.tuple(...schema.prefixItems.map((item) => of(item, options))) as fc.Arbitrary<unknown>
      const most = Math.min(3, schema.maxItems ?? 3)
      return fc.array(of(schema.items ?? {}, options), { maxLength: most })
    }
    case 'object':
      return object(schema, options)
    default:
      return options.open ?? hostileJson
  }
}

function named(key: string, part: JsonSchema, options: SchemaOptions): fc.Arbitrary<unknown> {
  const known = Object.hasOwn(options.named ?? {}, key) ? options.named?.[key] : undefined
  if (!known) return of(part, options)
  return fc.oneof({ weight: 6, arbitrary: known }, { weight: 1, arbitrary: of(part, options) })
}

function object(schema: JsonSchema, options: SchemaOptions): fc.Arbitrary<unknown> {
  const { properties = {}, required = [], additionalProperties } = schema
  const parts = Object.entries(properties).map(([key, part]) =>
    // A part may be missing, seldom where it must be there.
    fc.tuple(
      fc.constant(key),
      named(key, part, options),
      fc.nat(required.includes(key) ? 15 : 2).map((n) => n > 0),
    ),
  )
  const open = typeof additionalProperties === 'object' ? of(additionalProperties, options) : hostileJson
  const extra =
    typeof additionalProperties === 'object'
      ? fc.array(fc.tuple(hostileText, open), { maxLength: 3 })
      : fc.oneof(
          { weight: 9, arbitrary: fc.constant([]) },
          { weight: 1, arbitrary: fc.array(fc.tuple(hostileText, open), { maxLength: 2 }) },
        )
  return fc
    .tuple(fc.tuple(...parts), extra)
    .map(([own, more]) =>
      ownProperties([
        ...own.filter(([, , there]) => there).map(([key, value]) => [key, value] as const),
        ...more,
      ]),
    )
}
