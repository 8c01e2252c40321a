/**
 * Latencies of a span as counts in buckets that grow by 5 %: small to keep, exact to add, and a percentile read from them is
 * at most 5 % too high.
 */
export type Histogram = Readonly<Record<string, number>>

const GROWTH = Math.log(1.05)

export function withLatency(histogram: Histogram, latencyMs: number): Histogram {
  const bucket = Math.ceil(Math.log(Math.max(1, latencyMs)) / GROWTH)
  return { ...histogram, [bucket]: (histogram[bucket] ?? 0) + 1 }
}

export function merged(histograms: readonly Histogram[]): Histogram {
  const sum: Record<string, number> = {}
  for (const histogram of histograms)
    for (const [bucket, count] of Object.entries(histogram)) sum[bucket] = (sum[bucket] ?? 0) + count
  return sum
}

/** Nearest-rank percentile in ms: the upper edge of its bucket; null of nothing. */
export function percentileOf(histogram: Histogram, percent: number): number | null {
  const buckets = Object.entries(histogram)
    .map(([bucket, count]) => ({ bucket: Number(bucket), count }))
    .sort((a, b) => a.bucket - b.bucket)
  const total = buckets.reduce((sum, { count }) => sum + count, 0)
  let left = Math.max(1, Math.ceil((percent / 100) * total))
  for (const { bucket, count } of buckets) {
    left -= count
    if (left <= 0) return Math.exp(bucket * GROWTH)
  }
  return null
}
