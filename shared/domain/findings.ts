import { DAY_MS, isExpired, lastFour } from './token.ts'
import { isOverLifetime, matchesNamePattern, type TokenPolicy } from './token-policy.ts'

/**
 * What is wrong with a token, by rule (T-15). Each finding has two texts in the page: why it matters and what to do. Times
 * are milliseconds since the epoch by the platform's clock, always given in.
 *
 * `expires-7` is true of a token that ends tomorrow too, and `idle-45` of one that was idle for a year: a view "ends within
 * seven days" counts what a person expects. What is shown beside one token is `sharpest` of it.
 */
export const FINDING_IDS = [
  'unlimited',
  'never-used',
  'idle-45',
  'idle-90',
  'expires-30',
  'expires-14',
  'expires-7',
  'expires-1',
  'expired',
  'owner-disabled',
  'owner-no-access',
  'machine-minted',
  'duplicate-name',
  'last-four-collision',
  'policy-lifetime',
  'policy-unlimited',
  'policy-naming',
] as const
export type FindingId = (typeof FINDING_IDS)[number]

export const SEVERITIES = ['high', 'medium', 'low', 'info'] as const
export type Severity = (typeof SEVERITIES)[number]

export const FINDING_SEVERITY: Readonly<Record<FindingId, Severity>> = {
  unlimited: 'medium',
  'never-used': 'low',
  'idle-45': 'low',
  'idle-90': 'medium',
  'expires-30': 'info',
  'expires-14': 'info',
  'expires-7': 'low',
  'expires-1': 'high',
  expired: 'low',
  'owner-disabled': 'medium',
  'owner-no-access': 'low',
  'machine-minted': 'low',
  'duplicate-name': 'low',
  'last-four-collision': 'info',
  'policy-lifetime': 'medium',
  'policy-unlimited': 'medium',
  'policy-naming': 'low',
}

/** A set of findings as bits, so that 100 000 rows are judged and filtered with numbers alone. */
export type Findings = number

const BITS = Object.fromEntries(FINDING_IDS.map((id, index) => [id, 1 << index])) as Record<
  FindingId,
  Findings
>

/** The set that holds this one finding. */
export const findingBit = (id: FindingId): Findings => BITS[id]
export const hasFinding = (findings: Findings, id: FindingId): boolean => (findings & BITS[id]) !== 0
export const findingIds = (findings: Findings): FindingId[] =>
  FINDING_IDS.filter((id) => hasFinding(findings, id))

/** Findings of which the next one says more. */
const SHARPER: readonly (readonly [FindingId, FindingId])[] = [
  ['idle-45', 'idle-90'],
  ['expires-30', 'expires-14'],
  ['expires-14', 'expires-7'],
  ['expires-7', 'expires-1'],
  ['unlimited', 'policy-unlimited'],
]

/** Without those that another one in the set says more sharply, for showing beside one token; the worst first. */
export function sharpest(findings: Findings): FindingId[] {
  let left = findings
  for (const [blunt, sharp] of SHARPER) if (findings & BITS[sharp]) left &= ~BITS[blunt]
  return findingIds(left).sort((a, b) => rank(a) - rank(b))
}

/** The worst of a set; null of an empty one. */
export function severityOf(findings: Findings): Severity | null {
  for (const severity of SEVERITIES) if (findings & OF_SEVERITY[severity]) return severity
  return null
}

const rank = (id: FindingId): number => SEVERITIES.indexOf(FINDING_SEVERITY[id])
const OF_SEVERITY = Object.fromEntries(
  SEVERITIES.map((severity) => [
    severity,
    FINDING_IDS.filter((id) => FINDING_SEVERITY[id] === severity).reduce((set, id) => set | BITS[id], 0),
  ]),
) as Record<Severity, Findings>

export interface JudgedToken {
  readonly id: string
  readonly name: string
  readonly maskedToken: string
  readonly createdAt: number | null
  readonly expiresAt: number | null
  readonly lastUsedAt: number | null
}

export interface JudgedOwner {
  /** "Active", or a status of the platform's own */
  readonly accountStatus: string
  readonly accountLockAfter: number | null
  /** null: not known */
  readonly canUseTokens: boolean | null
}

/** A token that was made a moment ago has not been used yet by anybody's fault. */
export const NEVER_USED_AFTER_MS = 7 * DAY_MS

