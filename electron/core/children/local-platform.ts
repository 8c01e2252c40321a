import { type Backoff, backoffDelay } from '#base/backoff.ts'
import type { Clock } from '#base/clock.ts'
import { Live } from '#base/live.ts'
import type { Logger } from '#base/logger.ts'
import { FromPlatform, type StartPlatform, type ToPlatform } from '#base/platform-channel.ts'
import { messageOf } from '#base/problem-error.ts'
import { Secret } from '#base/secret.ts'
import type { LocalPlatformStatus } from '#shared/contract/system.ts'
import type { Child, SpawnPlatform } from '../ports/child-process.ts'
import { OutputTail } from './output-tail.ts'

const READY_WITHIN_MS = 30_000
const KILL_AFTER_MS = 1_500
/** Up this long, and an earlier failure is forgotten. */
const STABLE_AFTER_MS = 60_000
const MOST_ATTEMPTS = 8
const RESTART: Backoff = { firstMs: 1_000, mostMs: 60_000 }

/** What the console needs to talk to the running platform. */
export interface RunningPlatform {
  readonly url: string
  readonly adminToken: Secret
}

export interface LocalPlatformParts {
  readonly spawn: SpawnPlatform
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
  readonly dataFolder: string
  readonly seed: StartPlatform['seed']
  /** the platform's key; throws when the keychain that holds it does not give it */
  readonly fetchKey: () => Promise<Uint8Array>
  /** the port of the last start, so that addresses stay; 0 = any */
  readonly port: { read(): number; keep(port: number): void }
}

/** What another start cannot heal. */
const HOPELESS = new Set(['folder-busy', 'wrong-key', 'newer-data', 'damaged-data', 'bad-config'])

/** Keeps the embedded platform running as a child process: starts, hears, restarts with back-off, ends without orphans. */
export class LocalPlatform {
  readonly status = new Live<LocalPlatformStatus>({ state: 'off' })
  /** null while it is not ready */
  readonly running = new Live<RunningPlatform | null>(null)
  readonly #parts: LocalPlatformParts
  #wanted = false
  #attempt = 0
  #anyPort = false
  #child: Child | null = null
  #childGone: Promise<void> = Promise.resolve()
  #cancelTimer = (): void => {}

  constructor(parts: LocalPlatformParts) {
    this.#parts = parts
  }

  /** Starts it unless it is on its way; the outcome is told by `status`. */
  start(): void {
    if (this.#wanted && this.status.value.state !== 'failed') return
    this.#wanted = true
    this.#attempt = 0
    this.#anyPort = false
    void this.#launch()
  }

  /** Ends it and waits until it is gone: at most 1.5 s politely, then by force. */
  async stop(): Promise<void> {
    this.#wanted = false
    this.#cancelTimer()
    await this.#end()
    if (!this.#wanted) this.status.set({ state: 'off' })
  }

  async restart(): Promise<void> {
    await this.stop()
    this.start()
  }

  async #launch(): Promise<void> {
    const { clock, spawn, dataFolder, seed, fetchKey, port } = this.#parts
    this.status.set({ state: 'starting', since: clock.now() })
    const tail = new OutputTail((line) => this.#parts.logger.info({ line }, 'local platform'))
    let key: Uint8Array
    try {
      key = await fetchKey()
    } catch (error) {
      this.#giveUp([messageOf(error)])
      return
    }
    // Asked to stop while the keychain was asked, or started anew by somebody else.
    await this.#childGone
    if (!this.#wanted || this.#child !== null) return

    let child: Child
    try {
      child = spawn()
    } catch (error) {
      this.#giveUp([messageOf(error)])
      return
    }
    this.#child = child
    let failure: Extract<FromPlatform, { type: 'failed' }> | null = null
    child.onOutput((text) => tail.push(text))
    child.onMessage((raw) => {
      const message = FromPlatform.safeParse(raw)
      if (!message.success || this.#child !== child) return
      if (message.data.type === 'failed') {
        failure = message.data
        tail.push(`${message.data.code}: ${message.data.message}\n`)
        child.kill('SIGTERM')
      } else this.#ready(message.data)
    })
    this.#childGone = new Promise((resolve) => {
      child.onExit((code) => {
        resolve()
        if (this.#child !== child) return
        this.#child = null
        this.#cancelTimer()
        this.running.set(null)
        if (!this.#wanted) return
        if (failure === null) tail.push(`The local platform ended by itself (${code ?? 'signal'}).\n`)
        this.#after(failure?.code ?? null, tail.lines)
      })
    })
    this.#arm(READY_WITHIN_MS, () => {
      tail.push(`The local platform was not ready within ${READY_WITHIN_MS / 1000} s.\n`)
      child.kill('SIGKILL')
    })
    child.post({
      type: 'start',
      dataFolder,
      port: this.#anyPort ? 0 : port.read(),
      encryptionKey: Buffer.from(key).toString('base64'),
      seed,
    } satisfies ToPlatform)
  }

  #ready(message: Extract<FromPlatform, { type: 'ready' }>): void {
    this.#arm(STABLE_AFTER_MS, () => {
      this.#attempt = 0
    })
    const port = Number(new URL(message.url).port)
    if (port > 0) this.#parts.port.keep(port)
    this.running.set({ url: message.url, adminToken: new Secret(message.adminToken) })
    this.status.set({ state: 'ready', since: this.#parts.clock.now(), url: message.url })
  }

  /** The child is gone and was not asked to go. */
  #after(code: string | null, lastLines: string[]): void {
    if (code === 'port-in-use') this.#anyPort = true
    this.#attempt += 1
    if (this.#attempt > MOST_ATTEMPTS || (code !== null && HOPELESS.has(code))) {
      this.#giveUp(lastLines)
      return
    }
    const { clock, random } = this.#parts
    const wait = backoffDelay(RESTART, this.#attempt, random)
    this.status.set({ state: 'restarting', since: clock.now(), nextAt: clock.now() + wait, lastLines })
    this.#arm(wait, () => void this.#launch())
  }

  #giveUp(lastLines: string[]): void {
    if (!this.#wanted) return
    this.#parts.logger.error({ lastLines }, 'the local platform does not run')
    this.status.set({ state: 'failed', since: this.#parts.clock.now(), lastLines })
  }

  async #end(): Promise<void> {
    const child = this.#child
    // From here on its exit is no news: it was asked to go.
    this.#child = null
    this.running.set(null)
    if (child === null) return
    child.post({ type: 'stop' } satisfies ToPlatform)
    child.kill('SIGTERM')
    const cancelKill = this.#parts.clock.after(KILL_AFTER_MS, () => child.kill('SIGKILL'))
    await this.#childGone
    cancelKill()
  }

  #arm(ms: number, task: () => void): void {
    this.#cancelTimer()
    this.#cancelTimer = this.#parts.clock.after(ms, task)
  }
}
