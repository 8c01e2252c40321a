import type {
  ChatbotConfig,
  Enterprise,
  ManagerModule,
  RegisterBar,
  Registration,
  XtmOneHealth,
  XtmOneKeys,
} from '#shared/contract/registration.ts'
import { enterpriseLoss, type RegistrationState, registrationStateAt } from '#shared/domain/registration.ts'
import { type Known, lastOf, UNREAD } from './known.ts'
import type { ReadRecord } from './record.ts'

/** What is known of one registration, each fact with its age. */
export interface Facts {
  readonly module: Known<ManagerModule>
  readonly enterprise: Known<Enterprise>
  readonly chatbot: Known<ChatbotConfig>
  readonly record: Known<ReadRecord>
  readonly health: Known<XtmOneHealth>
  readonly keys: Known<XtmOneKeys>
}

export const NOTHING_READ: Facts = {
  module: UNREAD,
  enterprise: UNREAD,
  chatbot: UNREAD,
  record: UNREAD,
  health: UNREAD,
  keys: UNREAD,
}

/** The registration as it is shown at `now`. */
export function registrationView(connectionId: string, facts: Facts, now: number): Registration {
  return {
    connectionId,
    state: stateOf(facts.record, now),
    module: { source: 'settings', known: facts.module },
    enterprise: { source: 'settings', known: facts.enterprise },
    chatbot: { source: 'chatbot-config', known: facts.chatbot },
    record: { source: 'record', known: facts.record },
    health: { source: 'xtm-one-health', known: facts.health },
    keys: { source: 'xtm-one-keys', known: facts.keys },
    enterpriseLossAt: lossAt(facts, now),
    registerBar: barOf(facts.record),
  }
}

/** Address of the XTM One that this platform talks to, as far as it tells; null when it does not. */
export function xtmOneUrl(facts: Facts): string | null {
  const configuration = lastOf(facts.record)?.value.configuration
  const told = configuration?.state === 'active' ? configuration.url : lastOf(facts.chatbot)?.value.xtmOneUrl
  // SECURITY: it is another machine's word; nothing but a web address is ever asked.
  return told && /^https?:\/\//i.test(told) && URL.canParse(told) ? told : null
}

function stateOf(record: Known<ReadRecord>, now: number): RegistrationState {
  const last = lastOf(record)
  if (last === null) return 'unknown'
  const { ageMs } = last.value
  const lastSuccessAt = ageMs === null ? null : last.readAt - ageMs
  return registrationStateAt({ lastSuccessAt, readAt: last.readAt }, now)
}

function lossAt({ enterprise, record }: Facts, now: number): number | null {
  const known = lastOf(record)?.value
  if (!known) return null
  const loss = enterpriseLoss(
    {
      licenseSource: lastOf(enterprise)?.value.licenceSource ?? null,
      eeSources: known.lastAnswer?.eeSources ?? [],
      lastSuccessAt: known.lastSuccessAt,
    },
    now,
  )
  return loss?.lossAt ?? null
}

function barOf(record: Known<ReadRecord>): RegisterBar | null {
  if (record.state === 'failed' && record.problem.code === 'forbidden') return 'forbidden'
  const last = lastOf(record)
  if (last === null) return record.state === 'not-reported' ? 'not-reported' : 'unread'
  const { state } = last.value.configuration
  return state === 'active' ? null : state
}
