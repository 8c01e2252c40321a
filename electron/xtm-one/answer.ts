import { z } from 'zod'
import { Secret } from '#base/secret.ts'
import { RegistrationError } from './failure.ts'
import type { ReadLicence } from './licence.ts'

/** Nothing that XTM One says is longer than this; what is, is cut. Control characters have no business in a name. */
const text = (most: number) => z.string().transform((value) => value.replace(/\p{Cc}/gu, ' ').slice(0, most))

const Agent = z.object({
  agent_id: text(200),
  agent_name: text(200),
  agent_slug: text(200).nullish(),
  agent_description: text(2_000).nullish(),
  priority: z.number().catch(0),
})

const Intent = z.object({
  intent: text(200),
  description: text(2_000).nullish(),
  agents: z
    .array(Agent)
    .catch([])
    .transform((agents) => agents.slice(0, 100)),
})

/** Fields come and go between versions: a missing or odd one is read as unknown, only a body that is no object is refused. */
const Body = z.object({
  status: text(100).nullish().catch(null),
  version: text(100).nullish().catch(null),
  ee_enabled: z.boolean().nullish().catch(null),
  ee_sources: z.array(text(100)).catch([]).default([]),
  user_integrations: z.number().int().nonnegative().nullish().catch(null),
  chat_web_token: z.string().max(8_192).nullish().catch(undefined),
  xtm_license_pem: z.string().nullish().catch(null),
  intent_catalog: z
    .array(z.unknown())
    .catch([])
    .default([])
    .transform((list) => list.slice(0, 500).flatMap((entry) => Intent.safeParse(entry).data ?? [])),
})

/** The last answer as it is kept and shown: everything but the chat token. */
export interface RecordedAnswer {
  readonly receivedAt: number
  readonly status: string | null
  readonly version: string | null
  /** advisory: grants nothing (opencti-api.md §4.4) */
  readonly eeEnabled: boolean | null
  readonly eeSources: readonly string[]
  readonly userIntegrations: number | null
  readonly chatTokenGiven: boolean
  /** the licence that XTM One handed out, read and judged; null when it gave none */
  readonly licence: ReadLicence | null
  readonly intents: readonly {
    readonly name: string
    readonly description: string | null
    readonly agents: readonly { readonly id: string; readonly name: string; readonly slug: string | null }[]
  }[]
}

export interface ParsedAnswer {
  readonly recorded: RecordedAnswer
  /** undefined: the answer says nothing of it; null: there is none */
  readonly chatToken: Secret | null | undefined
}

/**
 * Reads the body of a successful answer.
 * @param readLicencePem judges the licence it may carry
 * @throws RegistrationError `answer-unreadable`; its message holds nothing of the body
 */
export function parseAnswer(
  body: string,
  receivedAt: number,
  readLicencePem: (pem: string) => ReadLicence,
): ParsedAnswer {
  const parsed = Body.safeParse(json(body))
  if (!parsed.success) throw new RegistrationError('answer-unreadable', 'The answer is not a JSON object')
  const answer = parsed.data
  const chatToken =
    answer.chat_web_token === undefined
      ? undefined
      : answer.chat_web_token
        ? new Secret(answer.chat_web_token)
        : null
  return {
    chatToken,
    recorded: {
      receivedAt,
      status: answer.status ?? null,
      version: answer.version ?? null,
      eeEnabled: answer.ee_enabled ?? null,
      eeSources: answer.ee_sources.slice(0, 20),
      userIntegrations: answer.user_integrations ?? null,
      chatTokenGiven: chatToken instanceof Secret,
      licence: answer.xtm_license_pem ? readLicencePem(answer.xtm_license_pem) : null,
      intents: answer.intent_catalog.map(({ intent, description, agents }) => ({
        name: intent,
        description: description ?? null,
        agents: agents.map((agent) => ({
          id: agent.agent_id,
          name: agent.agent_name,
          slug: agent.agent_slug ?? null,
        })),
      })),
    },
  }
}

function json(body: string): unknown {
  try {
    return JSON.parse(body)
  } catch {
    return undefined
  }
}
