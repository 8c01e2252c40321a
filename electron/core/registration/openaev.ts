import type { Clock } from '#base/clock.ts'
import { ProblemError } from '#base/problem-error.ts'
import type { OpenAevXtmOne } from '#shared/contract/registration.ts'
import type { OpenAevClient } from '../clients/openaev/openaev-client.ts'

/**
 * What an OpenAEV tells of XTM One: more than OpenCTI of its settings, nothing of its registrations (opencti-api.md §6.4).
 * @param client null: the connection is no OpenAEV
 * @throws ProblemError
 */
export async function openAevXtmOne(client: OpenAevClient | null, clock: Clock): Promise<OpenAevXtmOne> {
  if (client === null) throw new ProblemError('bad-input', 'This connection is no OpenAEV.')
  const { xtmOneConfigured, xtmOneUrl } = await client.settings()
  return { configured: xtmOneConfigured, url: xtmOneUrl, readAt: clock.now() }
}
