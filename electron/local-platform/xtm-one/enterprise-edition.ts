import { LATE_MS } from '#shared/domain/registration.ts'
import type { RecordedAnswer } from '../../xtm-one/answer.ts'
import type { Licence, ReadLicence } from '../../xtm-one/licence.ts'

/** Where Enterprise Edition stands and where it comes from (opencti-api.md §3.6, §4.4). Times are ms since the epoch. */
export interface EnterpriseEdition {
  readonly enabled: boolean
  readonly validated: boolean
  readonly byConfiguration: boolean
  readonly customer: string
  readonly type: string
  readonly startsAt: number
  readonly expiresAt: number
  readonly expired: boolean
  readonly platformMatch: boolean
  readonly source: 'OPENCTI_LICENSE' | 'XTM_ONE_LICENSE' | null
}

export interface EditionFacts {
  /** this platform stands for an OpenCTI that has it */
  readonly given: boolean
  /** the configured licence, read and judged; null without one */
  readonly own: ReadLicence | null
  /** what XTM One answered last */
  readonly answer: RecordedAnswer | null
  /** of the platform */
  readonly createdAt: number
}

const YEAR_MS = 365 * 86_400_000

/**
 * The edition at `now`. A usable licence of the platform's own wins; else one that XTM One handed out counts for as long as
 * its answer does (600 s), and goes with the registration. What `ee_enabled` and `ee_sources` say grants nothing.
 */
export function enterpriseEdition(
  { given, own, answer, createdAt }: EditionFacts,
  now: number,
): EnterpriseEdition {
  if (own?.readable && own.licence.usable) return licensed(own.licence, 'OPENCTI_LICENSE', now)
  const isAnswered = answer !== null && now - answer.receivedAt <= LATE_MS
  const handed = isAnswered && answer.licence?.readable ? answer.licence.licence : null
  if (handed?.usable && now <= handed.validTo) return licensed(handed, 'XTM_ONE_LICENSE', now)
  if (given)
    return {
      enabled: true,
      validated: true,
      byConfiguration: true,
      customer: 'Local platform',
      type: 'standard',
      startsAt: createdAt,
      expiresAt: createdAt + YEAR_MS,
      expired: false,
      platformMatch: true,
      source: 'OPENCTI_LICENSE',
    }
  if (own?.readable) return licensed(own.licence, 'OPENCTI_LICENSE', now)
  return {
    enabled: own !== null,
    validated: false,
    byConfiguration: own !== null,
    customer: '',
    type: 'none',
    startsAt: createdAt,
    expiresAt: createdAt,
    expired: false,
    platformMatch: false,
    source: null,
  }
}

function licensed(
  licence: Licence,
  source: 'OPENCTI_LICENSE' | 'XTM_ONE_LICENSE',
  now: number,
): EnterpriseEdition {
  return {
    enabled: true,
    validated: licence.usable,
    byConfiguration: source === 'OPENCTI_LICENSE',
    customer: licence.customer ?? '',
    type: licence.type ?? '',
    startsAt: licence.validFrom,
    expiresAt: licence.validTo,
    expired: now > licence.validTo,
    platformMatch: licence.platformMatches,
    source,
  }
}
