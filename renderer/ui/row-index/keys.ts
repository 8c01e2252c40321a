import { naturalKey } from './fold.ts'

/** What a column sorts by: a number (no NaN; infinities stand at the ends), or a text in natural order. */
export type SortKey<Row> =
  | { readonly kind: 'number'; readonly of: (row: Row) => number }
  | { readonly kind: 'text'; readonly of: (row: Row) => string }

/** A column's keys, one a slot. */
export interface Keys<Row> {
  /** Writes the key of the row at that slot; false when it is what it was. */
  set(slot: number, row: Row): boolean
  /** Negative, zero or positive, as for `sort`. */
  compare(a: number, b: number): number
  /** The key of `a` is greater than that of `b`. */
  isAfter(a: number, b: number): boolean
}

export function keysOf<Row>(key: SortKey<Row>, slots: number): Keys<Row> {
  return key.kind === 'number' ? numberKeys(key.of, slots) : textKeys(key.of)
}

function numberKeys<Row>(of: (row: Row) => number, slots: number): Keys<Row> {
  let keys = new Float64Array(slots)
  return {
    set(slot, row) {
      if (slot >= keys.length) {
        const grown = new Float64Array(slot + (slot >> 1) + 16)
        grown.set(keys)
        keys = grown
      }
      // Negative zero would stand before zero.
      const key = of(row) + 0
      const isOther = keys[slot] !== key
      keys[slot] = key
      return isOther
    },
    compare(a, b) {
      const left = keys[a] as number
      const right = keys[b] as number
      return left < right ? -1 : left > right ? 1 : 0
    },
    isAfter: (a, b) => (keys[a] as number) > (keys[b] as number),
  }
}

function textKeys<Row>(of: (row: Row) => string): Keys<Row> {
  const keys: string[] = []
  return {
    set(slot, row) {
      const key = naturalKey(of(row))
      const isOther = keys[slot] !== key
      keys[slot] = key
      return isOther
    },
    compare(a, b) {
      const left = keys[a] as string
      const right = keys[b] as string
      return left < right ? -1 : left > right ? 1 : 0
    },
    isAfter: (a, b) => (keys[a] as string) > (keys[b] as string),
  }
}
