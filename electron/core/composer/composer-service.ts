import type { ComposerProgress, ObservedConnector, StartComposer } from '#base/composer-channel.ts'
import { sha256 } from '#base/crypto.ts'
import { Live } from '#base/live.ts'
import type { Logger } from '#base/logger.ts'
import { asProblem } from '#base/problem-error.ts'
import type { Secret } from '#base/secret.ts'
import type { ComposerRun, ComposerSettings, ComposerView, DockerPlace } from '#shared/contract/composer.ts'
import type { Problem } from '#shared/contract/problem.ts'
import { type ActionLedger, recorded } from '../ports/action-ledger.ts'
import type { SecretStore } from '../ports/secret-store.ts'
import { type PlatformAccess, startMessage } from './configuration.ts'
import { managerKeyPem } from './key.ts'
import { COMPOSER_SECRETS, type ComposerSecret, ComposerSecrets } from './secrets.ts'
import type { ComposerSettingsStore } from './settings-store.ts'

/** The supervised process, as the service needs it. */
export interface RunningComposer {
  readonly state: Live<RunState>
  readonly report: Live<{
    readonly progress: ComposerProgress | null
    readonly connectors: ReadonlyMap<string, ObservedConnector>
    readonly silentSince: number | null
  }>
  readonly lastLines: string[]
  run(request: () => Promise<StartComposer>): Promise<void>
  stop(): Promise<void>
  confirmRemovals(): void
}

type RunState =
  | Extract<ComposerRun, { state: 'off' | 'starting' | 'stopping' }>
  | { readonly state: 'ready'; readonly since: number; readonly ready: ReadyFacts }
  | { readonly state: 'restarting'; readonly since: number; readonly nextAt: number }
  | { readonly state: 'failed'; readonly since: number }
type ReadyFacts = Omit<Extract<ComposerRun, { state: 'ready' }>, 'state' | 'since' | 'silentSince'>

/** It is wanted, but its connection is not there or a keychain keeps a secret. */
interface Waiting {
  readonly problem: Problem
}

export interface ComposerParts {
  readonly store: ComposerSettingsStore
  readonly secretStore: SecretStore
  readonly child: RunningComposer
  readonly ledger: ActionLedger
  readonly logger: Logger
  readonly platform: NodeJS.Platform
  /** @throws ProblemError when the connection is not there or has no token now */
  readonly access: (connectionId: string) => Promise<PlatformAccess>
  /** the key under which the composer's own is sealed. @throws ProblemError `keychain-*` */
  readonly sealingKey: () => Promise<Uint8Array>
  readonly makeKey: () => Promise<Secret>
  readonly findDocker: () => Promise<DockerPlace[]>
}

export type TypedSecrets = { readonly [name in ComposerSecret]?: Secret | null | undefined }

/** A composer of the console's own (C-04): its settings, its secrets, and the process that follows them. */
export class ComposerService {
  readonly #parts: ComposerParts
  readonly #secrets: ComposerSecrets
  readonly #view: Live<ComposerView>
  readonly #unsubscribe: (() => void)[]
  #docker: DockerPlace[] = []
  /** why it waits; null while it does not */
  #waiting: Waiting | null = null
  /** digest of what the running process was started with */
  #startedWith: string | null = null
  /** read once a run of the console: the keychain is not asked at each change of a connection */
  #keyPem: Secret | null = null
  #following: Promise<void> = Promise.resolve()
  #followsAgain = false
  #ended = false

  constructor(parts: ComposerParts) {
    this.#parts = parts
    this.#secrets = new ComposerSecrets(parts.secretStore, parts.store)
    this.#view = new Live(this.#look())
    const show = (): void => this.#show()
    this.#unsubscribe = [parts.child.state.subscribe(show), parts.child.report.subscribe(show)]
  }

  watch(signal?: AbortSignal): AsyncIteratorObject<ComposerView, undefined, void> {
    return this.#view.watch(signal)
  }

  get current(): ComposerView {
    return this.#view.value
  }

  /** What the process sees of a connection's connectors; null: it does not serve it, or does not run. */
  observations(connectionId: string) {
    const { store, child } = this.#parts
    const { progress, connectors } = child.report.value
    if (store.current.connectionId !== connectionId || progress === null) return null
    return { connectors, registered: progress.registered }
  }

  /** Looks for engines, then follows the settings. */
  async start(): Promise<void> {
    await this.lookForDocker()
    await this.follow()
  }

