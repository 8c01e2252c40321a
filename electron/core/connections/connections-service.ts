import type { Clock } from '#base/clock.ts'
import { randomText } from '#base/crypto.ts'
import { Live } from '#base/live.ts'
import { ProblemError } from '#base/problem-error.ts'
import type { Secret } from '#base/secret.ts'
import {
  type Connection,
  type ConnectionKind,
  LOCAL_CONNECTION_ID,
  type Probe,
} from '#shared/contract/connections.ts'
import { isPlainText, platformUrl } from '#shared/domain/platform-url.ts'
import { OpenAevClient } from '../clients/openaev/openaev-client.ts'
import { proxyAddress } from '../clients/opencti/agents.ts'
import { OpenCtiClient } from '../clients/opencti/opencti-client.ts'
import { RemoteError } from '../clients/opencti/remote-error.ts'
import { Transport } from '../clients/opencti/transport.ts'
import { type ActionLedger, recorded } from '../ports/action-ledger.ts'
import {
  type Address,
  type AnySession,
  ConnectedPlatform,
  identify,
  type PlatformSession,
} from './connected-platform.ts'
import { EmbeddedConnection, type EmbeddedPlatform } from './embedded-connection.ts'
import type { Profile, ProfileStore } from './profile-store.ts'
import type { TokenVault } from './token-vault.ts'

export interface ConnectionsParts {
  readonly profiles: ProfileStore
  readonly vault: TokenVault
  readonly ledger: ActionLedger
  readonly clock: Clock
}

/** An address as the page sends it. */
type TypedAddress = { readonly url: string; readonly caPem: string | null; readonly proxy: string | null }

interface Entry {
  profile: Profile
  readonly platform: ConnectedPlatform
}

/** The platforms the console knows: the embedded one and those that were added (S-05). */
export class ConnectionsService {
  readonly #parts: ConnectionsParts
  readonly #entries = new Map<string, Entry>()
  readonly #embedded: EmbeddedConnection
  readonly #live: Live<Connection[]>
  #removed = (_connection: Pick<Connection, 'id' | 'url'>): void => {}

  constructor(parts: ConnectionsParts) {
    this.#parts = parts
    this.#embedded = new EmbeddedConnection(parts.clock, () => this.#publish())
    for (const profile of parts.profiles.all()) this.#enter(profile)
    this.#live = new Live(this.#list())
  }

  get list(): Connection[] {
    return this.#live.value
  }

  watch(signal?: AbortSignal): AsyncIteratorObject<Connection[], undefined, void> {
    return this.#live.watch(signal)
  }

  /** Runs `heard` after a connection was removed; the returned function ends that. */
  onRemoved(heard: (connection: Pick<Connection, 'id' | 'url'>) => void): () => void {
    this.#removed = heard
    return () => {
      this.#removed = () => {}
    }
  }

  /** The embedded platform started, moved or ended. */
  embed(platform: EmbeddedPlatform): void {
    this.#embedded.become(platform)
  }

