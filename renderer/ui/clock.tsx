import { createContext, type ReactNode, useContext } from 'react'
import { useStore } from 'zustand'
import { createStore, type StoreApi } from 'zustand/vanilla'

/** Time as the page may know it: injected, so that tests drive it instead of waiting. */
export interface Clock {
  /** ms since the epoch */
  now(): number
  /** Runs `task` once after `ms`; the returned function cancels it. */
  after(ms: number, task: () => void): () => void
}

export const systemClock: Clock = {
  now: () => Date.now(),
  after(ms, task) {
    const timer = setTimeout(task, ms)
    return () => clearTimeout(timer)
  },
}

const TICK_MS = 1_000

/** The one clock that every age and status on the page is read from. */
export interface Ticker {
  readonly store: StoreApi<{ now: number }>
  readonly clock: Clock
  /** Ticks once a second, on the second, while the page is visible; returns the end of that. */
  start(): () => void
}

export function createTicker(clock: Clock, page: Pick<Document, 'hidden'> = document): Ticker {
  const store = createStore(() => ({ now: clock.now() }))
  return {
    store,
    clock,
    start() {
      let cancel = (): void => {}
      const tick = (): void => {
        const now = clock.now()
        if (!page.hidden) store.setState({ now })
        cancel = clock.after(TICK_MS - (now % TICK_MS), tick)
      }
      tick()
      return () => cancel()
    },
  }
}

const TickerContext = createContext<Ticker | null>(null)

export function TickerProvider({ ticker, children }: { ticker: Ticker; children: ReactNode }) {
  return <TickerContext value={ticker}>{children}</TickerContext>
}

export function useTicker(): Ticker {
  const ticker = useContext(TickerContext)
  if (!ticker) throw new Error('No TickerProvider above')
  return ticker
}

/**
 * What `select` makes of the time; the component renders again only when the result differs (by Object.is), so
 * select texts and statuses, not the time itself.
 */
export function useNow<Result>(select: (now: number) => Result): Result {
  return useStore(useTicker().store, ({ now }) => select(now))
}

/** Whole seconds from `now` until `at`, both ms; a tick is up to a second old, so a part of a second is not counted. */
export function secondsUntil(at: number, now: number): number {
  return Math.max(0, Math.floor((at - now) / 1_000))
}