  /** Keeps what is given. @throws ProblemError `ledger-failed`, `keychain-*` */
  async save(settings: ComposerSettings, typed: TypedSecrets): Promise<ComposerView> {
    const { store, ledger } = this.#parts
    const given = COMPOSER_SECRETS.filter((name) => typed[name] !== undefined)
    const facts = {
      enabled: settings.enabled,
      connectionId: settings.connectionId,
      managerId: settings.managerId,
      orchestrator: settings.orchestrator,
      // SECURITY: which secrets, never what they are.
      secretsChanged: given,
    }
    await recorded(ledger, 'composer.save', facts, async () => {
      for (const name of given) await this.#secrets.set(name, typed[name] ?? null)
      store.keep(settings)
    })
    this.#show()
    await this.follow()
    return this.current
  }

  /** Brings the process in line with settings, connection and secrets. Calls made meanwhile share one more round. */
  follow(): Promise<void> {
    if (this.#followsAgain) return this.#following
    this.#followsAgain = true
    this.#following = this.#following.then(async () => {
      this.#followsAgain = false
      if (!this.#ended) await this.#followOnce()
    })
    return this.#following
  }

  async restart(): Promise<void> {
    this.#startedWith = null
    await this.follow()
  }

  async confirmRemovals(): Promise<void> {
    const { ledger, child, store } = this.#parts
    const held = child.report.value.progress?.removalsHeld ?? []
    const { connectionId } = store.current
    await recorded(ledger, 'composer.confirm-removals', { connectionId, connectorIds: held }, () =>
      child.confirmRemovals(),
    )
  }

  async lookForDocker(): Promise<void> {
    this.#docker = await this.#parts.findDocker()
    this.#show()
  }

  /** Ends the process and waits until it is gone; its connectors go on running. */
  async dispose(): Promise<void> {
    this.#ended = true
    for (const end of this.#unsubscribe) end()
    await this.#parts.child.stop()
    this.#view.end()
  }

  async #followOnce(): Promise<void> {
    const { child, store } = this.#parts
    if (!store.current.enabled) return this.#end(null)
    let digest: string
    try {
      digest = sha256(JSON.stringify(await this.#request())).toString('hex')
    } catch (error) {
      const { problem } = asProblem(error)
      if (problem.code === 'internal') this.#parts.logger.error({ err: error }, 'the composer cannot start')
      return this.#end({ problem })
    }
    if (this.#ended) return
    this.#waiting = null
    if (digest === this.#startedWith) return this.#show()
    this.#startedWith = digest
    await child.run(() => this.#request())
  }

  async #end(waiting: Waiting | null): Promise<void> {
    this.#startedWith = null
    await this.#parts.child.stop()
    this.#waiting = waiting
    this.#show()
  }

  /** Everything the process must know, gathered anew each time so that no secret is kept for it. */
  async #request(): Promise<StartComposer> {
    const { store, access, sealingKey, makeKey, platform } = this.#parts
    const settings = store.current
    this.#keyPem ??= await managerKeyPem(store, sealingKey, makeKey)
    return startMessage({
      settings,
      platform,
      access: await access(settings.connectionId),
      keyPem: this.#keyPem,
      token: await this.#secrets.get('token'),
      portainerKey: settings.orchestrator === 'portainer' ? await this.#secrets.get('portainerKey') : null,
      registryPassword: await this.#secrets.get('registryPassword'),
      foundDocker: this.#docker.find(({ state }) => state === 'ready')?.host ?? null,
    })
  }

  #show(): void {
    if (!this.#ended) this.#view.set(this.#look())
  }

  #look(): ComposerView {
    const { store, child } = this.#parts
    const { progress } = child.report.value
    return {
      settings: store.current,
      secrets: {
        token: this.#secrets.placeOf('token'),
        portainerKey: this.#secrets.placeOf('portainerKey'),
        registryPassword: this.#secrets.placeOf('registryPassword'),
      },
      run: this.#run(),
      progress: progress && { ...progress, removalsHeld: progress.removalsHeld.length },
      lastLines: child.lastLines,
      docker: this.#docker,
    }
  }

  #run(): ComposerRun {
    const state = this.#parts.child.state.value
    if (state.state === 'off' && this.#waiting !== null) {
      return { state: 'waiting', problem: this.#waiting.problem }
    }
    if (state.state === 'ready') {
      const { silentSince } = this.#parts.child.report.value
      return { state: 'ready', since: state.since, silentSince, ...state.ready }
    }
    return state
  }
}
