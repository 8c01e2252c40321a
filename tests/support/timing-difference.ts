/** A difference between two kinds of calls, beside what chance alone makes of two equal kinds. */
export interface TimingDifference {
  /** difference of the medians of blocks, as a part of their size */
  readonly relative: number
  /** how likely chance alone makes a difference at least so large */
  readonly chance: number
}

/** Calls timed together: one alone is below the clock's grain. */
const CALLS_A_BLOCK = 20
const SHUFFLES = 1_000

/**
 * Times `one` and `other` in blocks, in pairs whose order changes, so that what else the machine does hits both alike, and
 * compares their difference with those of random exchanges within the pairs (a permutation test): the distribution of two
 * identical classes.
 */
export function timingDifference(one: () => void, other: () => void, blocks: number): TimingDifference {
  for (let warm = 0; warm < 200; warm++) {
    one()
    other()
  }
  const differences: number[] = []
  const sizes: number[] = []
  for (let block = 0; block < blocks; block++) {
    const first = block % 2 === 0
    const a = timed(first ? one : other)
    const b = timed(first ? other : one)
    differences.push(first ? a - b : b - a)
    sizes.push((a + b) / 2)
  }
  const size = median(sizes)
  const found = Math.abs(median(differences))
  let asLarge = 0
  for (let shuffle = 0; shuffle < SHUFFLES; shuffle++)
    if (Math.abs(median(differences.map((value) => (Math.random() < 0.5 ? value : -value)))) >= found)
      asLarge++
  return { relative: found / size, chance: asLarge / SHUFFLES }
}

/** ns of one block */
function timed(call: () => void): number {
  const start = process.hrtime.bigint()
  for (let index = 0; index < CALLS_A_BLOCK; index++) call()
  return Number(process.hrtime.bigint() - start)
}

function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort()
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}
