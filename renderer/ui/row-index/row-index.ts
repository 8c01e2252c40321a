import { type ColumnOrder, columnOrder } from './column-order.ts'
import type { SortKey } from './keys.ts'
import { type CollectTexts, isNarrower, searchBlocks, searchWords } from './search-blocks.ts'
import type { Slices } from './slices.ts'
import { type RowId, slotMap } from './slot-map.ts'
import { slotsOf, type Touched } from './touched.ts'

export type { SortKey } from './keys.ts'

export interface SortRule {
  /** a key of `sortKeys` */
  readonly column: string
  readonly descending: boolean
}

/** What is shown, and in which order. */
export interface Arrangement<Row> {
  /** the first rule decides, the next among equals; rows equal by all stand in the order they arrived in */
  readonly sort: readonly SortRule[]
  /** every word has to be in one of the row's texts; '' = all rows */
  readonly search: string
  /** null = all rows; another function is another filter */
  readonly where: ((row: Row) => boolean) | null
}

export interface RowIndexParts<Row> {
  readonly id: (row: Row) => RowId
  readonly sortKeys: Readonly<Record<string, SortKey<Row>>>
  /** what a row is searched by */
  readonly collectTexts: CollectTexts<Row>
}

/**
 * Rows by the hundred thousand, kept sorted, searched and filtered outside of any table: a table asks for the few rows
 * in view. Everything is worked out when first asked for (or ahead, by `prepare`) and kept right with each change.
 */
export interface RowIndex<Row> {
  /** how many rows there are */
  readonly size: number
  /** how many of them are shown */
  readonly shown: number
  get(id: RowId): Row | undefined
  /** all rows in the order they arrived in */
  rows(): Row[]
  arrange(arrangement: Arrangement<Row>): void
  /** The row shown at that place; undefined outside. */
  at(place: number): Row | undefined
  /** Where the row is shown; −1 when it is not. */
  placeOf(id: RowId): number
  isShown(id: RowId): boolean
  /** Rows shown from `start` up to `end`, in order. */
  slice(start?: number, end?: number): Row[]
  /** Adds rows, and replaces those with the same id where they stand. */
  put(rows: readonly Row[]): void
  /** These rows say something else in these columns and to the filter; their texts are what they were. */
  refresh(rows: readonly Row[], columns: readonly string[]): void
  remove(ids: Iterable<RowId>): void
  clear(): void
  /** Works out every order and the search ahead of their first use, with pauses. */
  prepare(): Slices<void>
}