const IDLE: readonly (readonly [FindingId, number])[] = [
  ['idle-45', 45 * DAY_MS],
  ['idle-90', 90 * DAY_MS],
]
const EXPIRES: readonly (readonly [FindingId, number])[] = [
  ['expires-30', 30 * DAY_MS],
  ['expires-14', 14 * DAY_MS],
  ['expires-7', 7 * DAY_MS],
  ['expires-1', DAY_MS],
]

/** Everything that is wrong with one token. @param place as `TokenCrowd` gave it */
export function judge(
  token: JudgedToken,
  owner: JudgedOwner,
  place: CrowdPlace,
  policy: TokenPolicy,
  now: number,
): Findings {
  const { accountStatus, accountLockAfter, canUseTokens } = owner
  let found = 0
  if (isExpired(token.expiresAt, now)) found |= BITS.expired
  else found |= ofLiving(token, policy, now)
  if (accountStatus !== 'Active' || (accountLockAfter !== null && now >= accountLockAfter)) {
    found |= BITS['owner-disabled']
  }
  if (canUseTokens === false) found |= BITS['owner-no-access']
  if (place.minted) found |= BITS['machine-minted']
  if (place.names.count > 1) found |= BITS['duplicate-name']
  if (place.lastFours.count > 1) found |= BITS['last-four-collision']
  // The platform names its own tokens; nobody can name them otherwise.
  if (!place.minted && !matchesNamePattern(token.name, policy.namePattern)) found |= BITS['policy-naming']
  return found
}

/** What only matters of a token that still opens something. */
function ofLiving(token: JudgedToken, policy: TokenPolicy, now: number): Findings {
  const { createdAt, expiresAt, lastUsedAt } = token
  let found = 0
  if (expiresAt === null) found |= BITS.unlimited
  else for (const [id, within] of EXPIRES) if (expiresAt - now <= within) found |= BITS[id]
  if (lastUsedAt !== null) for (const [id, after] of IDLE) if (now - lastUsedAt >= after) found |= BITS[id]
  if (lastUsedAt === null && (createdAt === null || now - createdAt >= NEVER_USED_AFTER_MS))
    found |= BITS['never-used']
  if (isOverLifetime(token, policy, now)) found |= BITS['policy-lifetime']
  if (policy.noUnlimited && expiresAt === null) found |= BITS['policy-unlimited']
  return found
}

/** Names under which platforms make tokens by themselves (opencti-api.md §2.6). */
const MACHINE_NAMES: ReadonlySet<string> = new Set([
  'xtm one',
  'composer managed token',
  'base token',
  'legacy token',
  'template generated token',
])

/** Whether the platform made the token by itself. @param key as `nameKey` gives it */
const isMinted = (id: string, key: string): boolean => id.startsWith('base_token_') || MACHINE_NAMES.has(key)

/** Names that a person would take for the same one. */
const nameKey = (name: string): string => name.normalize('NFKC').trim().toLowerCase()

interface Counter {
  count: number
}

/** Where a token stands among the others: what it shares is counted there, and the work on its texts is done once. */
export interface CrowdPlace {
  /** tokens of the same owner with this name; without a name always 0 */
  readonly names: Readonly<Counter>
  /** tokens of anybody with these last four characters; without them always 0 */
  readonly lastFours: Readonly<Counter>
  readonly minted: boolean
}

/** What tokens have in common with each other, kept as they come and go. */
export class TokenCrowd {
  readonly #names = new Map<string, Counter>()
  readonly #lastFours = new Map<string, Counter>()

  /** @param owner whatever tells owners apart */
  add(token: JudgedToken, owner: string | number): CrowdPlace {
    const name = nameKey(token.name)
    const four = lastFour(token.maskedToken)
    return {
      names: name === '' ? NOBODY : counted(this.#names, `${owner} ${name}`),
      lastFours: four === '' ? NOBODY : counted(this.#lastFours, four),
      minted: isMinted(token.id, name),
    }
  }

  /** The token at this place goes, or changes its name: then it is added anew. */
  remove(place: CrowdPlace): void {
    for (const counter of [place.names, place.lastFours] as Counter[])
      if (counter !== NOBODY) counter.count -= 1
  }
}

const NOBODY: Readonly<Counter> = Object.freeze({ count: 0 })

function counted(counters: Map<string, Counter>, key: string): Counter {
  let counter = counters.get(key)
  if (!counter) {
    counter = { count: 0 }
    counters.set(key, counter)
  }
  counter.count += 1
  return counter
}
