/** Names a row among all. */
export type RowId = string | number

/** Numbers from here on are kept like words. */
const LARGEST_INDEX = 1 << 22

/** Where each row is, by its id. Whole numbers, which the core hands out from 0 on, are looked up in an array. */
export interface SlotMap {
  readonly size: number
  get(id: RowId): number | undefined
  /** The slot of the row; `slot` where it has none yet, which it then has. */
  claim(id: RowId, slot: number): number
  delete(id: RowId): void
  clear(): void
}

export function slotMap(): SlotMap {
  const others = new Map<RowId, number>()
  /** by id: the slot plus one; 0 = none */
  let places = new Int32Array(0)
  let count = 0

  const isIndex = (id: RowId): id is number => typeof id === 'number' && id >>> 0 === id && id < LARGEST_INDEX

  return {
    get size() {
      return count + others.size
    },
    get(id) {
      if (!isIndex(id)) return others.get(id)
      const place = places[id] ?? 0
      return place === 0 ? undefined : place - 1
    },
    claim(id, slot) {
      if (!isIndex(id)) {
        const known = others.get(id)
        if (known === undefined) others.set(id, slot)
        return known ?? slot
      }
      if (id >= places.length) {
        const grown = new Int32Array(Math.min(LARGEST_INDEX, id + (id >> 1) + 1_024))
        grown.set(places)
        places = grown
      }
      const place = places[id] as number
      if (place !== 0) return place - 1
      places[id] = slot + 1
      count++
      return slot
    },
    delete(id) {
      if (!isIndex(id)) others.delete(id)
      else if ((places[id] ?? 0) !== 0) {
        places[id] = 0
        count--
      }
    },
    clear() {
      others.clear()
      places = new Int32Array(0)
      count = 0
    },
  }
}
