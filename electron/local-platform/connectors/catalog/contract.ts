import { z } from 'zod'

/** One property of a contract's configuration, as far as the platform itself looks at it. */
const Property = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  format: z.string().optional(),
  default: z.unknown().optional(),
})

/** What a catalogue says of a connector that a composer can deploy (opencti-api.md §5.1). */
export const Contract = z.looseObject({
  title: z.string().min(1),
  slug: z.string().min(1),
  description: z.string(),
  short_description: z.string(),
  logo: z.string().nullish(),
  use_cases: z.array(z.string()),
  verified: z.boolean(),
  last_verified_date: z.string().nullish(),
  playbook_supported: z.boolean(),
  max_confidence_level: z.number(),
  /** the platform's versions that it works with, as in `>=7.260224.0` */
  support_version: z.string().nullish(),
  subscription_link: z.string().nullish(),
  source_code: z.string().nullish(),
  manager_supported: z.boolean(),
  container_version: z.string().min(1),
  container_image: z.string().min(1),
  container_type: z.string().min(1),
  config_schema: z.looseObject({
    type: z.literal('object'),
    properties: z.record(z.string(), Property),
    required: z.array(z.string()).default([]),
    additionalProperties: z.boolean().default(true),
  }),
})
export type Contract = z.infer<typeof Contract>

export const Catalog = z.object({
  id: z.string().min(1),
  name: z.string(),
  description: z.string(),
  contracts: z.array(Contract),
})
export type Catalog = z.infer<typeof Catalog>

/** What a contract lists but the platform sets itself; no form shows it (opencti-api.md §5.1). */
const RUNTIME_KEYS = new Set([
  'OPENCTI_TOKEN',
  'OPENCTI_URL',
  'OPENAEV_TOKEN',
  'OPENAEV_URL',
  'CONNECTOR_ID',
  'CONNECTOR_NAME',
  'CONNECTOR_TYPE',
  'CONNECTOR_RUN_AND_TERMINATE',
])

export const isRuntimeKey = (key: string): boolean => RUNTIME_KEYS.has(key)

/** Collectors and injectors are OpenAEV's, run by its own composer. */
export const isOfOpenAev = ({ container_type }: Pick<Contract, 'container_type'>): boolean =>
  container_type === 'COLLECTOR' || container_type === 'INJECTOR'

/** Whether the platform of `version` satisfies a contract's `support_version`; only `>=` is known, all else is let through. */
export function supports(version: string, range: string | null | undefined): boolean {
  const least = /^\s*>=\s*([\d.]+)\s*$/.exec(range ?? '')?.[1]
  return least === undefined || compareVersions(version, least) >= 0
}

/** Negative, zero or positive, by the numbers between the dots. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number))
  for (let part = 0; part < 3; part++) {
    const difference = (left?.[part] || 0) - (right?.[part] || 0)
    if (difference !== 0) return difference
  }
  return 0
}
