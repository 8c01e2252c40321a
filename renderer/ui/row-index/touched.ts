/** Slots whose rows are others than before: some that had a row, and a run of new ones, which may be all there are. */
export interface Touched {
  /** each once; other rows by now, or gone */
  readonly replaced: readonly number[]
  readonly firstNew: number
  /** behind the last new one */
  readonly end: number
}

export const countOf = ({ replaced, firstNew, end }: Touched): number => replaced.length + end - firstNew

export function slotsOf({ replaced, firstNew, end }: Touched): number[] {
  const slots = [...replaced]
  for (let slot = firstNew; slot < end; slot++) slots.push(slot)
  return slots
}
