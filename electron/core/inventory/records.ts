import type { Clock } from '#base/clock.ts'
import type { RevokedRecord } from '../clients/opencti/opencti-client.ts'
import { type PlatformSession, sightOf } from './sessions.ts'
import { walk } from './walk.ts'

export interface RecordsParts {
  /** runs `work` on the connection's platform */
  readonly use: <Result>(work: (session: PlatformSession) => Promise<Result>) => Promise<Result>
  readonly clock: Clock
  readonly signal: AbortSignal
  /** @param skewMs platform's clock minus ours */
  readonly put: (records: readonly RevokedRecord[], skewMs: number) => void
}

/**
 * Reads what the platform itself keeps of revoked tokens (T-14): the local one does, an OpenCTI 7 deletes them.
 * @returns false: this platform keeps none
 * @throws ProblemError when something could not be read; what was read before is put. The signal's reason when it was cancelled
 */
export async function readRecords({ use, clock, signal, put }: RecordsParts): Promise<boolean> {
  const { features, scope, userId } = await use(async ({ identity }) => ({
    features: identity.features,
    ...sightOf(identity),
  }))
  if (!features.revokedTokens || scope === 'nobody') return false
  if (scope === 'self') {
    const { user, revoked, skewMs } = await use(({ client }) => client.access({ own: true }, features))
    signal.throwIfAborted()
    put([{ owner: { id: userId, name: user.name, email: user.email }, revoked: revoked ?? [] }], skewMs)
    return true
  }
  const stop = await walk({
    ask: (query) => use(({ client }) => client.revokedPage(query)),
    clock,
    signal,
    order: 'asc',
    after: null,
    take: ({ records, skewMs }) => {
      put(records, skewMs)
      return true
    },
  })
  if (stop !== null) throw stop.problem
  return true
}
