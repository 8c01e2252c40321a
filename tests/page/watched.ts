/** A thing that can be looked at and followed. */
export interface Watched<Value> {
  get(): Value
  set(change: Value | ((before: Value) => Value)): void
  follow(heard: (value: Value) => void): () => void
}

export function watched<Value>(first: Value): Watched<Value> {
  let value = first
  const listeners = new Set<(value: Value) => void>()
  return {
    get: () => value,
    set(change) {
      value = typeof change === 'function' ? (change as (before: Value) => Value)(value) : change
      for (const heard of [...listeners]) heard(value)
    },
    follow(heard) {
      listeners.add(heard)
      return () => listeners.delete(heard)
    },
  }
}
