import type { Clock } from '#base/clock.ts'

/** Wall time stamps the points; what has passed plans them, so that a clock that is set moves no beat. */
export interface HeartbeatClock extends Clock {
  /** ms since some fixed moment; never goes back */
  monotonic(): number
}

/** What one look at a thing gave. `failure` and `why` are classes of our own, never text of the other side. */
export type Reading =
  | { readonly outcome: 'good'; readonly latencyMs: number; readonly version?: string | null }
  | {
      readonly outcome: 'bad'
      readonly failure: string
      /** nobody was reached at all: dns, refused, unreachable, timeout. Such failures may share a cause */
      readonly unreached: boolean
      readonly retryAfterMs?: number | null
    }
  /** it failed on our side, or the other side asked us to be slower: no word about its health */
  | { readonly outcome: 'unobserved'; readonly why: string; readonly retryAfterMs?: number | null }
  /** age of the last successful registration as the platform knows it, by its own clock; null = never */
  | { readonly outcome: 'registration'; readonly ageMs: number | null; readonly latencyMs: number }

/** One watched thing. Who knows how to look hands the probe in; this folder knows no platform. */
export interface Monitor {
  readonly id: string
  /** origin that is asked: monitors of one target may share a cause */
  readonly target: string
  /** false for this very machine, which stays watched while offline */
  readonly needsNetwork: boolean
  readonly everyMs: number
  readonly timeoutMs: number
  probe(signal: AbortSignal): Promise<Reading>
}

export type PowerEvent = 'suspend' | 'resume' | 'offline' | 'online'

/** Sleep and network of this machine; the host knows them. */
export interface PowerPort {
  isOffline(): boolean
  /** Returns the function that stops listening. */
  watch(heard: (event: PowerEvent) => void): () => void
}
