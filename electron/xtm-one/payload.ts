import type { Secret } from '#base/secret.ts'
import type { PlatformFacts } from './ports.ts'

/** What OpenCTI asks of XTM One's agents (opencti-api.md §4.2). */
const INTENTS = [
  'global.assistant',
  'global.make_it_shorter',
  'global.make_it_longer',
  'global.fix_spelling',
  'global.change_tone',
  'global.summarize',
  'global.explain',
  'cti.container_summary',
  'cti.container_report',
  'cti.containers_digest',
  'cti.entity_activity',
  'cti.entity_forecast',
  'cti.entity_history',
  'cti.nlq_search',
  'cti.stix_harvester',
  'cti.stix_transformer',
  'cti.stix_consumer',
  'cti.curation_adjudicate',
  'cti.hunt_hypothesis',
  'cti.hunt_triage',
] as const

/** Each field is reviewed in docs/security-registration.md; a field missing there fails a test. */
export interface PayloadHead {
  readonly platform_identifier: 'opencti'
  readonly platform_url: string
  readonly platform_title: string
  readonly platform_version: string
  readonly platform_id: string
  /** absent on Community Edition */
  readonly enterprise_license_pem?: string
  /** only of a licence that proved itself */
  readonly license_type?: string
  readonly business_vertical: 'cti'
  readonly supports_approval_prompts: boolean
  readonly intents: readonly { readonly name: string }[]
}

export interface UserEntry {
  readonly email: string
  readonly display_name: string
  /** empty once XTM One has it */
  readonly api_key: string
}

/** What every profile sends; also what a preview shows. */
export function payloadHead(
  facts: PlatformFacts,
  licence: { pem: string | null; type: string | null },
): PayloadHead {
  return {
    platform_identifier: 'opencti',
    platform_url: facts.url,
    platform_title: facts.title,
    platform_version: facts.version,
    platform_id: facts.id,
    ...(licence.pem === null ? {} : { enterprise_license_pem: licence.pem }),
    ...(licence.pem === null || licence.type === null ? {} : { license_type: licence.type }),
    business_vertical: 'cti',
    supports_approval_prompts: facts.supportsApprovalPrompts,
    intents: INTENTS.map((name) => ({ name })),
  }
}

/**
 * The request body in pieces. `credentials` belong to the proof-of-concept profile; without them neither an admin key nor a
 * user leaves.
 */
export async function* payloadBody(
  head: PayloadHead,
  credentials?: { adminKey: Secret | null; users: AsyncIterable<readonly UserEntry[]> },
): AsyncGenerator<string> {
  const opened = JSON.stringify(head).slice(0, -1)
  if (!credentials) {
    yield `${opened}}`
    return
  }
  const admin = credentials.adminKey
    ? `,"admin_api_key":${JSON.stringify(credentials.adminKey.expose())}`
    : ''
  yield `${opened}${admin},"users":[`
  let separator = ''
  for await (const page of credentials.users) {
    yield separator + page.map((entry) => JSON.stringify(entry)).join(',')
    separator = ','
  }
  yield ']}'
}
