import { expiryOf, TOKEN_DURATIONS } from '#shared/domain/token.ts'
import { type AuditEvent, classOf, entityOf, messageOf, type TokenEvent } from './audit-events.ts'
import type { ListedRecord } from './audit-list.ts'

/** A record as OpenCTI would have written it (opencti-api.md §2.8, §3.5): what its `raw_data` holds. */
export function openCtiRecord({ sequence, body }: ListedRecord): string {
  const event = JSON.parse(body) as AuditEvent
  const entity = entityOf(event)
  return JSON.stringify({
    internal_id: `audit--${sequence}`,
    entity_type: 'Activity',
    ...classOf(event.event),
    event_access: 'administration',
    event_status: 'success',
    timestamp: new Date(event.at).toISOString(),
    user_id: event.actor.id,
    user_metadata: { ip: event.source.ip, user_agent: event.source.userAgent },
    context_data: {
      id: entity?.id ?? null,
      entity_type: entity?.type ?? null,
      entity_name: entity?.name ?? null,
      message: messageOf(event),
      input: 'token' in event ? inputOf(event) : {},
    },
  })
}

function inputOf(event: TokenEvent): object {
  const { id: token_id, name } = event.token
  if (event.event === 'token.revoked') return { token_id }
  const duration = TOKEN_DURATIONS.find((each) => expiryOf(each, event.at) === event.expiresAt)
  return { duration, name, token_id }
}
