import { ProblemError } from '#base/problem-error.ts'
import type { Identity } from '#shared/contract/connections.ts'
import { isCapable } from '#shared/domain/capability.ts'
import type { OpenAevClient } from '../clients/openaev/openaev-client.ts'
import type { OpenCtiClient } from '../clients/opencti/opencti-client.ts'

interface Session {
  readonly identity: Identity
  readonly connection: { readonly id: string; readonly name: string; readonly url: string }
}

/** A platform that let us in, as the connections hand it over. */
export type AnySession = Session & ({ readonly client: OpenCtiClient } | { readonly openAev: OpenAevClient })

export interface Platforms {
  withAny<Result>(connectionId: string, work: (session: AnySession) => Promise<Result>): Promise<Result>
}

/** Named before a request, so that the platform's "not allowed" needs no guessing. @throws ProblemError `missing-capability` */
export function requireCapability({ userId, capabilities }: Identity, wanted: string): void {
  if (!isCapable({ id: userId, capabilities }, wanted)) throw new ProblemError('missing-capability', wanted)
}
