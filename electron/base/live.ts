/**
 * A value that changes and can be watched. A reader that is slow skips what was in between and gets the newest: state, not
 * a log of changes, so nothing piles up (the transports below have no back-pressure).
 */
export class Live<Value> {
  #value: Value
  #version = 0
  #ended = false
  readonly #listeners = new Set<() => void>()

  constructor(value: Value) {
    this.#value = value
  }

  get value(): Value {
    return this.#value
  }

  /** How many readers wait; for tests of what is left behind. */
  get readers(): number {
    return this.#listeners.size
  }

  set(value: Value): void {
    this.#value = value
    this.#version += 1
    this.#tell()
  }

  /** Ends every stream, now and later. */
  end(): void {
    this.#ended = true
    this.#tell()
  }

  /** Runs `heard` after each change; the returned function ends that. */
  subscribe(heard: () => void): () => void {
    this.#listeners.add(heard)
    return () => void this.#listeners.delete(heard)
  }

  /**
   * The value at once and again after each change, until `signal` aborts or the reader returns. Never throws.
   * @param over runs once when the reader is gone
   */
  watch(signal?: AbortSignal, over: () => void = () => {}): AsyncIteratorObject<Value, undefined, void> {
    let seen = -1
    let ended = signal?.aborted || this.#ended
    let wake: (() => void) | null = null
    const awake = (): void => {
      wake?.()
      wake = null
    }
    const unsubscribe = ended ? () => {} : this.subscribe(awake)
    let told = false
    const end = (): void => {
      ended = true
      if (!told) over()
      told = true
      unsubscribe()
      signal?.removeEventListener('abort', end)
      awake()
    }
    if (ended) end()
    else signal?.addEventListener('abort', end)

    const next = async (): Promise<IteratorResult<Value, undefined>> => {
      while (!ended && !this.#ended && seen === this.#version) {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
      if (this.#ended) end()
      if (ended) return { done: true, value: undefined }
      seen = this.#version
      return { done: false, value: this.#value }
    }
    const finish = async (): Promise<IteratorResult<Value, undefined>> => {
      end()
      return { done: true, value: undefined }
    }
    return {
      next,
      return: finish,
      throw: finish,
      [Symbol.asyncIterator]() {
        return this
      },
      async [Symbol.asyncDispose]() {
        end()
      },
    }
  }

  #tell(): void {
    for (const heard of [...this.#listeners]) heard()
  }
}
