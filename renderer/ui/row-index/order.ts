import type { Slices } from './slices.ts'

/** Slots looked at between two pauses: about a millisecond's work. */
const STRIDE = 4_096
/** Runs this short are sorted by insertion. */
const SHORT = 8

/**
 * `slots` in order, equal ones in the order given: a merge sort that can pause, which no sort of the engine can.
 * `isAfter`: the first is greater than the second.
 */
export function* mergeSort(
  slots: Uint32Array,
  isAfter: (a: number, b: number) => boolean,
): Slices<Uint32Array> {
  const count = slots.length
  let from = slots.slice()
  let into = new Uint32Array(count)
  for (let start = 0; start < count; start += SHORT) {
    if (start % STRIDE === 0) yield
    insertionSort(from, start, Math.min(start + SHORT, count), isAfter)
  }
  for (let width = SHORT; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      const middle = Math.min(start + width, count)
      const end = Math.min(start + 2 * width, count)
      let left = start
      let right = middle
      for (let at = start; at < end; at++) {
        if (at % STRIDE === 0) yield
        const isLeft =
          right >= end || (left < middle && !isAfter(from[left] as number, from[right] as number))
        into[at] = from[isLeft ? left++ : right++] as number
      }
    }
    ;[from, into] = [into, from]
  }
  return from
}

function insertionSort(
  slots: Uint32Array,
  start: number,
  end: number,
  isAfter: (a: number, b: number) => boolean,
): void {
  for (let at = start + 1; at < end; at++) {
    const slot = slots[at] as number
    let to = at
    while (to > start && isAfter(slots[to - 1] as number, slot)) {
      slots[to] = slots[to - 1] as number
      to--
    }
    slots[to] = slot
  }
}

/** `slots` by a rank below `ranks`, equal ones in the order given. */
export function countingSort(
  slots: Uint32Array,
  rankOf: (slot: number, at: number) => number,
  ranks: number,
): Uint32Array {
  const starts = new Uint32Array(ranks + 1)
  for (let at = 0; at < slots.length; at++) {
    const next = rankOf(slots[at] as number, at) + 1
    starts[next] = (starts[next] as number) + 1
  }
  for (let rank = 1; rank <= ranks; rank++)
    starts[rank] = (starts[rank] as number) + (starts[rank - 1] as number)
  const sorted = new Uint32Array(slots.length)
  for (let at = 0; at < slots.length; at++) {
    const slot = slots[at] as number
    const rank = rankOf(slot, at)
    const to = starts[rank] as number
    sorted[to] = slot
    starts[rank] = to + 1
  }
  return sorted
}
