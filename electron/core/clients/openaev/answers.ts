import { z } from 'zod'
import { Id, LooseMoment, TextOrEmpty, TextOrNull } from '../opencti/answers.ts'

/**
 * What OpenAEV answers, checked and bounded at the door. SECURITY: only the fields named here are kept: its settings hold
 * the token of its XTM Hub, and nothing of the console needs that.
 */

/** `GET /api/settings/public`: what the login page needs, and by which it is known again. */
export const PublicSettings = z
  .object({
    platform_lang: z.string().nullish(),
    auth_local_enable: z.boolean().nullish(),
  })
  .refine(
    ({ platform_lang, auth_local_enable }) => platform_lang != null && auth_local_enable != null,
    'no settings of OpenAEV',
  )

/** `GET /api/settings`; before `/public` was there it was open to anybody. */
export const Settings = z
  .object({
    platform_name: TextOrNull,
    platform_version: TextOrNull,
    platform_xtm_one_configured: z.boolean().nullish(),
    platform_xtm_one_url: TextOrNull,
  })
  .refine(({ platform_name }) => platform_name !== null, 'no settings of OpenAEV')
  .transform((found) => ({
    title: found.platform_name ?? '',
    version: found.platform_version,
    /** null: this version does not tell */
    xtmOneConfigured: found.platform_xtm_one_configured ?? null,
    xtmOneUrl: found.platform_xtm_one_url,
  }))
export type OpenAevSettings = z.output<typeof Settings>

export const Me = z
  .object({
    user_id: Id,
    user_email: TextOrEmpty,
    user_firstname: TextOrEmpty,
    user_lastname: TextOrEmpty,
    user_capabilities: z.array(z.string().max(200)).nullish(),
  })
  .transform((user) => ({
    userId: user.user_id,
    email: user.user_email,
    name:
      [user.user_firstname, user.user_lastname].filter((part) => part !== '').join(' ') || user.user_email,
    capabilities: user.user_capabilities ?? [],
  }))

export const Reachable = z.boolean()

const InstanceFields = z.object({
  connector_instance_id: Id,
  connector_instance_current_status: TextOrNull,
  connector_instance_requested_status: TextOrNull,
  connector_instance_restart_count: z.number().nullish(),
  connector_instance_started_at: LooseMoment,
  connector_instance_is_in_reboot_loop: z.boolean().nullish(),
})

export const Instance = InstanceFields.transform((found) => ({
  id: found.connector_instance_id,
  currentStatus: found.connector_instance_current_status,
  requestedStatus: found.connector_instance_requested_status,
  /** null: this version does not tell, or no composer has reported yet */
  health:
    found.connector_instance_restart_count == null && found.connector_instance_started_at === null
      ? null
      : {
          restarts: Math.max(0, Math.trunc(found.connector_instance_restart_count ?? 0)),
          startedAt: found.connector_instance_started_at,
          inLoop: found.connector_instance_is_in_reboot_loop ?? false,
        },
}))
export type OpenAevInstance = z.output<typeof Instance>

/** What OpenAEV runs, by its own names. */
export const OPENAEV_KINDS = ['collector', 'injector', 'executor'] as const
export type OpenAevKind = (typeof OPENAEV_KINDS)[number]

/** One of a list of collectors, injectors or executors; most fields carry the kind's name in front, newer ones none. */
export function listedOf(kind: OpenAevKind) {
  const shape = z.object({
    id: Id,
    name: TextOrEmpty,
    /** false: it runs within the platform itself */
    isExternal: z.boolean().nullish(),
    lastSeenAt: LooseMoment,
    instance: Instance.nullish().transform((instance) => instance ?? null),
  })
  const plain = (answered: unknown) => {
    const found: Record<string, unknown> = z.looseObject({}).parse(answered)
    return {
      id: found[`${kind}_id`],
      name: found[`${kind}_name`],
      isExternal: found.is_external ?? found[`${kind}_external`],
      lastSeenAt: found.last_execution ?? found[`${kind}_last_execution`] ?? found[`${kind}_updated_at`],
      instance: found.connector_instance,
    }
  }
  return z
    .looseObject({})
    .transform(plain)
    .transform((found, context) => {
      const parsed = shape.safeParse(found)
      if (parsed.success) return { kind, ...parsed.data }
      context.addIssue({ code: 'custom', message: 'no connector' })
      return z.NEVER
    })
}
export type OpenAevListed = z.output<ReturnType<typeof listedOf>>

/** A page of what a composer pushed. Lines may be of any length; who shows them defuses them. */
export const Logs = z.object({
  content: z.array(
    z
      .object({
        connector_instance_log: z.string().nullish(),
        connector_instance_log_created_at: LooseMoment,
      })
      .transform((row) => ({
        text: row.connector_instance_log ?? '',
        at: row.connector_instance_log_created_at,
      })),
  ),
})
