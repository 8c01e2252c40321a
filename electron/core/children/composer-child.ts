import type { Clock } from '#base/clock.ts'
import {
  type ComposerProgress,
  FromComposer,
  type ObservedConnector,
  type StartComposer,
} from '#base/composer-channel.ts'
import { Live } from '#base/live.ts'
import type { Logger } from '#base/logger.ts'
import type { SpawnChild } from '../ports/child-process.ts'
import { type ChildState, type ChildWord, Supervisor } from './supervisor.ts'

type Ready = Omit<Extract<FromComposer, { type: 'ready' }>, 'type'>

/** What a running composer has told of itself. */
export interface ComposerReport {
  /** null before the first report of a run */
  readonly progress: ComposerProgress | null
  /** connectors at first hand, by id */
  readonly connectors: ReadonlyMap<string, ObservedConnector>
  /** when it was last heard, while that is too long ago for a process that runs; null: it talks */
  readonly silentSince: number | null
}

export interface ComposerChildParts {
  readonly spawn: SpawnChild
  readonly clock: Clock
  readonly random: () => number
  readonly logger: Logger
}

/** A wrong configuration does not get better by itself. */
const HOPELESS = new Set(['bad-config'])
/** What is under way may end: a stop of a container takes up to ten seconds, and the window will not wait longer. */
const KILL_AFTER_MS = 7_000
/** A composer that runs tells something every five seconds. */
const SILENT_AFTER_MS = 15_000

const NOTHING: ComposerReport = { progress: null, connectors: new Map(), silentSince: null }

/** The composer as a supervised child of the console. */
export class ComposerChild {
  readonly report = new Live<ComposerReport>(NOTHING)
  readonly #supervisor: Supervisor<Ready>
  readonly #clock: Clock
  #cancelSilence = (): void => {}
  #wishes = 0
  #request: () => Promise<StartComposer> = () => Promise.reject(new Error('There is no configuration'))

  constructor({ spawn, clock, random, logger }: ComposerChildParts) {
    this.#clock = clock
    this.#supervisor = new Supervisor<Ready>({
      name: 'The composer',
      spawn,
      clock,
      random,
      logger,
      hopeless: HOPELESS,
      killAfterMs: KILL_AFTER_MS,
      request: () => this.#request(),
      hear: (message) => this.#hear(message),
    })
    this.#supervisor.state.subscribe(() => {
      // What an ended composer saw is no evidence of what is now.
      if (this.state.value.state === 'ready') return this.#listen()
      this.#cancelSilence()
      this.report.set(NOTHING)
    })
  }

  get state(): Live<ChildState<Ready>> {
    return this.#supervisor.state
  }

  /** What it wrote last, redacted and bounded. */
  get lastLines(): string[] {
    return this.#supervisor.lastLines
  }

  /** Ends the one that runs and starts one. @param request what it is started with, now and after each fall */
  async run(request: () => Promise<StartComposer>): Promise<void> {
    const wish = ++this.#wishes
    await this.#supervisor.stop()
    // Asked to stop, or to run another one, while the one before drained.
    if (wish !== this.#wishes) return
    this.#request = request
    this.#supervisor.start()
  }

  /** Ends it and waits until it is gone: at most 7 s politely, then by force. */
  stop(): Promise<void> {
    this.#wishes++
    return this.#supervisor.stop()
  }

  confirmRemovals(): void {
    this.#supervisor.post({ type: 'confirm-removals' })
  }

  /** Stopped, or starved by the machine, a process ends nothing and says nothing. */
  #listen(): void {
    const heardAt = this.#clock.now()
    this.#cancelSilence()
    this.#cancelSilence = this.#clock.after(SILENT_AFTER_MS, () =>
      this.report.set({ ...this.report.value, silentSince: heardAt }),
    )
  }

  #hear(raw: unknown): ChildWord<Ready> | null {
    const message = FromComposer.safeParse(raw)
    if (!message.success) return null
    switch (message.data.type) {
      case 'failed':
        return message.data
      case 'ready': {
        const { type, ...ready } = message.data
        return { type, ready }
      }
      case 'report': {
        const { progress, changed, gone } = message.data
        const connectors = new Map(this.report.value.connectors)
        for (const connector of changed) connectors.set(connector.id, connector)
        for (const id of gone) connectors.delete(id)
        this.report.set({ progress, connectors, silentSince: null })
        this.#listen()
        return null
      }
    }
  }
}
