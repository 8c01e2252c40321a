import { ProblemError } from '#base/problem-error.ts'
import type { Identity } from '#shared/contract/connections.ts'
import { isCapable } from '#shared/domain/capability.ts'
import type { OpenCtiClient } from '../clients/opencti/opencti-client.ts'

/** A platform that let us in, as the connections hand it over. */
export interface PlatformSession {
  readonly client: OpenCtiClient
  readonly identity: Identity
  readonly connection: { readonly id: string; readonly name: string; readonly url: string }
}

export interface Platforms {
  use<Result>(connectionId: string, work: (session: PlatformSession) => Promise<Result>): Promise<Result>
}

/** Named before a request, so that the platform's "not allowed" needs no guessing. @throws ProblemError `missing-capability` */
export function requireCapability({ userId, capabilities }: Identity, wanted: string): void {
  if (!isCapable({ id: userId, capabilities }, wanted)) throw new ProblemError('missing-capability', wanted)
}
