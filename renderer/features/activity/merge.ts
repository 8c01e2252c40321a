import type { ConsoleEntry, PlatformEntry } from '#shared/contract/activity.ts'

export type Entry = ConsoleEntry | PlatformEntry

/** What is loaded of one source, newest first. */
export interface Part {
  readonly entries: readonly Entry[]
  /** there are older ones that are not loaded yet */
  readonly more: boolean
}

/** An entry with its time on our clock, so that entries of two clocks stand in one order. */
export interface Placed {
  readonly entry: Entry
  /** ms since the epoch */
  readonly at: number
}

export interface Merged {
  readonly list: readonly Placed[]
  /** whose next page lets the list go on */
  readonly next: readonly Entry['source'][]
}

/**
 * One list of both sources, newest first. It ends where a source is not loaded any further, so that what comes later never
 * stands above what was already seen.
 * @param skewMs platform's clock minus ours
 */
export function merged(parts: Readonly<Record<Entry['source'], Part>>, skewMs: number): Merged {
  const placed = (['console', 'platform'] as const).map((source) => {
    const list = placedEntries(parts[source].entries, source === 'platform' ? skewMs : 0)
    const end = parts[source].more ? (list.at(-1)?.at ?? Number.POSITIVE_INFINITY) : Number.NEGATIVE_INFINITY
    return { source, list, end }
  })
  const end = Math.max(...placed.map((part) => part.end))
  const list = placed
    .flatMap((part) => part.list)
    .filter(({ at }) => at >= end)
    .sort((a, b) => b.at - a.at)
  const next = end === Number.NEGATIVE_INFINITY ? [] : placed.filter((part) => part.end === end)
  return { list, next: next.map(({ source }) => source) }
}

/** A record that can be read no more has no time of its own: it stands right after the one that is newer. */
function placedEntries(entries: readonly Entry[], skewMs: number): Placed[] {
  let last = entries.find(({ at }) => at !== null)?.at ?? 0
  return entries.map((entry) => {
    last = entry.at ?? last
    return { entry, at: last - skewMs }
  })
}
