import { X509Certificate } from 'node:crypto'
import { certificateExtensions } from './der.ts'

/** Extensions of a Filigran licence; `2.14521` is how the certificates really spell the identifiers. */
const TYPE = '2.14521.4.4.10'
const PRODUCT = '2.14521.4.4.20'
/** JSON list of platform ids, or `global`, in a licence that XTM One hands out (opencti-api.md §4.4). */
const XTM_PLATFORMS = '1.3.6.1.4.1.62944.50'

const GLOBAL = 'global'
const LONGEST_PEM = 64 * 1024
const LONGEST_FIELD = 200

/** What a licence says of itself, and how far that can be believed. Times are ms since the epoch. */
export interface Licence {
  readonly type: string | null
  readonly product: string | null
  readonly customer: string | null
  /** platform ids it names; `global` = every platform */
  readonly platforms: readonly string[]
  readonly platformMatches: boolean
  readonly validFrom: number
  readonly validTo: number
  readonly state: 'not-yet' | 'valid' | 'expired'
  /** `not-checked`: no authority to check against was given */
  readonly signature: 'verified' | 'wrong' | 'not-checked'
  /** `verified`, in date, for this platform: the only licence whose type is passed on */
  readonly usable: boolean
}

export type ReadLicence =
  | { readonly readable: true; readonly licence: Licence }
  | { readonly readable: false; readonly problem: string }

/**
 * Reads one PEM certificate as a licence. Nothing in it is believed: the signature is checked against `authorities` (PEM),
 * and whatever does not hold together makes it unreadable or unusable, never an exception.
 */
export function readLicence(
  pem: string,
  context: { platformId: string; now: number; authorities: readonly string[] },
): ReadLicence {
  const block = certificateBlock(pem)
  if (!block.ok) return { readable: false, problem: block.problem }
  try {
    const certificate = new X509Certificate(block.pem)
    const extensions = certificateExtensions(certificate.raw)
    const validFrom = Date.parse(certificate.validFrom)
    const validTo = Date.parse(certificate.validTo)
    if (!(validFrom <= validTo)) return { readable: false, problem: 'The licence has no valid dates' }
    const platforms = platformsOf(extensions.get(XTM_PLATFORMS), subjectField(certificate, 'OU'))
    const platformMatches = platforms.includes(GLOBAL) || platforms.includes(context.platformId)
    const state = context.now < validFrom ? 'not-yet' : context.now > validTo ? 'expired' : 'valid'
    const signature = signatureOf(certificate, context.authorities)
    const licence = {
      type: shortened(extensions.get(TYPE)),
      product: shortened(extensions.get(PRODUCT)),
      customer: shortened(subjectField(certificate, 'O')),
      platforms,
      platformMatches,
      validFrom,
      validTo,
      state,
      signature,
      usable: signature === 'verified' && state === 'valid' && platformMatches,
    } as const
    return { readable: true, licence }
  } catch {
    return { readable: false, problem: 'The licence is not a certificate that can be read' }
  }
}

/**
 * SECURITY: a licence field is pasted by people. Only one bare certificate may leave as a licence, never a bundle and above
 * all never a private key that was pasted along.
 */
function certificateBlock(text: string): { ok: true; pem: string } | { ok: false; problem: string } {
  if (text.length > LONGEST_PEM) return { ok: false, problem: 'The licence is too long' }
  const labels = [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----/g)].map((match) => match[1])
  if (labels.some((label) => label?.includes('PRIVATE KEY')))
    return { ok: false, problem: 'The licence holds a private key; it is not used and not sent' }
  if (labels.length !== 1 || labels[0] !== 'CERTIFICATE')
    return { ok: false, problem: 'The licence is not a single PEM certificate' }
  const pem = /-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----/.exec(text)?.[0]
  return pem ? { ok: true, pem: `${pem}\n` } : { ok: false, problem: 'The licence is not whole' }
}

/** The licence as it may be sent: the one certificate alone; null when there is none. */
export function sendableLicence(pem: string | null): string | null {
  const block = certificateBlock(pem ?? '')
  return block.ok ? block.pem : null
}

function signatureOf(certificate: X509Certificate, authorities: readonly string[]): Licence['signature'] {
  if (authorities.length === 0) return 'not-checked'
  const verified = authorities.some((pem) => {
    const authority = new X509Certificate(pem)
    return certificate.checkIssued(authority) && certificate.verify(authority.publicKey)
  })
  return verified ? 'verified' : 'wrong'
}

function subjectField(certificate: X509Certificate, name: string): string | undefined {
  return certificate.subject
    ?.split('\n')
    .find((line) => line.startsWith(`${name}=`))
    ?.slice(name.length + 1)
}

function platformsOf(extension: string | undefined, unit: string | undefined): string[] {
  if (extension === undefined) return unit ? [unit.slice(0, LONGEST_FIELD)] : []
  if (extension === GLOBAL) return [GLOBAL]
  const list: unknown = JSON.parse(extension)
  return Array.isArray(list) ? list.filter((id): id is string => typeof id === 'string').slice(0, 1_000) : []
}

/** Control characters and length come from outside. */
function shortened(text: string | undefined): string | null {
  return text === undefined ? null : text.replace(/\p{Cc}/gu, '').slice(0, LONGEST_FIELD)
}
