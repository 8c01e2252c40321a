import { type Backoff, backoffDelay } from '#base/backoff.ts'
import type { Clock } from '#base/clock.ts'
import { Live } from '#base/live.ts'
import type { Logger } from '#base/logger.ts'
import { messageOf } from '#base/problem-error.ts'
import type { Child, SpawnChild } from '../ports/child-process.ts'
import { OutputTail } from './output-tail.ts'

const READY_WITHIN_MS = 30_000
/** Up this long, and an earlier failure is forgotten. */
const STABLE_AFTER_MS = 60_000
const MOST_ATTEMPTS = 8
const RESTART: Backoff = { firstMs: 1_000, mostMs: 60_000 }

/** How a child stands. `lastLines`: what it wrote last, redacted and bounded. */
export type ChildState<Ready> =
  | { readonly state: 'off' }
  | { readonly state: 'starting'; readonly since: number }
  | { readonly state: 'ready'; readonly since: number; readonly ready: Ready }
  /** asked to end, and still at it */
  | { readonly state: 'stopping'; readonly since: number }
  | {
      readonly state: 'restarting'
      readonly since: number
      readonly nextAt: number
      readonly lastLines: string[]
    }
  | { readonly state: 'failed'; readonly since: number; readonly lastLines: string[] }

/** What the supervisor must know of a message. */
export type ChildWord<Ready> =
  | { readonly type: 'ready'; readonly ready: Ready }
  | { readonly type: 'failed'; readonly code: string; readonly message: string }

export interface SupervisedChild<Ready> {
  /** begins a sentence: "The local platform" */
  readonly name: string
  readonly spawn: SpawnChild
  /** The message that the child is started with. Throws when a secret in it is not to be had: then nothing is started. */
  readonly request: () => Promise<object>
  /** The meaning of a message; null for one that is not about starting. */
  readonly hear: (message: unknown) => ChildWord<Ready> | null
  /** codes of failures that another start cannot heal */
  readonly hopeless: ReadonlySet<string>
  /** how long it may take to end when asked to, ms */
  readonly killAfterMs: number
  readonly clock: Clock
  /** a number in [0, 1) */
  readonly random: () => number
  readonly logger: Logger
}

/** Keeps a child process running: starts, hears, restarts with back-off, ends without orphans. */
export class Supervisor<Ready> {
  readonly state = new Live<ChildState<Ready>>({ state: 'off' })
  readonly #parts: SupervisedChild<Ready>
  #wanted = false
  #attempt = 0
  #child: Child | null = null
  #childGone: Promise<void> = Promise.resolve()
  #cancelTimer = (): void => {}
  #tail = new OutputTail()

  constructor(parts: SupervisedChild<Ready>) {
    this.#parts = parts
  }

  /** What the child, or the last one, wrote last: redacted and bounded. */
  get lastLines(): string[] {
    return this.#tail.lines
  }

  /** Starts it unless it is on its way; the outcome is told by `state`. */
  start(): void {
    if (this.#wanted && this.state.value.state !== 'failed') return
    this.#wanted = true
    this.#attempt = 0
    void this.#launch()
  }

  /** Ends it and waits until it is gone: politely first, then by force. */
  async stop(): Promise<void> {
    this.#wanted = false
    this.#cancelTimer()
    await this.#end()
    if (!this.#wanted) this.state.set({ state: 'off' })
  }

  async restart(): Promise<void> {
    await this.stop()
    this.start()
  }

  /** Says something to the child that is running; nobody hears it when none is. */
  post(message: object): void {
    this.#child?.post(message)
  }

  async #launch(): Promise<void> {
    const { clock, spawn, name, request, logger } = this.#parts
    this.state.set({ state: 'starting', since: clock.now() })
    const tail = new OutputTail((line) => logger.info({ line }, name))
    this.#tail = tail
    let first: object
    try {
      first = await request()
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
    let failure: string | null = null
    child.onOutput((text) => tail.push(text))
    child.onMessage((raw) => {
      if (this.#child !== child) return
      const word = this.#parts.hear(raw)
      if (word?.type === 'failed') {
        failure = word.code
        tail.push(`${word.code}: ${word.message}\n`)
        child.kill('SIGTERM')
      } else if (word?.type === 'ready') this.#ready(word.ready)
    })
    this.#childGone = new Promise((resolve) => {
      child.onExit((code) => {
        resolve()
        if (this.#child !== child) return
        this.#child = null
        this.#cancelTimer()
        if (!this.#wanted) return
        if (failure === null) tail.push(`${name} ended by itself (${code ?? 'signal'}).\n`)
        this.#after(failure, tail.lines)
      })
    })
    this.#arm(READY_WITHIN_MS, () => {
      tail.push(`${name} was not ready within ${READY_WITHIN_MS / 1000} s.\n`)
      child.kill('SIGKILL')
    })
    child.post(first)
  }

  #ready(ready: Ready): void {
    this.#arm(STABLE_AFTER_MS, () => {
      this.#attempt = 0
    })
    this.state.set({ state: 'ready', since: this.#parts.clock.now(), ready })
  }

  /** The child is gone and was not asked to go. */
  #after(code: string | null, lastLines: string[]): void {
    this.#attempt += 1
    if (this.#attempt > MOST_ATTEMPTS || (code !== null && this.#parts.hopeless.has(code))) {
      this.#giveUp(lastLines)
      return
    }
    const { clock, random } = this.#parts
    const wait = backoffDelay(RESTART, this.#attempt, random)
    this.state.set({ state: 'restarting', since: clock.now(), nextAt: clock.now() + wait, lastLines })
    this.#arm(wait, () => void this.#launch())
  }

  #giveUp(lastLines: string[]): void {
    if (!this.#wanted) return
    this.#parts.logger.error({ lastLines }, `${this.#parts.name} does not run`)
    this.state.set({ state: 'failed', since: this.#parts.clock.now(), lastLines })
  }

  async #end(): Promise<void> {
    const child = this.#child
    // From here on its exit is no news: it was asked to go.
    this.#child = null
    // One that was asked before may still be at it.
    if (child === null) return this.#childGone
    const { clock, killAfterMs } = this.#parts
    this.state.set({ state: 'stopping', since: clock.now() })
    child.post({ type: 'stop' })
    child.kill('SIGTERM')
    const cancelKill = clock.after(killAfterMs, () => child.kill('SIGKILL'))
    await this.#childGone
    cancelKill()
  }

  #arm(ms: number, task: () => void): void {
    this.#cancelTimer()
    this.#cancelTimer = this.#parts.clock.after(ms, task)
  }
}
