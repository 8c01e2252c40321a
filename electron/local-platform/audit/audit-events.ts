/** Where a request came from, as far as it says. */
export interface RequestSource {
  /** token = bearer, session = cookie login, console = the process that runs this platform */
  readonly via: 'token' | 'session' | 'console' | 'anonymous'
  readonly ip: string | null
  readonly userAgent: string | null
}

interface Person {
  readonly id: string
  readonly email: string
}

interface Recorded {
  /** ms since the epoch */
  readonly at: number
  /** who did it */
  readonly actor: Person
  readonly source: RequestSource
}

/** What is recorded of a token's life (PRD, Audit Logging; FR-019, FR-020). Never a token value. */
export interface TokenEvent extends Recorded {
  readonly event: 'token.created' | 'token.revoked'
  /** whose token it is */
  readonly subject: Person
  readonly token: { readonly id: string; readonly lastFour: string; readonly name: string }
  /** ms; null = unlimited */
  readonly expiresAt: number | null
  /** capabilities that the token is limited to; absent or null = all of its user's */
  readonly scopes?: readonly string[] | null
  readonly reason: string | null
}

/** A step of the migration of legacy tokens (P-07). `started` is recorded before its first deed, `finished` with its last. */
export interface MigrationEvent extends Recorded {
  readonly event: `legacy.${'import' | 'migrate' | 'rollback' | 'finalize'}.${'started' | 'finished'}`
  /** tokens that are to be treated, or were */
  readonly count: number
}

/** What happens to an account and to its sessions. */
export interface AccountEvent extends Recorded {
  readonly event:
    | 'user.created'
    | 'user.updated'
    | 'session.opened'
    | 'session.closed'
    | 'session.killed'
    | 'sessions.killed'
    | 'otp.activated'
    | 'otp.removed'
  readonly subject: Person
  /** new values by field; a password is only named, never told */
  readonly changes?: Readonly<Record<string, string | null>>
  /** sessions that ended */
  readonly count?: number
}

/** What people do to connectors; what composers report is not recorded. */
export interface ConnectorEvent extends Recorded {
  readonly event:
    | 'connector.created'
    | 'connector.updated'
    | 'connector.start'
    | 'connector.stop'
    | 'connector.reset'
    | 'connector.deleted'
  readonly connector: { readonly id: string; readonly name: string }
}

export type AuditEvent = TokenEvent | MigrationEvent | AccountEvent | ConnectorEvent

/** OpenCTI's names for kinds of events (opencti-api.md §3.5). */
export interface EventClass {
  readonly event_type: 'mutation' | 'authentication'
  readonly event_scope: 'create' | 'update' | 'delete' | 'login' | 'logout'
}

const UPDATE: EventClass = { event_type: 'mutation', event_scope: 'update' }

/** Every event that has a class of its own; all others are updates. */
export const EVENT_CLASSES: Readonly<Record<string, EventClass>> = {
  'user.created': { event_type: 'mutation', event_scope: 'create' },
  'connector.created': { event_type: 'mutation', event_scope: 'create' },
  'connector.deleted': { event_type: 'mutation', event_scope: 'delete' },
  'session.opened': { event_type: 'authentication', event_scope: 'login' },
  'session.closed': { event_type: 'authentication', event_scope: 'logout' },
}

export function classOf(event: string): EventClass {
  return EVENT_CLASSES[event] ?? UPDATE
}

/** What an event is about. */
export function entityOf(event: AuditEvent): { id: string; type: 'User' | 'Connector'; name: string } | null {
  if ('subject' in event) return { id: event.subject.id, type: 'User', name: event.subject.email }
  return 'connector' in event ? { ...event.connector, type: 'Connector' } : null
}

/** What happened in OpenCTI's words (opencti-api.md §2.8, §3.3), to be read after the actor's name. */
export function messageOf(event: AuditEvent): string {
  switch (event.event) {
    case 'token.created':
      return `generated a new API token '${event.token.name}'${forOther(event)}`
    case 'token.revoked':
      return `revoked API token '${event.token.name}'${forOther(event)}`
    case 'user.created':
      return `creates user \`${event.subject.email}\``
    case 'user.updated':
      return `updates \`${Object.keys(event.changes ?? {}).join(', ')}\` for user \`${event.subject.email}\``
    case 'session.opened':
      return 'login from provider `local`'
    case 'session.closed':
      return 'logout'
    case 'session.killed':
      return `kills \`specific session\` for user \`${event.subject.email}\``
    case 'sessions.killed':
      return `kills \`all sessions\` for user \`${event.subject.email}\``
    case 'otp.activated':
      return `activates \`two-factor authentication\` for user \`${event.subject.email}\``
    case 'otp.removed':
      return `deactivates \`two-factor authentication\` for user \`${event.subject.email}\``
    case 'connector.created':
      return `creates connector \`${event.connector.name}\``
    case 'connector.updated':
      return `updates connector \`${event.connector.name}\``
    case 'connector.start':
    case 'connector.stop':
      return `asks connector \`${event.connector.name}\` to ${event.event.split('.')[1]}`
    case 'connector.reset':
      return `resets the state of connector \`${event.connector.name}\``
    case 'connector.deleted':
      return `deletes connector \`${event.connector.name}\``
    default:
      return `${event.event.endsWith('started') ? 'started' : 'finished'} the ${event.event.split('.')[1]} of ${event.count} legacy API tokens`
  }
}

function forOther({ actor, subject }: TokenEvent): string {
  return actor.id === subject.id ? '' : ` for user '${subject.email}'`
}
