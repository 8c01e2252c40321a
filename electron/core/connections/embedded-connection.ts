import type { Clock } from '#base/clock.ts'
import { ProblemError } from '#base/problem-error.ts'
import type { Secret } from '#base/secret.ts'
import { type Connection, type ConnectionState, LOCAL_CONNECTION_ID } from '#shared/contract/connections.ts'
import type { OpenCtiClient } from '../clients/opencti/opencti-client.ts'
import { type Address, type AnySession, ConnectedPlatform } from './connected-platform.ts'

export type EmbeddedPlatform =
  /** its admin token lives in the memory of console and child, never in a keychain: so none can lock anyone out */
  | { readonly phase: 'running'; readonly url: string; readonly adminToken: Secret }
  | { readonly phase: 'starting' }
  | { readonly phase: 'down' }

const NAME = 'Local platform'
/** Shown until the platform has said where it listens. */
const NO_ADDRESS_YET = 'http://127.0.0.1'

/** The connection to the embedded platform: always in the list, never removed. */
export class EmbeddedConnection {
  readonly #clock: Clock
  readonly #changed: () => void
  #platform: ConnectedPlatform | null = null
  #adminToken: Secret | null = null
  #url = NO_ADDRESS_YET
  #stateWithout: ConnectionState = { phase: 'untested' }

  constructor(clock: Clock, changed: () => void) {
    this.#clock = clock
    this.#changed = changed
  }

  get connection(): Connection {
    return {
      id: LOCAL_CONNECTION_ID,
      kind: 'opencti',
      name: NAME,
      url: this.#url,
      embedded: true,
      caPem: null,
      proxy: null,
      tokenPlace: this.#platform === null ? 'none' : 'child',
      state: this.#platform?.state ?? this.#stateWithout,
    }
  }

  become(embedded: EmbeddedPlatform): void {
    this.#platform?.close()
    this.#platform = null
    this.#adminToken = null
    if (embedded.phase === 'running') {
      const { url, adminToken } = embedded
      this.#url = url
      this.#adminToken = adminToken
      this.#platform = new ConnectedPlatform({
        address: { url, caPem: null, proxy: null },
        kind: 'opencti',
        token: async () => adminToken,
        clock: this.#clock,
        changed: this.#changed,
      })
      void this.#platform.test()
    } else {
      this.#stateWithout =
        embedded.phase === 'starting'
          ? { phase: 'untested' }
          : {
              phase: 'failed',
              problem: { code: 'local-platform-down', detail: null },
              checkedAt: this.#clock.now(),
              identity: null,
            }
    }
    this.#changed()
  }

  async test(): Promise<void> {
    await this.#platform?.test()
  }

  async use<Result>(work: (session: AnySession) => Promise<Result>): Promise<Result> {
    if (this.#platform === null) throw new ProblemError('local-platform-down')
    return this.#platform.use({ id: LOCAL_CONNECTION_ID, name: NAME, url: this.#url }, work)
  }

  /** @throws ProblemError `local-platform-down` */
  access(): Address & { readonly token: Secret } {
    if (this.#adminToken === null) throw new ProblemError('local-platform-down')
    return { url: this.#url, caPem: null, proxy: null, token: this.#adminToken }
  }

  /** @throws ProblemError `local-platform-down` */
  async client(): Promise<OpenCtiClient> {
    if (this.#platform === null) throw new ProblemError('local-platform-down')
    return this.#platform.client()
  }

  close(): void {
    this.#platform?.close()
  }
}
