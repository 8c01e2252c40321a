import { foldText } from './fold.ts'
import type { Slices } from './slices.ts'

const BLOCK = 256
/** Stands between rows and between the texts of a row; no folded word of a search holds it. */
const SEPARATOR = '\n'

/** The texts of all rows, folded and joined by blocks, so that a search runs through few long strings. */
export interface SearchBlocks {
  /** Sets `bits[slot]` to 1 where the row's texts hold every word, else to 0. `words` as `searchWords` gives them. */
  search(words: readonly string[], bits: Uint8Array): void
  /** The same where all rows that can match are known to have `bits[slot]` 1 already: a word has grown longer. */
  narrow(words: readonly string[], bits: Uint8Array): void
  /** Whether the row's texts hold every word. */
  holds(words: readonly string[], slot: number): boolean
  /** Joins the blocks ahead of the first search. */
  prepare(): Slices<void>
  changed(slots: readonly number[]): void
  reset(): void
}

interface Block {
  text: string
  /** where each row's text starts, and the end of the last one */
  starts: Uint32Array
}

/** What is searched for: every word of the text, folded, has to be somewhere in a row. */
export function searchWords(text: string): string[] {
  return foldText(text)
    .split(/\s+/)
    .filter((word) => word !== '')
}

/** Whether every row that `words` finds was found by `before` already. */
export function isNarrower(words: readonly string[], before: readonly string[]): boolean {
  return before.every((old) => words.some((word) => word.includes(old)))
}

/** `texts` are what a row is searched by; `rows` are read by slot, `undefined` where a row is gone. */
export function searchBlocks<Row>(
  texts: (row: Row) => readonly string[],
  rows: readonly (Row | undefined)[],
): SearchBlocks {
  let blocks: (Block | undefined)[] = []

  const rowText = (slot: number): string => {
    const row = rows[slot]
    return row === undefined ? '' : foldText(texts(row).join(SEPARATOR))
  }

  function blockOf(number: number): Block {
    const known = blocks[number]
    if (known) return known
    const first = number * BLOCK
    const size = Math.min(BLOCK, rows.length - first)
    const starts = new Uint32Array(size + 1)
    const parts = new Array<string>(size)
    let length = 0
    for (let at = 0; at < size; at++) {
      const part = rowText(first + at)
      parts[at] = part
      starts[at] = length
      length += part.length + 1
    }
    starts[size] = length
    const block = { text: parts.join(SEPARATOR), starts }
    blocks[number] = block
    return block
  }

  const blockCount = (): number => Math.ceil(rows.length / BLOCK)

  /** Clears the bits of rows in the block that do not hold the word. */
  function keepHolding(number: number, word: string, bits: Uint8Array): void {
    const { text, starts } = blockOf(number)
    const first = number * BLOCK
    const size = starts.length - 1
    let row = 0
    for (let found = text.indexOf(word); found !== -1 && row < size; ) {
      // Rows that end before the hit do not hold the word.
      while ((starts[row + 1] as number) <= found) bits[first + row++] = 0
      row++
      found = row < size ? text.indexOf(word, starts[row] as number) : -1
    }
    bits.fill(0, first + row, first + size)
  }

  const bitsOfBlock = (bits: Uint8Array, number: number): Uint8Array =>
    bits.subarray(number * BLOCK, Math.min((number + 1) * BLOCK, rows.length))

  function narrow(words: readonly string[], bits: Uint8Array): void {
    for (let number = 0; number < blockCount(); number++) {
      const ofBlock = bitsOfBlock(bits, number)
      for (const word of words) {
        if (!ofBlock.includes(1)) break
        keepHolding(number, word, bits)
      }
    }
  }

  return {
    search(words, bits) {
      bits.fill(1, 0, rows.length)
      narrow(words, bits)
    },
    narrow,
    holds(words, slot) {
      const text = rowText(slot)
      return words.every((word) => text.includes(word))
    },
    *prepare() {
      for (let number = 0; number < blockCount(); number++) {
        blockOf(number)
        if (number % 4 === 3) yield
      }
    },
    changed(slots) {
      for (const slot of slots) blocks[Math.floor(slot / BLOCK)] = undefined
    },
    reset() {
      blocks = []
    },
  }
}
