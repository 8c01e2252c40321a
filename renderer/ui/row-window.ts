import { useVirtualizer } from '@tanstack/react-virtual'
import { type RefObject, startTransition, useEffect, useRef, useState } from 'react'
import { HEADER_HEIGHT, ROW_HEIGHT, useScrollMargin } from './scroll-margin.ts'

/** Rows are followed by blocks, so that a hundred thousand of them cost the virtualizer an eighth. */
const BLOCK_ROWS = 8
const OVERSCAN_BLOCKS = 1
/** Rows that jump this far between two frames can't be read: the names are enough until the scrolling ends. */
const JUMP_ROWS = 20

export interface RowWindow {
  /** first row drawn */
  start: number
  /** behind the last row drawn */
  end: number
  /** px of all rows */
  height: number
  /** rows fly by */
  flying: boolean
  /** Brings the row into view, with `coverBottom` px of the view's lower end taken for covered. */
  scrollTo(row: number, coverBottom: number): void
}

/** The part of `count` rows that is in view, and a little around it, in a page that scrolls as a whole. */
export function useRowWindow(grid: RefObject<HTMLElement | null>, count: number): RowWindow {
  const { scroller, margin } = useScrollMargin(grid)
  // What can be seen is drawn first.
  const [overscan, setOverscan] = useState(0)
  useEffect(() => startTransition(() => setOverscan(OVERSCAN_BLOCKS)), [])
  const virtualizer = useVirtualizer({
    count: Math.ceil(count / BLOCK_ROWS),
    getScrollElement: () => scroller,
    estimateSize: () => BLOCK_ROWS * ROW_HEIGHT,
    overscan,
    scrollMargin: margin,
    scrollPaddingStart: HEADER_HEIGHT,
  })
  const blocks = virtualizer.getVirtualItems()
  const start = (blocks[0]?.index ?? 0) * BLOCK_ROWS
  const end = Math.min(count, ((blocks.at(-1)?.index ?? -1) + 1) * BLOCK_ROWS)

  const before = useRef({ start, flying: false })
  const isJump = Math.abs(start - before.current.start) >= JUMP_ROWS
  const flying = virtualizer.isScrolling && (isJump || before.current.flying)
  before.current = { start, flying }

  return {
    start,
    end,
    height: count * ROW_HEIGHT,
    flying,
    scrollTo(row, coverBottom) {
      if (!scroller) return
      const top = margin + row * ROW_HEIGHT
      const highest = top - HEADER_HEIGHT
      const lowest = top + ROW_HEIGHT + coverBottom - scroller.clientHeight
      if (scroller.scrollTop > highest) scroller.scrollTop = highest
      else if (scroller.scrollTop < lowest) scroller.scrollTop = lowest
    },
  }
}
