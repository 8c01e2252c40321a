import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import fc from 'fast-check'
import { systemClock } from '../../../electron/base/clock.ts'
import { retryAfterMs } from '../../../electron/base/retry-after.ts'
import { RemoteError } from '../../../electron/core/clients/opencti/remote-error.ts'
import { XtmOneClient } from '../../../electron/core/clients/xtm-one/xtm-one-client.ts'
import { parseAnswer } from '../../../electron/xtm-one/answer.ts'
import { RegistrationError } from '../../../electron/xtm-one/failure.ts'
import { readLicence } from '../../../electron/xtm-one/licence.ts'
import { type Campaign, campaign } from './campaign.ts'
import { bentText, hostileJson, hostileNumber, hostileText } from './hostile.ts'
import { onlyBy } from './only-by.ts'

const NOW = Date.parse('2026-09-22T08:30:00Z')
const or = (arbitrary: fc.Arbitrary<unknown>) => fc.oneof(arbitrary, hostileJson)

const AGENT = fc.record(
  {
    agent_id: or(hostileText),
    agent_name: or(hostileText),
    agent_slug: or(hostileText),
    agent_description: or(hostileText),
    priority: or(hostileNumber),
  },
  { requiredKeys: [] },
)
const INTENT = fc.record(
  {
    intent: or(hostileText),
    description: or(hostileText),
    agents: or(fc.array(or(AGENT), { maxLength: 3 })),
  },
  { requiredKeys: [] },
)
const ANSWER = fc.record(
  {
    status: or(hostileText),
    version: or(hostileText),
    ee_enabled: or(fc.boolean()),
    ee_sources: or(fc.array(or(hostileText), { maxLength: 3 })),
    user_integrations: or(hostileNumber),
    chat_web_token: or(hostileText),
    xtm_license_pem: or(
      hostileText.map((text) => `-----BEGIN CERTIFICATE-----\n${text}\n-----END CERTIFICATE-----`),
    ),
    intent_catalog: or(fc.array(or(INTENT), { maxLength: 3 })),
  },
  { requiredKeys: [] },
)
const PUBLIC = fc.oneof(
  fc.record({ status: or(hostileText), version: or(hostileText) }, { requiredKeys: [] }),
  fc.record({ keys: or(fc.array(or(fc.record({ kid: or(hostileText) })), { maxLength: 3 })) }),
  fc.record({ issuer: or(hostileText) }),
  hostileJson,
)
const textOf = (value: fc.Arbitrary<unknown>): fc.Arbitrary<string> => {
  const whole = value.map((body) => JSON.stringify(body) ?? '')
  return fc.oneof({ weight: 8, arbitrary: whole }, { weight: 2, arbitrary: bentText(whole) }, hostileText)
}

/** A registration's answer is read into fields of their types, or refused with one sentence that holds nothing of it. */
function registered(body: string, retryAfter: string): void {
  const wait = retryAfterMs(retryAfter, NOW)
  if (wait !== null && !(Number.isFinite(wait) && wait >= 0)) throw new Error(`waits for ${wait}`)
  try {
    const { recorded } = parseAnswer(body, NOW, (pem) =>
      readLicence(pem, { platformId: 'p', now: NOW, authorities: [] }),
    )
    const { userIntegrations, intents, licence } = recorded
    if (userIntegrations !== null && !Number.isSafeInteger(userIntegrations)) throw new Error('no count')
    if (licence?.readable && licence.licence.usable) throw new Error('an invented licence is usable')
    if (intents.some(({ name }) => /\p{Cc}/u.test(name) || name.length > 200)) throw new Error('an odd name')
  } catch (error) {
    if (!(error instanceof RegistrationError)) throw error
    if (error.message.length > 200) throw new Error('too much is told')
  }
}

/** Calls over the wire are dear: of so many cases one is. */
const ONE_OF = 20

/** Any answer of XTM One, to the platform that registers and to the console that looks, is a result or a failure with a name. */
export const xtmOneCampaign: Campaign = async (order) => {
  let answer = { status: 200, body: '', retryAfter: '' }
  const server = http.createServer((_, response) => {
    const { status, body, retryAfter } = answer
    response.writeHead(status, { 'content-type': 'application/json', 'retry-after': retryAfter }).end(body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const client = new XtmOneClient({ url, caPem: null, proxy: null, clock: systemClock })
  const read = fc.tuple(fc.constant('registration' as const), textOf(ANSWER), hostileText)
  const asked = fc.tuple(
    fc.constantFrom('health' as const, 'keys' as const),
    textOf(PUBLIC),
    // What a header may hold at all.
    hostileText.map((text) => text.replace(/[^\x20-\x7e]/g, '')),
  )
  const cases = fc.oneof({ weight: ONE_OF - 1, arbitrary: read }, { weight: 1, arbitrary: asked })
  const statuses = fc.constantFrom(200, 200, 200, 201, 302, 401, 404, 429, 500, 503)
  const property = fc.asyncProperty(cases, statuses, async ([what, body, retryAfter], status) => {
    if (what === 'registration') return registered(body, retryAfter)
    answer = { status, body, retryAfter }
    await onlyBy(RemoteError, what === 'health' ? client.health() : client.keys())
  })
  try {
    return await campaign('answers of XTM One', property)(order)
  } finally {
    client.close()
    server.closeAllConnections()
    server.close()
  }
}
