import { z } from 'zod'
import type { OpenCtiClient } from './opencti-client.ts'
import document from './operations/auth-failures.graphql?raw'
import { RemoteError } from './remote-error.ts'

const LONGEST_TEXT = 500
const Text = z.string().transform((text) => text.slice(0, LONGEST_TEXT))
const TextOrNull = Text.nullish().transform((text) => text ?? null)
const Count = z.number().int().nonnegative()
const Moment = z
  .string()
  .transform((text) => Date.parse(text))
  .refine((time) => !Number.isNaN(time), 'no date')

const Source = z
  .object({
    ip: TextOrNull,
    failures: Count,
    first_seen_at: Moment,
    last_seen_at: Moment,
    user_agent: TextOrNull,
    reasons: z.array(z.object({ reason: Text, failures: Count })).max(50),
  })
  .transform(({ first_seen_at, last_seen_at, user_agent, ...source }) => ({
    ...source,
    firstAt: first_seen_at,
    lastAt: last_seen_at,
    userAgent: user_agent,
  }))

const Answer = z.object({
  authFailures: z.object({
    since: Moment,
    total: Count,
    sources: Count,
    list: z.array(Source).transform((list) => list.slice(0, 500)),
  }),
})

/**
 * Failed authentications by source, the busiest first (P-08); null where this platform does not count them, or does not tell
 * this token. Times are the platform's clock.
 * @throws RemoteError
 */
export async function authFailuresOf(client: OpenCtiClient, first: number) {
  try {
    return (await client.ask(document, { first }, Answer)).data.authFailures
  } catch (error) {
    if (error instanceof RemoteError && (error.unknownField || error.code === 'forbidden')) return null
    throw error
  }
}
