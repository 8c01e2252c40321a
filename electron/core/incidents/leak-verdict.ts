import { ProblemError } from '#base/problem-error.ts'
import type { Identity } from '#shared/contract/connections.ts'
import type { HoldingsOfOwner, Preview } from '#shared/contract/incidents.ts'
import type { Problem } from '#shared/contract/problem.ts'
import type { Leaked } from '#shared/contract/triage.ts'
import { isCapable } from '#shared/domain/capability.ts'
import { type LeakVerdict, leakShape } from '#shared/domain/leak.ts'
import { isExpired, lastFour } from '#shared/domain/token.ts'
import type { TokenHolder } from '../clients/opencti/containment.ts'
import type { AlikeTokens } from '../ports/token-memory.ts'

/** What a platform said when a value was presented: whose it is, nobody's, or nothing at all. */
export type Presented = { readonly holder: TokenHolder | null } | { readonly problem: Problem }

/** What an owner holds, or why that is not known. */
export type OwnerRead = { readonly preview: Preview } | { readonly problem: Problem }

export interface LeakFacts {
  readonly value: { readonly ending: string; readonly plain: string }
  readonly presented: Presented
  readonly known: AlikeTokens
  readonly owners: ReadonlyMap<string, OwnerRead>
  readonly platform: Pick<Identity, 'features' | 'version'>
  /** the platform's clock */
  readonly now: number
}

/** What is known of one leaked token, from what the platform answered and what lists tell (T-19). */
export function leakOf(facts: LeakFacts): Leaked {
  const { value, presented } = facts
  const shape = leakShape(value.plain) ?? 'token'
  const nothing = { ending: value.ending, shape, owner: null, holdings: null, gone: null, mayRevoke: false }
  if ('problem' in presented) return { ...nothing, verdict: 'not-asked', problem: presented.problem }
  if (presented.holder) return { ...nothing, verdict: 'live', ...ofOwner(presented.holder, facts) }
  return { ...nothing, ...refused(facts) }
}

type Found = Pick<Leaked, 'owner' | 'holdings' | 'mayRevoke' | 'problem'>

function ofOwner(owner: { id: string; name: string; email: string }, facts: LeakFacts): Found {
  const { features, version } = facts.platform
  const nothing = { owner, holdings: null, mayRevoke: false }
  if (!features.apiTokens) return { ...nothing, problem: new ProblemError('old-platform', version).problem }
  const read = facts.owners.get(owner.id)
  if (!read) return { ...nothing, problem: null }
  if ('problem' in read) return { ...nothing, problem: read.problem }
  const holdings = alikeOf(read, facts)
  if (holdings === null) return { ...nothing, problem: new ProblemError('user-not-found').problem }
  const { mayAct } = read.preview
  const mayRevoke = mayAct && holdings.tokens.length > 0
  const problem = mayAct ? null : new ProblemError('missing-capability', 'SETTINGS_SETACCESSES').problem
  return { owner, holdings, mayRevoke, problem }
}

/** The owner with those tokens alone that end alike, each last used before it was presented here. */
function alikeOf(read: Extract<OwnerRead, { preview: unknown }>, facts: LeakFacts): HoldingsOfOwner | null {
  const [holdings] = read.preview.owners
  if (!holdings) return null
  const before = new Map(facts.known.listed.map(({ token }) => [token.id, token.lastUsedAt]))
  const tokens = holdings.tokens
    .filter(({ maskedToken }) => lastFour(maskedToken) === facts.value.ending)
    .map((token) => {
      const lastUsedAt = before.get(token.id)
      return lastUsedAt === undefined ? token : { ...token, lastUsedAt }
    })
  return { ...holdings, tokens }
}

/** Refused: the lists tell why, by the last four characters, which is all that they show. */
function refused(facts: LeakFacts): Found & Pick<Leaked, 'verdict' | 'gone'> {
  const { known, owners, value, now } = facts
  const listed = known.listed.flatMap(({ ownerId, token }) => {
    const read = owners.get(ownerId)
    if (lastFour(token.maskedToken) !== value.ending || !read || !('preview' in read)) return []
    const holdings = alikeOf(read, facts)
    // It may have gone since the list was read.
    const still = holdings?.tokens.find(({ id }) => id === token.id)
    return holdings && still
      ? [{ user: holdings.user, verdict: verdictOf(holdings.user, still.expiresAt, now) }]
      : []
  })
  const best = listed.toSorted((one, other) => ORDER.indexOf(one.verdict) - ORDER.indexOf(other.verdict))[0]
  if (best) {
    const { id, name, email } = best.user
    return { verdict: best.verdict, gone: null, ...ofOwner({ id, name, email }, facts) }
  }
  const gone = known.gone.find(({ maskedToken }) => lastFour(maskedToken) === value.ending) ?? null
  const verdict = gone === null ? 'unknown' : gone.fate === 'revoked' ? 'revoked' : 'vanished'
  return { verdict, gone, owner: gone?.owner ?? null, holdings: null, mayRevoke: false, problem: null }
}

/** What explains a refusal best comes first. */
const ORDER: readonly LeakVerdict[] = ['expired', 'shut', 'alike']

function verdictOf(user: HoldingsOfOwner['user'], expiresAt: number | null, now: number): LeakVerdict {
  if (isExpired(expiresAt, now)) return 'expired'
  const isLocked = user.accountLockAfter !== null && now >= user.accountLockAfter
  const isShut = user.accountStatus !== 'Active' || isLocked || !isCapable(user, 'APIACCESS_USETOKEN')
  return isShut ? 'shut' : 'alike'
}
