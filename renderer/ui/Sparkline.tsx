import classes from './Sparkline.module.css'

const WIDTH = 288
const HEIGHT = 32

/**
 * A thin line over the values, from left to right; where a value is null nobody looked, and the line has a gap.
 * @param label what it shows, in words with its figures: all that a screen reader gets of it
 */
export function Sparkline({ values, label }: { values: readonly (number | null)[]; label: string }) {
  // Room above the highest value, so that a steady line is not an edge.
  const top = 1.25 * Math.max(1, ...values.map((value) => value ?? 0))
  return (
    <svg
      role="img"
      aria-label={label}
      className={classes.sparkline}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
    >
      <path d={pathOf(values, top)} />
    </svg>
  )
}

/** One stroke for each run of known values; a lone one is a dot. */
function pathOf(values: readonly (number | null)[], top: number): string {
  const step = WIDTH / Math.max(1, values.length - 1)
  let isDrawing = false
  return values
    .flatMap((value, index) => {
      const isStart = !isDrawing
      isDrawing = value !== null
      if (value === null) return []
      const x = (index * step).toFixed(1)
      const y = (HEIGHT - 1 - (value / top) * (HEIGHT - 2)).toFixed(1)
      return isStart ? [`M${x} ${y}h0.5`] : [`L${x} ${y}`]
    })
    .join('')
}