  /** Tests every connection that was added, or only those that a keychain kept from working. */
  async testAdded({ onlyKeychain }: { onlyKeychain: boolean }): Promise<void> {
    const waiting = [...this.#entries.values()].filter(({ platform: { state } }) => {
      return !onlyKeychain || (state.phase === 'failed' && state.problem.code.startsWith('keychain-'))
    })
    await Promise.all(waiting.map(({ platform }) => platform.test()))
  }

  async probe(typed: TypedAddress): Promise<Probe> {
    const address = checkedAddress(typed)
    const transport = new Transport({ ...address, clock: this.#parts.clock })
    try {
      const [openCti, openAev] = await Promise.allSettled([
        new OpenCtiClient(transport, null).publicTitle(),
        new OpenAevClient(transport, null).publicTitle(),
      ])
      const answered = openCti.status === 'fulfilled' ? openCti : openAev
      if (answered.status === 'rejected') throw telling(openCti, openAev)
      const { title, latencyMs } = answered.value
      const kinds: ConnectionKind[] = [
        ...(openCti.status === 'fulfilled' ? (['opencti'] as const) : []),
        ...(openAev.status === 'fulfilled' ? (['openaev'] as const) : []),
      ]
      return { url: address.url, kinds, platformTitle: title, latencyMs }
    } finally {
      transport.close()
    }
  }

  async add(
    typed: TypedAddress & {
      readonly kind: ConnectionKind
      readonly name: string
      readonly token: Secret
      readonly remember: boolean
    },
  ): Promise<Connection> {
    const { kind, name, token, remember } = typed
    const { vault, profiles, ledger, clock } = this.#parts
    const address = checkedAddress(typed)
    const id = randomText(9)
    return recorded(
      ledger,
      'connection.add',
      { connectionId: id, kind, name, url: address.url },
      async () => {
        await this.#testToken(kind, address, token)
        const tokenPlace = await vault.keep(id, address.url, token, remember)
        const profile: Profile = { id, kind, name, ...address, tokenPlace, createdAt: clock.now() }
        profiles.keep(profile)
        const { platform } = this.#enter(profile)
        await platform.test()
        return this.#one(id)
      },
    )
  }

  async rename(id: string, name: string): Promise<Connection> {
    const entry = this.#added(id)
    const facts = { connectionId: id, name, before: entry.profile.name }
    await recorded(this.#parts.ledger, 'connection.rename', facts, () => {
      entry.profile = { ...entry.profile, name }
      this.#parts.profiles.keep(entry.profile)
    })
    this.#publish()
    return this.#one(id)
  }

  async setToken(id: string, token: Secret, remember: boolean): Promise<Connection> {
    const { vault, profiles, ledger } = this.#parts
    const entry = this.#added(id)
    const { profile } = entry
    await recorded(ledger, 'connection.set-token', { connectionId: id, url: profile.url }, async () => {
      await this.#testToken(profile.kind, profile, token)
      const tokenPlace = await vault.keep(id, profile.url, token, remember)
      entry.profile = { ...profile, tokenPlace }
      profiles.keep(entry.profile)
    })
    await entry.platform.test()
    return this.#one(id)
  }

  /** Never throws for a failed test: that is a state. */
  async test(id: string): Promise<Connection> {
    if (id === LOCAL_CONNECTION_ID) await this.#embedded.test()
    else await this.#added(id).platform.test()
    return this.#one(id)
  }

  async remove(id: string): Promise<void> {
    const { vault, profiles, ledger } = this.#parts
    const { profile, platform } = this.#added(id)
    await recorded(ledger, 'connection.remove', { connectionId: id, url: profile.url }, async () => {
      await vault.forget(profile)
      profiles.remove(id)
      this.#entries.delete(id)
      platform.close()
    })
    this.#publish()
    this.#removed({ id, url: profile.url })
  }

  /** Runs `work` on a connection's OpenCTI. @throws ProblemError, `not-on-openaev` among them */
  async use<Result>(id: string, work: (session: PlatformSession) => Promise<Result>): Promise<Result> {
    return this.withAny(id, async (session) => {
      if ('openAev' in session) throw new ProblemError('not-on-openaev')
      return work(session)
    })
  }

  /** Runs `work` on a connection's platform, whatever it is. @throws ProblemError */
  withAny<Result>(id: string, work: (session: AnySession) => Promise<Result>): Promise<Result> {
    if (id === LOCAL_CONNECTION_ID) return this.#embedded.use(work)
    const { profile, platform } = this.#added(id)
    return platform.use({ id, name: profile.name, url: profile.url }, work)
  }

  /** A client to watch an OpenAEV with; null for anything else. @throws ProblemError */
  async openAev(id: string): Promise<OpenAevClient | null> {
    return id === LOCAL_CONNECTION_ID ? null : this.#added(id).platform.openAev()
  }

  /** A client to watch an OpenCTI with. @throws ProblemError */
  async client(id: string): Promise<OpenCtiClient> {
    return id === LOCAL_CONNECTION_ID ? this.#embedded.client() : this.#added(id).platform.client()
  }

  /** Somebody looked: a connection whose state says otherwise is read again. */
  async heardOf(id: string, answers: boolean): Promise<void> {
    const connection = this.list.find((candidate) => candidate.id === id)
    const { phase } = connection?.state ?? {}
    if (phase === undefined || phase === 'testing' || answers === (phase === 'ready')) return
    await this.test(id)
  }

  /** Runs `heard` after each change of the list or of a state in it; the returned function ends that. */
  onChange(heard: () => void): () => void {
    return this.#live.subscribe(heard)
  }

  /**
   * A connection's address and token, for the composer that works on its behalf.
   * @throws ProblemError `no-connection`, `local-platform-down`, `token-missing`, `keychain-*`
   */
  async access(id: string): Promise<Address & { readonly kind: ConnectionKind; readonly token: Secret }> {
    if (id === LOCAL_CONNECTION_ID) return { kind: 'opencti', ...this.#embedded.access() }
    const { profile } = this.#added(id)
    const { kind, url, caPem, proxy } = profile
    return { kind, url, caPem, proxy, token: await this.#parts.vault.token(profile) }
  }

  dispose(): void {
    this.#live.end()
    this.#embedded.close()
    for (const { platform } of this.#entries.values()) platform.close()
  }

  async #testToken(kind: ConnectionKind, address: Address, token: Secret): Promise<void> {
    const transport = new Transport({ ...address, clock: this.#parts.clock })
    try {
      await identify(kind, transport, token)
    } finally {
      transport.close()
    }
  }

  #enter(profile: Profile): Entry {
    const entry: Entry = {
      profile,
      platform: new ConnectedPlatform({
        address: profile,
        kind: profile.kind,
        token: () => this.#parts.vault.token(entry.profile),
        clock: this.#parts.clock,
        changed: () => this.#publish(),
      }),
    }
    this.#entries.set(profile.id, entry)
    return entry
  }

  /** @throws ProblemError for the embedded connection, which nobody edits, and for unknown ones */
  #added(id: string): Entry {
    const entry = this.#entries.get(id)
    if (!entry) throw new ProblemError('no-connection')
    return entry
  }

  #one(id: string): Connection {
    const connection = this.#list().find((candidate) => candidate.id === id)
    if (!connection) throw new ProblemError('no-connection')
    return connection
  }

  #publish(): void {
    this.#live.set(this.#list())
  }

  #list(): Connection[] {
    const added = [...this.#entries.values()].map(({ profile, platform: { state } }): Connection => {
      const { id, kind, name, url, caPem, proxy } = profile
      const gone = state.phase === 'failed' && state.problem.code === 'token-missing'
      const tokenPlace = gone ? 'none' : profile.tokenPlace
      return { id, kind, name, url, embedded: false, caPem, proxy, tokenPlace, state }
    })
    return [this.#embedded.connection, ...added]
  }
}

/** Which of two failed questions is told: a real fault before "this is something else". */
function telling(one: PromiseSettledResult<unknown>, other: PromiseSettledResult<unknown>): unknown {
  const reasons = [one, other].flatMap((each) => (each.status === 'rejected' ? [each.reason] : []))
  const isElse = (reason: unknown) => reason instanceof RemoteError && reason.code === 'not-a-platform'
  return reasons.find((reason) => !isElse(reason)) ?? reasons[0]
}

/** @throws ProblemError `bad-address`, `bad-proxy` */
function checkedAddress({ url: typed, caPem, proxy }: TypedAddress): Address {
  const url = platformUrl(typed)
  if (url === null) throw new ProblemError('bad-address')
  // SECURITY: said before anything is sent, so that nobody types a token for an address that can never take it.
  if (isPlainText(url)) throw new ProblemError('plain-http')
  const noProxy = proxy === null || proxy === ''
  return { url, caPem: caPem === '' ? null : caPem, proxy: noProxy ? null : proxyAddress(proxy) }
}
