import { defaultRangeExtractor, useVirtualizer } from '@tanstack/react-virtual'
import { type RefObject, useEffect, useLayoutEffect, useState } from 'react'

export const ROW_HEIGHT = 28
/** What the sticky header of a grid covers. */
const HEADER_HEIGHT = 28
/** So many rows before the end of what is loaded the next page is asked for. */
const NEAR_END = 20

/** The rows of a grid that are in view, in a page (`data-scroller`) that scrolls as a whole. */
export function useVirtualRows(
  grid: RefObject<HTMLElement | null>,
  count: number,
  activeRow: number,
  onNearEnd?: () => void,
) {
  const [scroller, setScroller] = useState<HTMLElement | null>(null)
  const [margin, setMargin] = useState(0)

  useLayoutEffect(() => {
    const found = grid.current?.closest<HTMLElement>('[data-scroller]') ?? null
    setScroller(found)
    const content = found?.firstElementChild
    if (!found || !content) return
    // Whatever stands above may grow or shrink; then the rows start elsewhere.
    const measure = (): void => {
      if (!grid.current) return
      const top = grid.current.getBoundingClientRect().top - found.getBoundingClientRect().top
      setMargin(top + found.scrollTop + HEADER_HEIGHT)
    }
    const observer = new ResizeObserver(measure)
    observer.observe(content)
    measure()
    return () => observer.disconnect()
  }, [grid])

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
