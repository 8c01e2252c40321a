import { isCapable } from '#shared/domain/capability.ts'
import type { Access, ApiToken } from './answers.ts'

/** One user of the inventory. Whoever keeps `owner` has no need of the capabilities, which weigh more than all tokens. */
export interface InventoryUser {
  readonly owner: Omit<Access['user'], 'capabilities'> & { readonly canUseTokens: boolean }
  readonly tokens: readonly ApiToken[]
  readonly capabilities: readonly string[]
}

const LONGEST_TEXT = 4_096
const LONGEST_ID = 256
const LONGEST_MASK = 32

/**
 * A user as `UserAccessAnswer` would read it, by hand: for fifty thousand tokens the schema makes 170 MB of garbage and takes
 * as long as everything else together. A test holds both to the same answers.
 * @returns null for what cannot be read; that user is counted, and takes no others along
 */
export function readInventoryUser(node: unknown): InventoryUser | null {
  if (!isRecord(node)) return null
  const id = idOf(node.id)
  const accountStatus = textOf(node.account_status)
  const name = textOf(node.name)
  const email = textOf(node.user_email)
  const accountLockAfter = looseMoment(node.account_lock_after_date)
  const capabilities = namesOf(node.capabilities)
  const service = node.user_service_account ?? false
  if (id === null || name === null || email === null || accountStatus === null) return null
  if (accountLockAfter === undefined || capabilities === null || typeof service !== 'boolean') return null
  if (!Array.isArray(node.api_tokens)) return null
  const tokens: ApiToken[] = []
  for (const field of node.api_tokens) {
    const token = readToken(field)
    if (token === null) return null
    tokens.push(token)
  }
  const canUseTokens = isCapable({ id, capabilities }, 'APIACCESS_USETOKEN')
  return {
    owner: { id, name, email, accountStatus, serviceAccount: service, accountLockAfter, canUseTokens },
    tokens,
    capabilities,
  }
}

function readToken(token: unknown): ApiToken | null {
  if (!isRecord(token)) return null
  const id = idOf(token.id)
  const name = textOf(token.name)
  const masked = textOf(token.masked_token)
  const createdAt = looseMoment(token.created_at)
  const lastUsedAt = looseMoment(token.last_used_at)
  const expiresAt = strictMoment(token.expires_at)
  if (id === null || name === null || masked === null) return null
  if (createdAt === undefined || lastUsedAt === undefined || expiresAt === undefined) return null
  return { id, name, maskedToken: masked.slice(0, LONGEST_MASK), createdAt, expiresAt, lastUsedAt }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const idOf = (value: unknown): string | null =>
  typeof value === 'string' && value !== '' && value.length <= LONGEST_ID ? value : null

/** '' for none; null for what is no text. */
function textOf(value: unknown): string | null {
  if (value == null) return ''
  if (typeof value !== 'string') return null
  return value.length > LONGEST_TEXT ? value.slice(0, LONGEST_TEXT) : value
}

/** null for none or no date; undefined for what is no text. */
function looseMoment(value: unknown): number | null | undefined {
  if (value == null) return null
  if (typeof value !== 'string') return undefined
  const time = Date.parse(value)
  return Number.isNaN(time) ? null : time
}

/** SECURITY: an expiry that cannot be read must not pass as "never expires": undefined for what is no date. */
function strictMoment(value: unknown): number | null | undefined {
  return value == null ? null : (looseMoment(value) ?? undefined)
}

function namesOf(list: unknown): string[] | null {
  if (list == null) return []
  if (!Array.isArray(list)) return null
  const names: string[] = []
  for (const capability of list) {
    if (capability === null) continue
    if (!isRecord(capability) || typeof capability.name !== 'string') return null
    names.push(capability.name)
  }
  return names
}
