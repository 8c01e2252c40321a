import type { LogLine } from '#shared/contract/connectors.ts'

export const RUN_CHOICES = ['all', 'this', 'before'] as const
export type RunChoice = (typeof RUN_CHOICES)[number]

/** The lines of the present run, of the one before it, or all. What the console did not see being written is in no run. */
export function linesOfRun(lines: readonly LogLine[], choice: RunChoice): readonly LogLine[] {
  if (choice === 'all') return lines
  const newest = lines.findLast(({ run }) => run !== null)?.run ?? null
  if (newest === null) return choice === 'this' ? lines : []
  const first = lines.findIndex(({ run }) => run === newest)
  if (choice === 'this') return lines.slice(first)
  const before = lines.slice(0, first)
  const run = before.at(-1)?.run
  let start = before.length
  while (start > 0 && before[start - 1]?.run === run) start -= 1
  return before.slice(start)
}

/** Lines that hold the text, whatever its case. */
export function matchingLines(lines: readonly LogLine[], search: string): readonly LogLine[] {
  const wanted = search.trim().toLocaleLowerCase()
  return wanted === '' ? lines : lines.filter(({ text }) => text.toLocaleLowerCase().includes(wanted))
}

/** A line in pieces, every second of which is what was searched for. */
export function pieces(text: string, search: string): string[] {
  const wanted = search.trim().toLocaleLowerCase()
  const folded = text.toLocaleLowerCase()
  // Some letters get longer in lower case; then places in one are no places in the other.
  if (wanted === '' || folded.length !== text.length) return [text]
  const found: string[] = []
  let from = 0
  for (let at = folded.indexOf(wanted); at >= 0; at = folded.indexOf(wanted, from)) {
    found.push(text.slice(from, at), text.slice(at, at + wanted.length))
    from = at + wanted.length
  }
  return [...found, text.slice(from)]
}
