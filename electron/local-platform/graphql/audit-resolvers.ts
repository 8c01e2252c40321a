import type { Database } from '#base/sqlite.ts'
import { type AuditEvent, classOf, entityOf, messageOf } from '../audit/audit-events.ts'
import {
  type AuditQuery,
  auditCursor,
  auditRecord,
  InvalidAuditCursorError,
  type ListedRecord,
  listAudit,
} from '../audit/audit-list.ts'
import { UnsupportedFilterError } from '../filters/filter-group.ts'
import type { UserStore } from '../users/user-store.ts'
import { forbiddenAccess, functionalError } from './errors.ts'
import { allowed, can, type RequestContext } from './viewer.ts'

interface AuditsArguments extends Omit<AuditQuery, 'beyond'> {
  readonly types?: readonly string[] | null
}

const READERS = ['SETTINGS_SETACCESSES', 'SETTINGS_SECURITYACTIVITY', 'VIRTUAL_ORGANIZATION_ADMIN'] as const

export interface AuditServices {
  readonly database: Database
  readonly users: UserStore
  /** records of a higher number are shown; 0 = all, null = none */
  readonly beyond: number | null
  /** what `raw_data` says of a record */
  readonly raw: (record: ListedRecord) => string
}

/**
 * The audit in OpenCTI's shape (opencti-api.md §3.5). It is always recorded here; OpenCTI does so with the Enterprise
 * Edition only. There is no knowledge and so no `History`.
 */
export function auditResolvers({ database, users, beyond, raw }: AuditServices) {
  const log = (record: ListedRecord) => asLog(record, users, raw)
  return {
    Query: {
      audits: (_: unknown, { types, ...query }: AuditsArguments, context: RequestContext) => {
        allowed(context, ...READERS)
        if (!showsActivity(types, context) || beyond === null) return emptyConnection()
        try {
          const page = listAudit(database, { ...query, beyond })
          const edges = page.records.map((record) => ({ cursor: auditCursor(record), node: log(record) }))
          return {
            edges,
            pageInfo: {
              startCursor: edges[0]?.cursor ?? '',
              endCursor: edges.at(-1)?.cursor ?? '',
              hasNextPage: page.hasNextPage,
              hasPreviousPage: page.hasPreviousPage,
              globalCount: page.globalCount,
            },
          }
        } catch (error) {
          if (error instanceof UnsupportedFilterError || error instanceof InvalidAuditCursorError)
            throw functionalError(error.message)
          throw error
        }
      },
      audit: (_: unknown, { id }: { id: string }, context: RequestContext) => {
        allowed(context, 'SETTINGS_SECURITYACTIVITY')
        const [, sequence] = /^audit--(\d{1,15})$/.exec(id) ?? []
        const record = sequence === undefined ? null : auditRecord(database, Number(sequence))
        return record && beyond !== null && record.sequence > beyond ? log(record) : null
      },
    },
    Log: {
      // SECURITY: the record as it was written is for the security capability alone.
      raw_data: ({ raw }: { raw: string }, _: unknown, context: RequestContext) =>
        can(context, 'SETTINGS_SECURITYACTIVITY') ? raw : null,
    },
  }
}

/**
 * Whether `Activity` remains of the asked types: it needs SETTINGS_SECURITYACTIVITY, `History` needs KNOWLEDGE.
 * @throws FORBIDDEN_ACCESS when nothing remains
 */
function showsActivity(types: readonly string[] | null | undefined, context: RequestContext): boolean {
  const security = can(context, 'SETTINGS_SECURITYACTIVITY')
  const asked = types?.length ? types : [security ? 'Activity' : 'History']
  const activity = security && asked.includes('Activity')
  const history = asked.includes('History') && can(context, 'KNOWLEDGE')
  if (!activity && !history) throw forbiddenAccess()
  return activity
}

function asLog(record: ListedRecord, users: UserStore, raw: AuditServices['raw']) {
  const { sequence, body } = record
  const event = JSON.parse(body) as AuditEvent
  const entity = entityOf(event)
  const time = new Date(event.at).toISOString()
  const actor = users.byId(event.actor.id)
  return {
    id: `audit--${sequence}`,
    entity_type: 'Activity',
    ...classOf(event.event),
    event_access: 'administration',
    event_status: 'success',
    timestamp: time,
    created_at: time,
    user_id: event.actor.id,
    user: { id: event.actor.id, entity_type: 'User', name: actor?.name ?? event.actor.email },
    raw: raw(record),
    context_uri: null,
    context_data: {
      entity_id: entity?.id ?? null,
      entity_name: entity?.name ?? null,
      entity_type: entity?.type ?? null,
      from_id: null,
      to_id: null,
      message: messageOf(event),
      commit: null,
      external_references: [],
      workspace_type: null,
      changes: changesOf(event),
      input: inputOf(event),
    },
    user_metadata: { ip: event.source.ip, user_agent: event.source.userAgent, via: event.source.via },
  }
}

function changesOf(event: AuditEvent) {
  if (!('changes' in event) || !event.changes) return []
  return Object.entries(event.changes).map(([field, value]) => ({
    field,
    changes_added: value === null ? [] : [value],
    changes_removed: [],
  }))
}

/** What OpenCTI records of the token mutations, and the reason, which it does not know. */
function inputOf(event: AuditEvent) {
  if (!('token' in event)) return null
  const { token, reason } = event
  return event.event === 'token.created'
    ? { token_id: token.id, name: token.name, expires_at: event.expiresAt, scopes: event.scopes ?? null }
    : { token_id: token.id, name: token.name, last_four: token.lastFour, reason }
}

function emptyConnection() {
  const pageInfo = {
    startCursor: '',
    endCursor: '',
    hasNextPage: false,
    hasPreviousPage: false,
    globalCount: 0,
  }
  return { edges: [], pageInfo }
}
