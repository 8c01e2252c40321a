import type { Identity } from '#shared/contract/connections.ts'
import type { OpenCtiClient } from '../clients/opencti/opencti-client.ts'

/** A platform that let us in, as the connections hand it over. */
export interface PlatformSession {
  readonly client: OpenCtiClient
  readonly identity: Identity
  readonly connection: { readonly id: string; readonly name: string; readonly url: string }
  /** the last four characters of the connection's own token */
  readonly tokenEnding: string
}

export interface Platforms {
  use<Result>(connectionId: string, work: (session: PlatformSession) => Promise<Result>): Promise<Result>
}

/** One connection's platform: runs `work` as the account that the connection is now. */
export type Ask = <Result>(work: (session: PlatformSession) => Promise<Result>) => Promise<Result>
