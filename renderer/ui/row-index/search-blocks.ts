import { foldText, isAscii } from './fold.ts'
import type { Slices } from './slices.ts'
import type { Touched } from './touched.ts'

const BLOCK = 256
/** Stands between texts; no word of a search holds it. */
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
  changed(touched: Touched): void
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

/** Puts the texts that a row is searched by to the end of `into`. */
export type CollectTexts<Row> = (row: Row, into: string[]) => void

/** `rows` are read by slot, `undefined` where a row is gone. */
export function searchBlocks<Row>(
  collect: CollectTexts<Row>,
  rows: readonly (Row | undefined)[],
): SearchBlocks {
  let blocks: (Block | undefined)[] = []

  function blockOf(number: number): Block {
    const known = blocks[number]
    if (known) return known
    const first = number * BLOCK
    const size = Math.min(BLOCK, rows.length - first)
    const parts: string[] = []
    const ends = new Uint32Array(size)
    for (let at = 0; at < size; at++) {
      const row = rows[first + at]
      if (row !== undefined) collect(row, parts)
      ends[at] = parts.length
    }
    const text = foldedJoin(parts)
    const starts = new Uint32Array(size + 1)
    for (let at = 0, part = 0, length = 0; at < size; at++) {
      for (; part < (ends[at] as number); part++) length += (parts[part] as string).length + SEPARATOR.length
      starts[at + 1] = length
    }
    const block = { text, starts }
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
      const row = rows[slot]
      if (row === undefined) return words.length === 0
      const parts: string[] = []
      collect(row, parts)
      const folded = foldedJoin(parts)
      return words.every((word) => folded.includes(word))
    },
    *prepare() {
      for (let number = 0; number < blockCount(); number++) {
        blockOf(number)
        if (number % 4 === 3) yield
      }
    },
    changed({ replaced, firstNew }) {
      for (const slot of replaced) blocks[Math.floor(slot / BLOCK)] = undefined
      // The last block may have been cut short; the others with new rows were not there yet.
      blocks.length = Math.min(blocks.length, Math.floor(firstNew / BLOCK))
    },
    reset() {
      blocks = []
    },
  }
}

/** Folds the texts in place where that changes their lengths, and joins them folded. */
function foldedJoin(parts: string[]): string {
  const joined = parts.join(SEPARATOR)
  if (isAscii(joined)) return joined.toLowerCase()
  for (let at = 0; at < parts.length; at++) parts[at] = foldText(parts[at] as string)
  return parts.join(SEPARATOR)
}
