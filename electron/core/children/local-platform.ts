import type { Clock } from '#base/clock.ts'
import { Live } from '#base/live.ts'
import type { Logger } from '#base/logger.ts'
import { type EmbeddedXtmOne, FromPlatform, type StartPlatform } from '#base/platform-channel.ts'
import { Secret } from '#base/secret.ts'
import type { LocalPlatformStatus } from '#shared/contract/system.ts'
import type { SpawnChild } from '../ports/child-process.ts'
import { type ChildState, type ChildWord, Supervisor } from './supervisor.ts'

/** What the console needs to talk to the running platform. */
export interface RunningPlatform {
  readonly url: string
  readonly adminToken: Secret
  /** opens its `/health` */
  readonly healthAccessKey: Secret
}

export interface LocalPlatformParts {
  readonly spawn: SpawnChild
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly dataFolder: string
  readonly seed: StartPlatform['seed']
  /** what it registers with */
  readonly xtmOne: () => Promise<EmbeddedXtmOne>
  /** the platform's key; throws when the keychain that holds it does not give it */
  readonly fetchKey: () => Promise<Uint8Array>
  /** the port of the last start, so that addresses stay; 0 = any */
  readonly port: { read(): number; keep(port: number): void }
}

/** What another start cannot heal. */
const HOPELESS = new Set(['folder-busy', 'wrong-key', 'newer-data', 'damaged-data', 'bad-config'])
const KILL_AFTER_MS = 1_500

/** The embedded platform as a supervised child of the console. */
export class LocalPlatform {
  readonly status = new Live<LocalPlatformStatus>({ state: 'off' })
  /** null while it is not ready */
  readonly running = new Live<RunningPlatform | null>(null)
  readonly #parts: LocalPlatformParts
  readonly #supervisor: Supervisor<RunningPlatform>
  #anyPort = false

  constructor(parts: LocalPlatformParts) {
    this.#parts = parts
    const { spawn, clock, random, logger } = parts
    this.#supervisor = new Supervisor<RunningPlatform>({
      name: 'The local platform',
      spawn,
      clock,
      random,
      logger,
      hopeless: HOPELESS,
      killAfterMs: KILL_AFTER_MS,
      request: () => this.#request(),
      hear: (message) => this.#hear(message),
    })
    this.#supervisor.state.subscribe(() => this.#show(this.#supervisor.state.value))
  }

  /** Starts it unless it is on its way; the outcome is told by `status`. */
  start(): void {
    this.#anyPort = false
    this.#supervisor.start()
  }

  /** Ends it and waits until it is gone: at most 1.5 s politely, then by force. */
  stop(): Promise<void> {
    return this.#supervisor.stop()
  }

  async restart(): Promise<void> {
    await this.stop()
    this.start()
  }

  async #request(): Promise<StartPlatform> {
    const { dataFolder, seed, fetchKey, xtmOne, port } = this.#parts
    const [key, registersWith] = await Promise.all([fetchKey(), xtmOne()])
    return {
      type: 'start',
      dataFolder,
      port: this.#anyPort ? 0 : port.read(),
      encryptionKey: Buffer.from(key).toString('base64'),
      seed,
      xtmOne: registersWith,
    }
  }

  #hear(raw: unknown): ChildWord<RunningPlatform> | null {
    const message = FromPlatform.safeParse(raw)
    if (!message.success) return null
    if (message.data.type === 'failed') {
      if (message.data.code === 'port-in-use') this.#anyPort = true
      return message.data
    }
    const { url, adminToken, healthAccessKey } = message.data
    const port = Number(new URL(url).port)
    if (port > 0) this.#parts.port.keep(port)
    const ready = { url, adminToken: new Secret(adminToken), healthAccessKey: new Secret(healthAccessKey) }
    return { type: 'ready', ready }
  }

  #show(state: ChildState<RunningPlatform>): void {
    this.running.set(state.state === 'ready' ? state.ready : null)
    // It ends within a second and a half: no news of its own.
    if (state.state === 'stopping') return
    // SECURITY: of what a ready platform tells, the status has the address alone.
    this.status.set(
      state.state === 'ready' ? { state: 'ready', since: state.since, url: state.ready.url } : state,
    )
  }
}
