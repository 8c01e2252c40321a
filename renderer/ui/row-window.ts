import { type RefObject, startTransition, useLayoutEffect, useState } from 'react'
import { flushSync } from 'react-dom'
import { HEADER_HEIGHT, ROW_HEIGHT, rowsTop, scrollerOf } from './scroll-margin.ts'

/** Rows drawn before and behind those in view; so far scrolling draws nothing. */
const OVERSCAN_ROWS = 8
/** Rows that jump this far at once can't be read: the names are enough until the scrolling ends. */
const JUMP_ROWS = 20
/** The scrolling has ended when nothing moved for so long. */
const SETTLED_MS = 150

export interface RowRange {
  /** the first row, from 0 */
  readonly start: number
  /** behind the last row */
  readonly end: number
}

export interface RowWindow extends RowRange {
  /** px of all rows */
  height: number
  /** rows fly by */
  flying: boolean
  /** Brings the row into view, with `coverBottom` px of the view's lower end taken for covered. */
  scrollTo(row: number, coverBottom: number): void
  /** So many rows came above (negative: went): what is in view stays where it is. */
  shiftBy(rows: number): void
}

/** The rows that touch `height` px from `top` on (px below the top of the first row), and `around` more at both ends. */
export function rowsWithin(top: number, height: number, around: number): RowRange {
  return {
    start: Math.max(0, Math.floor(top / ROW_HEIGHT) - around),
    end: Math.max(0, Math.ceil((top + height) / ROW_HEIGHT) + around),
  }
}

/** The range among `count` rows; one beyond the last of them becomes the last ones. */
export function amongRows({ start, end }: RowRange, count: number): RowRange {
  return { start: start < count ? start : Math.max(0, count - (end - start)), end: Math.min(end, count) }
}

const holds = (outer: RowRange, inner: RowRange): boolean =>
  outer.start <= inner.start && inner.end <= outer.end

/**
 * The part of `count` rows that is in view, and a little around it, in a page that scrolls as a whole. All rows are of one
 * height, so the place of each is known without a list of places, and the first draw needs no measuring: it takes the
 * view for as high as the window and not scrolled, and what is measured before the first paint puts it right.
 */
export function useRowWindow(grid: RefObject<HTMLElement | null>, count: number): RowWindow {
  const [drawn, setDrawn] = useState(() => ({ ...rowsWithin(0, window.innerHeight, 0), flying: false }))

  useLayoutEffect(() => {
    const scroller = scrollerOf(grid.current)
    const content = scroller?.firstElementChild
    if (!scroller || !content) return
    let margin = 0
    let height = 0
    let isFirst = true
    let settling: ReturnType<typeof setTimeout> | undefined
    const within = (around: number): RowRange => rowsWithin(scroller.scrollTop - margin, height, around)

    /** Draws other rows where some in view are not drawn yet, before the browser paints. */
    function follow(around: number): void {
      const inView = within(0)
      flushSync(() =>
        setDrawn((before) => {
          if (holds(before, inView)) return before
          const next = within(around)
          const isJump = !isFirst && Math.abs(next.start - before.start) >= JUMP_ROWS
          return { ...next, flying: before.flying || isJump }
        }),
      )
    }
    function scrolled(): void {
      follow(OVERSCAN_ROWS)
      clearTimeout(settling)
      settling = setTimeout(
        () => setDrawn((before) => (before.flying ? { ...before, flying: false } : before)),
        SETTLED_MS,
      )
    }
    // Whatever stands above may grow or shrink; then the rows start elsewhere. It also tells the first sizes.
    const observer = new ResizeObserver(() => {
      if (!grid.current) return
      margin = rowsTop(grid.current, scroller)
      height = scroller.clientHeight
      follow(0)
      // What can be seen is drawn first.
      const around = within(OVERSCAN_ROWS)
      startTransition(() => setDrawn((before) => (holds(before, around) ? before : { ...before, ...around })))
      isFirst = false
    })
    observer.observe(scroller)
    observer.observe(content)
    scroller.addEventListener('scroll', scrolled, { passive: true })
    return () => {
      observer.disconnect()
      scroller.removeEventListener('scroll', scrolled)
      clearTimeout(settling)
    }
  }, [grid])

  return {
    ...amongRows(drawn, count),
    height: count * ROW_HEIGHT,
    flying: drawn.flying,
    scrollTo(row, coverBottom) {
      const scroller = scrollerOf(grid.current)
      if (!grid.current || !scroller) return
      const top = rowsTop(grid.current, scroller) + row * ROW_HEIGHT
      const highest = top - HEADER_HEIGHT
      const lowest = top + ROW_HEIGHT + coverBottom - scroller.clientHeight
      if (scroller.scrollTop > highest) scroller.scrollTop = highest
      else if (scroller.scrollTop < lowest) scroller.scrollTop = lowest
    },
    shiftBy(rows) {
      const scroller = scrollerOf(grid.current)
      if (scroller) scroller.scrollTop += rows * ROW_HEIGHT
    },
  }
}
