import fc from 'fast-check'
import type { z } from 'zod'
import { ProblemError } from '../../../electron/base/problem-error.ts'
import { Secret } from '../../../electron/base/secret.ts'
import { authFailuresOf } from '../../../electron/core/clients/opencti/auth-failures.ts'
import { ConnectorOperations } from '../../../electron/core/clients/opencti/connector-operations.ts'
import {
  auditSince,
  connectorUses,
  holderOfToken,
  lockAccount,
  lockingStatus,
  sessionCounts,
} from '../../../electron/core/clients/opencti/containment.ts'
import { OpenCtiClient } from '../../../electron/core/clients/opencti/opencti-client.ts'
import { RegistrationOperations } from '../../../electron/core/clients/opencti/registration-operations.ts'
import type { RawAnswer, Transport } from '../../../electron/core/clients/opencti/transport.ts'
import { WatchOperations } from '../../../electron/core/clients/opencti/watch-operations.ts'
import { type Campaign, campaign } from './campaign.ts'
import { nearly } from './from-schema.ts'
import { bentText, hostileJson, hostileText } from './hostile.ts'

const FAKE = new Secret(`flgrn_octi_tkn_${'Fake'.repeat(16)}`)

/** What stands where a schema leaves a part open: users and connectors, which are read one by one. */
const PART = fc.record(
  {
    id: hostileText,
    name: hostileText,
    title: hostileText,
    user_email: hostileText,
    account_status: hostileText,
    user_service_account: hostileJson,
    capabilities: fc.array(fc.oneof(fc.record({ name: hostileText }), hostileJson), { maxLength: 3 }),
    api_tokens: fc.array(
      fc.oneof(
        fc.record({
          id: hostileText,
          name: hostileText,
          masked_token: hostileText,
          created_at: hostileText,
          expires_at: fc.oneof(fc.constant(null), hostileText),
          last_used_at: hostileJson,
        }),
        hostileJson,
      ),
      { maxLength: 3 },
    ),
    connector_user: hostileJson,
    manager_health_metrics: hostileJson,
  },
  { requiredKeys: [] },
)
const open = fc.oneof(PART, hostileJson)

/** An envelope around data: with errors, in the place of data, or bent as text. */
function answerTo(schema: z.ZodType): fc.Arbitrary<string> {
  const errors = fc.array(
    fc.record({ message: hostileText, extensions: fc.oneof(hostileJson, fc.record({ code: hostileText })) }),
    { maxLength: 2 },
  )
  const whole = nearly(schema, { open }).map((data) => JSON.stringify({ data }))
  return fc.oneof(
    { weight: 8, arbitrary: whole },
    { weight: 2, arbitrary: bentText(whole) },
    {
      weight: 2,
      arbitrary: fc
        .tuple(nearly(schema, { open }), errors)
        .map(([data, failed]) => JSON.stringify({ data, errors: failed })),
    },
    { weight: 1, arbitrary: hostileJson.map((body) => JSON.stringify(body)) },
    { weight: 1, arbitrary: hostileText },
  )
}

const envelopes = new WeakMap<z.ZodType, fc.Arbitrary<string>>()
const HEADERS = fc.record({
  status: fc.constantFrom(200, 200, 200, 200, 400, 401, 403, 404, 429, 500, 503, 302),
  contentType: fc.oneof(fc.constant('application/json'), hostileText),
  location: fc.oneof(fc.constant(null), hostileText),
  retryAfter: fc.oneof(fc.constant(null), hostileText),
})

/** A client whose platform answers whatever comes to its mind, as the schema of the question would nearly take it. */
class HostileClient extends OpenCtiClient {
  readonly #draw: fc.GeneratorValue
  #next: fc.Arbitrary<string> = hostileText

  constructor(draw: fc.GeneratorValue) {
    const answer = async (): Promise<RawAnswer> => {
      const { status, contentType, location, retryAfter } = draw(() => HEADERS)
      const text = draw(() => this.#next)
      return { status, contentType, location, retryAfter, text, latencyMs: 1, skewMs: null }
    }
    super({ send: answer, get: answer } as unknown as Transport, FAKE)
    this.#draw = draw
  }

  override ask<Data>(
    document: string,
    variables: Record<string, unknown>,
    schema: z.ZodType<Data>,
    signal?: AbortSignal,
  ) {
    this.#next = envelopes.get(schema) ?? answerTo(schema)
    envelopes.set(schema, this.#next)
    return super.ask(document, variables, schema, signal)
  }

  override as(): OpenCtiClient {
    return new HostileClient(this.#draw)
  }
}

const FEATURES = { apiTokens: true, revokedTokens: true, revokeReason: true }
const OLD = { apiTokens: false, revokedTokens: false, revokeReason: false }
const signal = new AbortController().signal

/** Everything that is asked of a platform. */
const QUESTIONS: readonly ((client: OpenCtiClient) => Promise<unknown>)[] = [
  (client) => client.publicTitle(),
  (client) => client.identity(),
  (client) => client.users({ search: '', after: null, first: 10, withTokens: true }),
  async (client) => (await client.inventoryPage({ after: null, first: 100, order: 'asc', signal })).users(),
  (client) => client.access({ own: true }, FEATURES),
  (client) => client.access({ own: false, userId: 'u' }, FEATURES),
  (client) => client.access({ own: true }, OLD),
  (client) => client.access({ own: false, userId: 'u' }, OLD),
  (client) => client.addToken({ own: true }, 'name', 'DAYS_30'),
  (client) => client.revokeToken({ own: false, userId: 'u' }, 't', 'reason'),
  (client) => client.killSessions('u'),
  (client) => client.audits({ after: null, first: 10, search: '', eventType: null, personId: null }),
  (client) => connectorUses(client),
  (client) => sessionCounts(client),
  (client) => lockingStatus(client),
  (client) => lockAccount(client, 'u', 'Locked'),
  (client) => auditSince(client, 0),
  (client) => holderOfToken(client),
  (client) => authFailuresOf(client, 10),
  (client) => new ConnectorOperations(client).list('newest'),
  (client) => new ConnectorOperations(client).logs('c'),
  (client) => new ConnectorOperations(client).managers(),
  (client) => new RegistrationOperations(client).module(),
  (client) => new RegistrationOperations(client).enterprise(),
  (client) => new RegistrationOperations(client).chatbotConfig(),
  (client) => new RegistrationOperations(client).record(0, 20),
  (client) => new RegistrationOperations(client).attempts(0),
  (client) => new RegistrationOperations(client).registerNow(),
  (client) => new WatchOperations(client).liveness(signal),
  (client) => new WatchOperations(client).health(null, signal),
  (client) => new WatchOperations(client).composerManagers(signal),
]

/** Any answer of a platform is a result that can cross to the page, or a problem that can be explained. */
export const clientsCampaign: Campaign = campaign(
  'answers of OpenCTI',
  fc.asyncProperty(fc.nat(QUESTIONS.length - 1), fc.gen(), async (number, draw) => {
    try {
      const result = await QUESTIONS[number]?.(new HostileClient(draw))
      if (/\bNaN\b|Infinity/.test(String(result))) throw new Error('no number')
    } catch (error) {
      if (!(error instanceof ProblemError)) throw error
      if ((error.detail?.length ?? 0) > 500 || error.message.includes(FAKE.expose()))
        throw new Error('too much is told')
    }
  }),
)
