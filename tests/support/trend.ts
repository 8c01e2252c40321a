/**
 * The straight line through the samples by least squares.
 * @param without the first share of them, in which much is loaded and compiled
 */
export function trend<Sample extends { readonly at: number }>(
  samples: readonly Sample[],
  of: (sample: Sample) => number,
  without = 1 / 5,
): { readonly first: number; readonly last: number; readonly growth: number } {
  const kept = samples.slice(Math.floor(samples.length * without))
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length
  const [at, value] = [mean(kept.map((sample) => sample.at)), mean(kept.map(of))]
  const slope =
    mean(kept.map((sample) => (sample.at - at) * (of(sample) - value))) /
    mean(kept.map((sample) => (sample.at - at) ** 2))
  const [begin, end] = [kept[0]?.at ?? at, kept.at(-1)?.at ?? at]
  const first = value + slope * (begin - at)
  const last = value + slope * (end - at)
  return { first, last, growth: (last - first) / first }
}
