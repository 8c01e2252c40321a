import { z } from 'zod'
import type { OpenCtiClient } from './opencti-client.ts'
import auditEvidenceDocument from './operations/audit-evidence.graphql?raw'
import connectorsDocument from './operations/connectors.graphql?raw'
import sessionsDocument from './operations/sessions.graphql?raw'
import userLockDocument from './operations/user-lock.graphql?raw'
import userStatusesDocument from './operations/user-statuses.graphql?raw'
import whoDocument from './operations/who.graphql?raw'
import { RemoteError } from './remote-error.ts'

/** What a response to an incident asks of OpenCTI besides tokens and users. Every function throws RemoteError. */

const LONGEST_TEXT = 4_096
const Text = z.string().transform((text) => text.slice(0, LONGEST_TEXT))

const ConnectorsAnswer = z.object({
  connectors: z.array(
    z.object({
      id: z.string().max(256),
      name: Text,
      active: z.boolean().nullish(),
      connector_user_id: z.string().nullish(),
    }),
  ),
})

export interface ConnectorUse {
  readonly id: string
  readonly name: string
  readonly active: boolean | null
  /** the account that the connector acts as; null when it has none */
  readonly userId: string | null
}

/** Needs MODULES (opencti-api.md §5.1). */
export async function connectorUses(client: OpenCtiClient): Promise<ConnectorUse[]> {
  const { connectors } = (await client.ask(connectorsDocument, {}, ConnectorsAnswer)).data
  return connectors.map(({ id, name, active, connector_user_id }) => {
    return { id, name, active: active ?? null, userId: connector_user_id ?? null }
  })
}

const SessionsAnswer = z.object({
  sessions: z
    .array(
      z
        .object({ user: z.object({ id: z.string() }).nullish(), sessions: z.array(z.unknown()).nullish() })
        .nullable(),
    )
    .nullish(),
})

/** How many sessions each user has, by user id; who has none is missing. Needs SETTINGS_SETACCESSES (§3.3). */
export async function sessionCounts(client: OpenCtiClient): Promise<Map<string, number>> {
  const { sessions } = (await client.ask(sessionsDocument, {}, SessionsAnswer)).data
  const counts = new Map<string, number>()
  for (const entry of sessions ?? []) {
    const id = entry?.user?.id
    if (id) counts.set(id, (counts.get(id) ?? 0) + (entry.sessions?.length ?? 0))
  }
  return counts
}

const UserStatusesAnswer = z.object({
  settings: z.object({ platform_user_statuses: z.array(z.object({ status: z.string() })).nullish() }),
})

/** The statuses that lock an account, the fitting one first; the texts are OpenCTI's own (§3.1). */
const LOCKING = ['Locked', 'Inactive']

/** The status that locks an account on this platform; null where it names none of those known. */
export async function lockingStatus(client: OpenCtiClient): Promise<string | null> {
  const { settings } = (await client.ask(userStatusesDocument, {}, UserStatusesAnswer)).data
  const known = settings.platform_user_statuses?.map(({ status }) => status) ?? []
  return LOCKING.find((status) => known.includes(status)) ?? null
}

/** `userEdit.fieldPatch` of account_status (§3.1). Needs SETTINGS_SETACCESSES. */
export async function lockAccount(client: OpenCtiClient, userId: string, status: string): Promise<void> {
  await client.ask(userLockDocument, { id: userId, status }, z.unknown())
}

const AuditAnswer = z.object({
  audits: z.object({
    edges: z.array(
      z.object({
        node: z.object({
          id: z.string().max(256),
          timestamp: z.string(),
          event_status: z.string(),
          raw_data: z.string().nullish(),
          context_data: z.object({ entity_id: z.string().nullish(), message: Text.nullish() }).nullish(),
        }),
      }),
    ),
    pageInfo: z.object({ endCursor: z.string().max(4_096).nullish(), hasNextPage: z.boolean() }),
  }),
  settings: z.object({
    platform_enterprise_edition: z.object({ license_validated: z.boolean().nullish() }).nullish(),
  }),
})

export interface AuditEntry {
  readonly id: string
  /** ms since the epoch, by the platform's clock */
  readonly at: number
  /** the record as the platform keeps it, to look for ids in; '' when it does not show it */
  readonly raw: string
  /** id of the user it was done to */
  readonly subjectId: string | null
  readonly message: string
}

export interface AuditEvidence {
  /** false: an empty audit says nothing, for without the Enterprise Edition none is recorded (§3.5) */
  readonly isKept: boolean
  readonly entries: readonly AuditEntry[]
}

const AUDIT_PAGE = 500
const MOST_AUDIT_PAGES = 20

/**
 * What the platform's audit says happened since `since` (ms, the platform's clock), newest first; successful events only.
 * Needs SETTINGS_SECURITYACTIVITY (§3.5).
 */
export async function auditSince(client: OpenCtiClient, since: number): Promise<AuditEvidence> {
  const found: AuditEntry[] = []
  let isLicensed = false
  let after: string | null = null
  for (let page = 0; page < MOST_AUDIT_PAGES; page += 1) {
    const variables: Record<string, unknown> = { first: AUDIT_PAGE, after }
    const { audits, settings } = (await client.ask(auditEvidenceDocument, variables, AuditAnswer)).data
    isLicensed = settings.platform_enterprise_edition?.license_validated === true
    const entries = audits.edges.map(({ node }) => ({
      id: node.id,
      at: Date.parse(node.timestamp),
      succeeded: node.event_status === 'success',
      raw: node.raw_data ?? '',
      subjectId: node.context_data?.entity_id ?? null,
      message: node.context_data?.message ?? '',
    }))
    found.push(...entries.filter(({ at, succeeded }) => succeeded && at >= since))
    const { endCursor, hasNextPage } = audits.pageInfo
    if (!hasNextPage || !endCursor || entries.some(({ at }) => at < since)) break
    after = endCursor
  }
  return { isKept: isLicensed || found.length > 0, entries: found }
}

const WhoAnswer = z.object({
  me: z.object({ id: z.string(), name: Text.nullish(), user_email: Text.nullish() }),
})

export interface TokenHolder {
  readonly id: string
  readonly name: string
  readonly email: string
}

/** Whose the client's token is; null when the platform refuses it. */
export async function holderOfToken(client: OpenCtiClient): Promise<TokenHolder | null> {
  try {
    const { me } = (await client.ask(whoDocument, {}, WhoAnswer)).data
    return { id: me.id, name: me.name ?? '', email: me.user_email ?? '' }
  } catch (error) {
    if (error instanceof RemoteError && error.code === 'wrong-token') return null
    throw error
  }
}
