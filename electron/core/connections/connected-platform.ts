import type { Clock } from '#base/clock.ts'
import { asProblem, ProblemError } from '#base/problem-error.ts'
import type { Secret } from '#base/secret.ts'
import type { Connection, ConnectionKind, ConnectionState, Identity } from '#shared/contract/connections.ts'
import { tokenRights } from '#shared/domain/capability.ts'
import type { ProblemCode } from '#shared/domain/problem.ts'
import { OpenAevClient } from '../clients/openaev/openaev-client.ts'
import { OpenCtiClient } from '../clients/opencti/opencti-client.ts'
import { Transport } from '../clients/opencti/transport.ts'

interface Session {
  readonly identity: Identity
  readonly connection: { readonly id: string; readonly name: string; readonly url: string }
  /** the last four characters of the connection's own token, to know it again in a list (PRD FR-008) */
  readonly tokenEnding: string
}

/** What a capability gets to work with: a client that is let in, and who it is. */
export interface PlatformSession extends Session {
  readonly client: OpenCtiClient
}

/** The same on an OpenAEV. */
export interface OpenAevSession extends Session {
  readonly openAev: OpenAevClient
}

export type AnySession = PlatformSession | OpenAevSession

export type Address = Pick<Connection, 'url' | 'caPem' | 'proxy'>

/** Failures that say something of the connection itself, not only of the one request. */
const OF_THE_CONNECTION: ReadonlySet<ProblemCode> = new Set([
  'dns',
  'refused',
  'unreachable',
  'tls',
  'timeout',
  'cut',
  'proxy',
  'http-status',
  'not-a-platform',
  'wrong-token',
  'two-factor',
])

/** One connection at work: its sockets, its state, and who its token turned out to be. */
export class ConnectedPlatform {
  readonly #clock: Clock
  readonly #changed: () => void
  readonly #token: () => Promise<Secret>
  readonly #address: Address
  readonly #kind: ConnectionKind
  #transport: Transport | null = null
  #state: ConnectionState = { phase: 'untested' }
  #identity: Identity | null = null
  #testing: Promise<void> | null = null

  constructor(parts: {
    address: Address
    kind: ConnectionKind
    token: () => Promise<Secret>
    clock: Clock
    /** told after each change of state */
    changed: () => void
  }) {
    this.#address = parts.address
    this.#kind = parts.kind
    this.#token = parts.token
    this.#clock = parts.clock
    this.#changed = parts.changed
  }

  get state(): ConnectionState {
    return this.#state
  }

  /** Reads the platform again; how it went is the new state. Tests asked for meanwhile share one. */
  test(): Promise<void> {
    this.#testing ??= this.#test().finally(() => {
      this.#testing = null
    })
    return this.#testing
  }

  /**
   * Runs `work` with a client that is let in, and takes notice of how it went.
   * @throws ProblemError of the connection, or whatever `work` throws
   */
  async use<Result>(
    connection: PlatformSession['connection'],
    work: (session: AnySession) => Promise<Result>,
  ): Promise<Result> {
    if (this.#identity === null) await this.test()
    const identity = this.#identity
    if (identity === null) {
      throw this.#state.phase === 'failed'
        ? new ProblemError(this.#state.problem.code, this.#state.problem.detail)
        : new ProblemError('internal')
    }
    try {
      const token = await this.#token()
      // SECURITY: no more of the token than every list of the platform shows.
      const tokenEnding = token.expose().slice(-4)
      const session = { identity, connection, tokenEnding }
      const result = await work(
        this.#kind === 'openaev'
          ? { ...session, openAev: new OpenAevClient(this.#open(), token) }
          : { ...session, client: new OpenCtiClient(this.#open(), token) },
      )
      if (this.#state.phase === 'failed') void this.test()
      return result
    } catch (error) {
      if (error instanceof ProblemError && OF_THE_CONNECTION.has(error.code)) this.#fail(error)
      throw error
    }
  }

  /**
   * A client to look at the platform with; what comes of it is no news of the connection's state.
   * @throws ProblemError when there is no token, the address cannot be used, or `not-on-openaev`
   */
  async client(): Promise<OpenCtiClient> {
    if (this.#kind === 'openaev') throw new ProblemError('not-on-openaev')
    return new OpenCtiClient(this.#open(), await this.#token())
  }

  /** The same for an OpenAEV; null for anything else. @throws ProblemError */
  async openAev(): Promise<OpenAevClient | null> {
    return this.#kind === 'openaev' ? new OpenAevClient(this.#open(), await this.#token()) : null
  }

  close(): void {
    this.#transport?.close()
    this.#transport = null
  }

  async #test(): Promise<void> {
    this.#become({ phase: 'testing' })
    try {
      const { identity, latencyMs } = await identify(this.#kind, this.#open(), await this.#token())
      this.#identity = identity
      this.#become({ phase: 'ready', identity, latencyMs, checkedAt: this.#clock.now() })
    } catch (error) {
      this.#fail(error)
    }
  }

  #open(): Transport {
    this.#transport ??= new Transport({ ...this.#address, clock: this.#clock })
    return this.#transport
  }

  #fail(error: unknown): void {
    const { problem } = asProblem(error)
    this.#become({ phase: 'failed', problem, checkedAt: this.#clock.now(), identity: this.#identity })
  }

  #become(state: ConnectionState): void {
    this.#state = state
    this.#changed()
  }
}

/** Who `token` is at this platform. @throws ProblemError when it is not let in or may do nothing with tokens */
export async function identify(kind: ConnectionKind, transport: Transport, token: Secret) {
  // Its rights have other names, and each route says for itself what is missing.
  if (kind === 'openaev') return new OpenAevClient(transport, token).identity()
  const { identity, latencyMs } = await new OpenCtiClient(transport, token).identity()
  const rights = tokenRights({ id: identity.userId, capabilities: identity.capabilities })
  if (!rights.own && !rights.listOthers) {
    throw new ProblemError('missing-capability', 'APIACCESS_USETOKEN')
  }
  return { identity, latencyMs }
}
