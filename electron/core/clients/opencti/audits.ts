import { z } from 'zod'

const LONGEST_TEXT = 4_096
const Text = z.string().transform((text) => text.slice(0, LONGEST_TEXT))
const TextOrNull = z
  .string()
  .nullish()
  .transform((text) => (text ? text.slice(0, LONGEST_TEXT) : null))

/** `user_metadata` is JSON of any shape; what is not a text there is left out. */
const Metadata = z
  .object({ ip: TextOrNull.catch(null), user_agent: TextOrNull.catch(null) })
  .nullish()
  .catch(null)

const Log = z
  .object({
    id: z.string().min(1).max(256),
    event_type: Text,
    event_scope: TextOrNull,
    event_status: Text,
    timestamp: z
      .string()
      .transform((text) => Date.parse(text))
      .refine((time) => !Number.isNaN(time), 'no date'),
    user_id: TextOrNull,
    user: z.object({ name: TextOrNull }).nullish(),
    context_data: z
      .object({
        entity_id: TextOrNull,
        entity_name: TextOrNull,
        entity_type: TextOrNull,
        message: TextOrNull,
      })
      .nullish(),
    user_metadata: Metadata,
  })
  .transform(({ id, timestamp, user_id, user, context_data: context, user_metadata: origin, ...log }) => ({
    id,
    /** ms since the epoch, by the platform's clock */
    at: timestamp,
    type: log.event_type,
    scope: log.event_scope ?? '',
    succeeded: log.event_status === 'success',
    actor: person(user_id, user?.name ?? null),
    /** only users are told apart from the other things that an audit is about */
    subject: context?.entity_type === 'User' ? person(context.entity_id, context.entity_name) : null,
    message: context?.message ?? '',
    ip: origin?.ip ?? null,
    userAgent: origin?.user_agent ?? null,
  }))

const person = (id: string | null, name: string | null) =>
  id === null && name === null ? null : { id, name: name ?? id ?? '' }

export const AuditsAnswer = z.object({
  audits: z.object({
    edges: z.array(z.object({ node: Log }).nullable()),
    pageInfo: z.object({ endCursor: z.string().max(4_096).nullish(), hasNextPage: z.boolean() }),
  }),
  settings: z.object({
    platform_enterprise_edition: z.object({ license_validated: z.boolean().nullish() }).nullish(),
  }),
})

export interface AuditQuery {
  readonly first: number
  readonly after: string | null
  /** words that must stand in the record */
  readonly search: string
  /** OpenCTI's `event_type`; null = all */
  readonly eventType: string | null
  /** id of who did it or of the user it was done to; null = all */
  readonly personId: string | null
}

/** Variables of the document, filters in OpenCTI's form with the keys its own audit page offers (opencti-api.md §1, §3.5). */
export function auditVariables({ first, after, search, eventType, personId }: AuditQuery) {
  const is = (key: string, value: string) => ({ key: [key], values: [value], operator: 'eq', mode: 'or' })
  const filters = eventType === null ? [] : [is('event_type', eventType)]
  const person =
    personId === null
      ? []
      : [
          {
            mode: 'or',
            filters: [is('members_user', personId), is('contextEntityId', personId)],
            filterGroups: [],
          },
        ]
  const isFiltered = filters.length + person.length > 0
  return {
    first,
    after,
    search: search === '' ? null : search,
    filters: isFiltered ? { mode: 'and', filters, filterGroups: person } : null,
  }
}
