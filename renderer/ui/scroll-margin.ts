import { type RefObject, useLayoutEffect, useState } from 'react'

export const ROW_HEIGHT = 28
/** What the sticky header of a grid covers. */
export const HEADER_HEIGHT = 28

/** The page's scrolling element around a grid. */
export const scrollerOf = (grid: HTMLElement | null): HTMLElement | null =>
  grid?.closest<HTMLElement>('[data-scroller]') ?? null

/** How far below the top of what scrolls the grid's first row starts, px; makes the browser lay out. */
export function rowsTop(grid: HTMLElement, scroller: HTMLElement): number {
  const top = grid.getBoundingClientRect().top - scroller.getBoundingClientRect().top
  return top + scroller.scrollTop + HEADER_HEIGHT
}

/** The page's scrolling element (`data-scroller`) around a grid, and how far below its top the grid's first row starts, px. */
export function useScrollMargin(grid: RefObject<HTMLElement | null>): {
  scroller: HTMLElement | null
  margin: number
} {
  const [scroller, setScroller] = useState<HTMLElement | null>(null)
  const [margin, setMargin] = useState(0)

  useLayoutEffect(() => {
    const found = scrollerOf(grid.current)
    setScroller(found)
    const content = found?.firstElementChild
    if (!found || !content) return
    // Whatever stands above may grow or shrink; then the rows start elsewhere.
    const measure = (): void => {
      if (grid.current) setMargin(rowsTop(grid.current, found))
    }
    const observer = new ResizeObserver(measure)
    observer.observe(content)
    measure()
    return () => observer.disconnect()
  }, [grid])

  return { scroller, margin }
}
