import { type Keys, keysOf, type SortKey } from './keys.ts'
import { countingSort, mergeSort } from './order.ts'
import { drain, type Slices } from './slices.ts'
import { countOf, slotsOf, type Touched } from './touched.ts'

/** One column's order over all rows, worked out when first asked for and kept right from then on. */
export interface ColumnOrder {
  /** All slots, ascending by key, equal keys by slot. Valid until the next change. */
  ascending(): Uint32Array
  /** All slots, descending by key, equal keys still by slot. */
  descending(): Uint32Array
  /** `slots` by this column's key, equal keys in the order given. */
  within(slots: Uint32Array, descending: boolean): Uint32Array
  /** Works the order out ahead of its first use. A change meanwhile makes it start again. */
  prepare(): Slices<void>
  changed(touched: Touched): void
  /** Forgets everything: the slots have been dealt out anew. */
  reset(): void
}

/** Keys taken between two pauses: about a millisecond's work. */
const STRIDE = 1_024

/** `rows` are read by slot, `undefined` where a row is gone; `slots` gives those with a row, ascending. No slot is dealt out twice. */
export function columnOrder<Row>(
  key: SortKey<Row>,
  rows: readonly (Row | undefined)[],
  slots: () => Uint32Array,
): ColumnOrder {
  let built: Built<Row> | null = null
  let version = 0

  function* build(): Slices<Built<Row>> {
    for (;;) {
      if (built !== null) return built
      const atVersion = version
      const known = rows.length
      const keys = keysOf(key, known)
      const listed = slots()
      for (let at = 0; at < listed.length && version === atVersion; at++) {
        if (at % STRIDE === 0) yield
        const slot = listed[at] as number
        const row = rows[slot]
        if (row !== undefined) keys.set(slot, row)
      }
      if (version !== atVersion) continue
      const order = yield* mergeSort(listed, keys.isAfter)
      if (version !== atVersion) continue
      built = { keys, order, spare: new Uint32Array(0), count: order.length, known, ranks: null }
    }
  }

  const now = (): Built<Row> => drain(build())

  function reset(): void {
    version++
    built = null
  }

  return {
    ascending() {
      const { order, count } = now()
      return order.subarray(0, count)
    },
    descending() {
      const { order, count, keys } = now()
      return reversedRuns(order.subarray(0, count), keys)
    },
    within(given, descending) {
      const { table, size } = ranksOf(now(), rows.length)
      return countingSort(
        given,
        descending ? (slot) => size - 1 - (table[slot] as number) : (slot) => table[slot] as number,
        size,
      )
    },
    *prepare() {
      yield* build()
    },
    changed(touched) {
      version++
      // Sorting most rows anew is cheaper than moving each.
      if (built === null || countOf(touched) * 4 > built.count) return reset()
      move(built, slotsOf(touched), rows)
    },
    reset,
  }
}

interface Built<Row> {
  readonly keys: Keys<Row>
  /** the first `count` are the order */
  order: Uint32Array
  /** what the next change is written to */
  spare: Uint32Array
  count: number
  /** slots from here on are new */
  known: number
  /** each slot's place among the distinct keys, once it was asked for */
  ranks: { table: Uint32Array; size: number } | null
}

function ranksOf<Row>(built: Built<Row>, slots: number): { table: Uint32Array; size: number } {
  if (built.ranks !== null) return built.ranks
  const { keys, order, count } = built
  const table = new Uint32Array(slots)
  let rank = 0
  for (let at = 0; at < count; at++) {
    const slot = order[at] as number
    if (at > 0 && keys.compare(order[at - 1] as number, slot) !== 0) rank++
    table[slot] = rank
  }
  built.ranks = { table, size: rank + 1 }
  return built.ranks
}

/** Takes the touched rows out and puts them where their new keys belong, found by halving. */
function move<Row>(built: Built<Row>, touched: readonly number[], rows: readonly (Row | undefined)[]): void {
  const { keys, known } = built
  const order = built.order.subarray(0, built.count)
  built.known = rows.length
  // All places are looked up by the old keys before the first of them changes.
  const places = touched.map((slot) => (slot < known ? placeOf(keys, order, slot) : -1))
  const leaving: number[] = []
  const entering: number[] = []
  for (const [at, slot] of touched.entries()) {
    const row = rows[slot]
    const place = places[at] as number
    if (row !== undefined && !keys.set(slot, row) && place >= 0) continue
    if (place >= 0) leaving.push(place)
    if (row !== undefined) entering.push(slot)
  }
  if (leaving.length + entering.length === 0) return
  const without = room(built.spare, order.length)
  const left = withoutPlaces(order, Uint32Array.from(leaving).sort(), without)
  const into = room(built.order, left + entering.length)
  entering.sort((a, b) => keys.compare(a, b) || a - b)
  withSlots(keys, without.subarray(0, left), entering, into)
  built.spare = without
  built.order = into
  built.count = left + entering.length
  built.ranks = null
}

/** The buffer, or a larger one where it is too small. */
function room(buffer: Uint32Array, count: number): Uint32Array {
  return buffer.length >= count ? buffer : new Uint32Array(count + (count >> 3) + 16)
}

/** Where `slot` stands or would stand: behind all smaller keys, and behind equal ones with a smaller slot. */
function placeOf<Row>(keys: Keys<Row>, order: Uint32Array, slot: number): number {
  let low = 0
  let high = order.length
  while (low < high) {
    const middle = (low + high) >>> 1
    const other = order[middle] as number
    if ((keys.compare(other, slot) || other - slot) < 0) low = middle + 1
    else high = middle
  }
  return low
}

/** Copies all but the places given (ascending) to `into`; returns how many. */
function withoutPlaces(order: Uint32Array, places: Uint32Array, into: Uint32Array): number {
  let from = 0
  let to = 0
  for (const place of places) {
    into.set(order.subarray(from, place), to)
    to += place - from
    from = place + 1
  }
  into.set(order.subarray(from), to)
  return to + order.length - from
}

/** Copies all and the slots given (in order) to `into`. */
function withSlots<Row>(
  keys: Keys<Row>,
  order: Uint32Array,
  slots: readonly number[],
  into: Uint32Array,
): void {
  let from = 0
  let to = 0
  for (const slot of slots) {
    const place = placeOf(keys, order, slot)
    into.set(order.subarray(from, place), to)
    to += place - from
    into[to++] = slot
    from = place
  }
  into.set(order.subarray(from), to)
}

/** The order turned round, equal keys left as they are among themselves. */
function reversedRuns<Row>(order: Uint32Array, keys: Keys<Row>): Uint32Array {
  const reversed = new Uint32Array(order.length)
  let to = 0
  for (let end = order.length; end > 0; ) {
    let start = end - 1
    while (start > 0 && keys.compare(order[start - 1] as number, order[start] as number) === 0) start--
    for (let at = start; at < end; at++) reversed[to++] = order[at] as number
    end = start
  }
  return reversed
}
