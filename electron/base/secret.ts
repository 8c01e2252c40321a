import { inspect } from 'node:util'

/**
 * A value that must not be printed. `expose()` is called in exactly the functions that need the value; every other way
 * to turn it into text gives `[redacted]`.
 */
export class Secret {
  // SECURITY: a private field is out of reach of JSON, inspect, structuredClone and object spread.
  readonly #value: string

  constructor(value: string) {
    this.#value = value
  }

  /** The plain value. Keep it in a local variable, for the shortest time. */
  expose(): string {
    return this.#value
  }

  toString(): string {
    return '[redacted]'
  }

  toJSON(): string {
    return '[redacted]'
  }

  [inspect.custom](): string {
    return '[redacted]'
  }
}