export function createRowIndex<Row>({ id, sortKeys, collectTexts }: RowIndexParts<Row>): RowIndex<Row> {
  /** by slot; a slot is dealt out once, so slots stand for the order of arrival */
  const rows: (Row | undefined)[] = []
  const slotOf = slotMap()
  let arrangement: Arrangement<Row> = { sort: [], search: '', where: null }
  let words: string[] = []
  /** by slot; null where nothing is left out */
  let found: Uint8Array | null = null
  let wanted: Uint8Array | null = null
  let view: Uint32Array | null = null
  let listed: Uint32Array | null = null

  function slots(): Uint32Array {
    if (listed !== null) return listed
    const fresh = new Uint32Array(slotOf.size)
    let count = 0
    if (fresh.length === rows.length) for (; count < fresh.length; count++) fresh[count] = count
    else for (let slot = 0; slot < rows.length; slot++) if (rows[slot] !== undefined) fresh[count++] = slot
    listed = fresh
    return fresh
  }

  const orders = new Map<string, ColumnOrder>(
    Object.entries(sortKeys).map(([column, key]) => [column, columnOrder(key, rows, slots)]),
  )
  const blocks = searchBlocks(collectTexts, rows)

  function orderOf(column: string): ColumnOrder {
    const order = orders.get(column)
    if (!order) throw new Error(`Column ${column} has no sort key`)
    return order
  }

  function sorted(): Uint32Array {
    const [first, ...others] = arrangement.sort
    if (first === undefined) return slots()
    const order = orderOf(first.column)
    if (others.length === 0) return first.descending ? order.descending() : order.ascending()
    // From the last rule to the first, each keeping among equals what the ones before have done.
    return arrangement.sort.reduceRight(
      (given, { column, descending }) => orderOf(column).within(given, descending),
      slots(),
    )
  }

  const passes = (slot: number): boolean =>
    (found === null || found[slot] === 1) && (wanted === null || wanted[slot] === 1)

  function shown(): Uint32Array {
    if (view !== null) return view
    const order = sorted()
    if (found === null && wanted === null) {
      view = order
      return order
    }
    const out = new Uint32Array(order.length)
    let count = 0
    for (let at = 0; at < order.length; at++) {
      const slot = order[at] as number
      if ((found === null || found[slot] === 1) && (wanted === null || wanted[slot] === 1))
        out[count++] = slot
    }
    view = out.subarray(0, count)
    return view
  }

  function searchFor(search: string): void {
    const before = words
    words = searchWords(search)
    if (words.length === 0) {
      found = null
      return
    }
    if (found !== null && isNarrower(words, before)) {
      blocks.narrow(words, found)
      return
    }
    found = new Uint8Array(rows.length)
    blocks.search(words, found)
  }

  function filterBy(where: Arrangement<Row>['where']): void {
    if (where === null) {
      wanted = null
      return
    }
    wanted = new Uint8Array(rows.length)
    for (let slot = 0; slot < rows.length; slot++) {
      const row = rows[slot]
      if (row !== undefined && where(row)) wanted[slot] = 1
    }
  }

  function touch(touched: Touched): void {
    listed = null
    for (const order of orders.values()) order.changed(touched)
    blocks.changed(touched)
    if (found !== null) {
      found = withRoom(found, rows.length)
      for (const slot of slotsOf(touched)) found[slot] = blocks.holds(words, slot) ? 1 : 0
    }
    filterAgain(touched)
  }

  function filterAgain(touched: Touched): void {
    view = null
    const { where } = arrangement
    if (wanted === null || where === null) return
    wanted = withRoom(wanted, rows.length)
    for (const slot of slotsOf(touched)) {
      const row = rows[slot]
      wanted[slot] = row !== undefined && where(row) ? 1 : 0
    }
  }

  function clear(): void {
    rows.length = 0
    slotOf.clear()
    view = null
    listed = null
    for (const order of orders.values()) order.reset()
    blocks.reset()
    if (found !== null) found = new Uint8Array(0)
    if (wanted !== null) wanted = new Uint8Array(0)
  }

  function put(changed: readonly Row[]): void {
    if (changed.length === 0) return
    const firstNew = rows.length
    const replaced = new Set<number>()
    // By number: a first load comes before the engine has made anything of this fast.
    for (let at = 0; at < changed.length; at++) {
      const row = changed[at] as Row
      const slot = slotOf.claim(id(row), rows.length)
      if (slot < firstNew) replaced.add(slot)
      rows[slot] = row
    }
    touch({ replaced: [...replaced], firstNew, end: rows.length })
  }

  /** Deals the slots out anew once most of them have been left. */
  function compact(): void {
    if (rows.length <= 2 * slotOf.size + 1_024) return
    const left = rows.filter((row) => row !== undefined)
    clear()
    put(left)
  }

  const rowsAt = (places: Uint32Array): Row[] => Array.from(places, (slot) => rows[slot] as Row)

  return {
    get size() {
      return slotOf.size
    },
    get shown() {
      return shown().length
    },
    get(key) {
      const slot = slotOf.get(key)
      return slot === undefined ? undefined : rows[slot]
    },
    rows: () => rowsAt(slots()),
    arrange(next) {
      const before = arrangement
      arrangement = next
      view = null
      if (next.search !== before.search) searchFor(next.search)
      if (next.where !== before.where) filterBy(next.where)
    },
    at(place) {
      const slot = shown()[place]
      return slot === undefined ? undefined : rows[slot]
    },
    placeOf(key) {
      const slot = slotOf.get(key)
      return slot === undefined ? -1 : shown().indexOf(slot)
    },
    slice: (start, end) => rowsAt(shown().subarray(start, end)),
    isShown(key) {
      const slot = slotOf.get(key)
      return slot !== undefined && passes(slot)
    },
    put,
    refresh(changed, columns) {
      const replaced = changed.flatMap((row) => slotOf.get(id(row)) ?? [])
      if (replaced.length === 0) return
      const touched = { replaced, firstNew: rows.length, end: rows.length }
      for (const column of columns) orderOf(column).changed(touched)
      filterAgain(touched)
    },
    remove(ids) {
      const gone: number[] = []
      for (const key of ids) {
        const slot = slotOf.get(key)
        if (slot === undefined) continue
        slotOf.delete(key)
        rows[slot] = undefined
        gone.push(slot)
      }
      if (gone.length === 0) return
      touch({ replaced: gone, firstNew: rows.length, end: rows.length })
      compact()
    },
    clear,
    *prepare() {
      for (const order of orders.values()) yield* order.prepare()
      yield* blocks.prepare()
    },
  }
}

function withRoom(bits: Uint8Array, count: number): Uint8Array {
  if (bits.length >= count) return bits
  const grown = new Uint8Array(count + (count >> 3) + 256)
  grown.set(bits)
  return grown
}
