import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { type RefObject, useEffect } from 'react'
import { HEADER_HEIGHT, ROW_HEIGHT, useScrollMargin } from './scroll-margin.ts'

/** So many rows before the end of what is loaded the next page is asked for. */
const NEAR_END = 20

/** The rows of a grid that are in view, in a page (`data-scroller`) that scrolls as a whole. */
export function useVirtualRows(
  grid: RefObject<HTMLElement | null>,
  count: number,
  activeRow: number,
  onNearEnd?: () => void,
) {
  const { scroller, margin } = useScrollMargin(grid)
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller,
    estimateSize: () => ROW_HEIGHT,
    overscan: 12,
    scrollMargin: margin,
    scrollPaddingStart: HEADER_HEIGHT,
    // The row with the tab stop stays drawn, or scrolling would lose the focus.
    rangeExtractor: (range) => {
      const indexes = defaultRangeExtractor(range)
      if (activeRow >= 0 && activeRow < count && !indexes.includes(activeRow)) {
        indexes.push(activeRow)
        indexes.sort((a, b) => a - b)
      }
      return indexes
    },
  })
  const items = virtualizer.getVirtualItems()
  const last = items.at(-1)?.index ?? -1

  useEffect(() => {
    if (count > 0 && last >= count - NEAR_END) onNearEnd?.()
  }, [last, count, onNearEnd])

  return {
    height: virtualizer.getTotalSize(),
    items: items.map(({ index, start }) => ({ index, start: start - margin })),
    scrollTo: (row: number) => virtualizer.scrollToIndex(row),
  }
}
