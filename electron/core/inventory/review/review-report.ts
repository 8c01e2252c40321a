import type { SignableDocument } from '#base/signature.ts'
import type { Review, ReviewedOwner } from '#shared/contract/review.ts'
import { lastFour } from '#shared/domain/token.ts'

/** Names this form of the report; another form gets another name. */
const REVIEW_FORMAT = 'gatehouse-access-review-1'

export interface ReportedToken {
  readonly id: string
  readonly name: string
  readonly ending: string
  readonly createdAt: string | null
  readonly expiresAt: string | null
  readonly lastUsedAt: string | null
}

export interface ReportedOwner {
  readonly owner: { readonly id: string; readonly name: string; readonly email: string }
  readonly accountStatus: string
  readonly serviceAccount: boolean
  readonly capabilities: readonly string[]
  readonly decision: ReviewedOwner['decision']
  readonly note: string
  readonly tokens: readonly (ReportedToken & { readonly changes: readonly string[] })[]
  readonly since: {
    readonly vanished: readonly (ReportedToken & { readonly fate: string | null })[]
    readonly rightsGained: readonly string[]
    readonly rightsLost: readonly string[]
    readonly accountStatusBefore: string | null
    readonly firstToken: boolean
    readonly lastTokenGone: boolean
  }
}

/** What the report says besides its owners. The same review gives the same bytes. */
export interface ReviewHead extends SignableDocument {
  readonly review: {
    readonly id: string
    readonly reviewer: string
    readonly readAt: string
    readonly finishedAt: string | null
    readonly scope: Review['scope']
  }
  readonly platform: { readonly name: string; readonly url: string }
  /** the signed review it is compared with */
  readonly previous: { readonly id: string; readonly finishedAt: string; readonly sha256: string } | null
  /** false: another account or scope made the previous one */
  readonly comparable: boolean
  readonly summary: {
    readonly owners: number
    readonly tokens: number
    readonly changed: number
    readonly keep: number
    readonly revoke: number
    readonly ask: number
    readonly appeared: number
    readonly vanished: number
    readonly used: number
    readonly expired: number
  }
}

/** The last member of the report. */
export const REPORTED_OWNERS = 'owners'

/**
 * The report of a review.
 * @param each gets its owners in order, slice by slice
 * @returns the rest of it
 */
export async function reviewReport(
  review: Review,
  owners: AsyncIterable<readonly ReviewedOwner[]>,
  each: (owners: readonly ReportedOwner[]) => void,
): Promise<ReviewHead> {
  const seen = { appeared: 0, used: 0, expired: 0, vanished: 0 }
  for await (const slice of owners) {
    for (const { tokens, vanished } of slice) {
      seen.vanished += vanished.length
      for (const { marks } of tokens) for (const mark of new Set(marks)) seen[mark] += 1
    }
    each(slice.map(reported))
  }
  const { previous, decided } = review
  return {
    format: REVIEW_FORMAT,
    review: {
      id: review.id,
      reviewer: review.actor,
      readAt: iso(review.readAt),
      finishedAt: isoOrNull(review.finishedAt),
      scope: review.scope,
    },
    platform: { name: review.connectionName, url: review.url },
    previous: previous && {
      id: previous.id,
      finishedAt: iso(previous.finishedAt),
      sha256: previous.digest,
    },
    comparable: review.comparable,
    summary: {
      owners: review.owners,
      tokens: review.tokens,
      changed: review.changed,
      keep: decided.keep ?? 0,
      revoke: decided.revoke ?? 0,
      ask: decided.ask ?? 0,
      appeared: seen.appeared,
      vanished: seen.vanished,
      used: seen.used,
      expired: seen.expired,
    },
  }
}

/** The file name without its ending. */
export function reviewName({ id, finishedAt, readAt }: Review): string {
  return `gatehouse-access-review-${iso(finishedAt ?? readAt).slice(0, 10)}-${id.replace(/[^A-Za-z0-9_-]/g, '').slice(0, 8)}`
}

function reported(owner: ReviewedOwner): ReportedOwner {
  const { id, name, email, accountStatus, serviceAccount, capabilities, decision, note } = owner
  return {
    owner: { id, name, email },
    accountStatus,
    serviceAccount,
    capabilities,
    decision,
    note,
    tokens: owner.tokens.map((token) => ({ ...tokenOf(token), changes: token.marks })),
    since: {
      vanished: owner.vanished.map((token) => ({ ...tokenOf(token), fate: token.fate })),
      rightsGained: owner.gained,
      rightsLost: owner.lost,
      accountStatusBefore: owner.statusBefore,
      firstToken: owner.isNew,
      lastTokenGone: owner.isGone,
    },
  }
}

function tokenOf(token: ReviewedOwner['tokens'][number] | ReviewedOwner['vanished'][number]): ReportedToken {
  const { id, name, maskedToken, createdAt, expiresAt, lastUsedAt } = token
  return {
    id,
    name,
    ending: lastFour(maskedToken),
    createdAt: isoOrNull(createdAt),
    expiresAt: isoOrNull(expiresAt),
    lastUsedAt: isoOrNull(lastUsedAt),
  }
}

const iso = (at: number): string => new Date(at).toISOString()
const isoOrNull = (at: number | null): string | null => (at === null ? null : iso(at))
