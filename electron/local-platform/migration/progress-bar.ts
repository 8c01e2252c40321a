import type { Progress } from './migration.ts'

const WIDTH = 30
/** A bar is drawn again at most so often. */
const REDRAW_MS = 100
/** Without a terminal a line is written each time so much more is done. */
const LINE_PARTS = 10

const WORDS = {
  import: 'Taking users over',
  migrate: 'Migrating',
  rollback: 'Rolling back',
  finalize: 'Wiping plaintext',
}

/** A bar that redraws itself on a terminal. `write` gets text with its own line ends. */
export function terminalBar(write: (text: string) => void, now: () => number): Progress {
  let drawn = Number.NEGATIVE_INFINITY
  return (step, done, of) => {
    const ended = of !== null && done >= of
    if (!ended && now() - drawn < REDRAW_MS) return
    drawn = now()
    const filled = of === null ? 0 : of === 0 ? WIDTH : Math.floor((done / of) * WIDTH)
    const bar = of === null ? '' : ` [${'#'.repeat(filled)}${'.'.repeat(WIDTH - filled)}]`
    write(`\r\u001b[K${WORDS[step]}${bar} ${amount(done, of)}${ended ? '\n' : ''}`)
  }
}

/** A line at each tenth, for a log. */
export function progressLines(line: (text: string) => void): Progress {
  let last = ''
  return (step, done, of) => {
    const part = of === null ? Math.floor(done / 10_000) : Math.floor((done / Math.max(1, of)) * LINE_PARTS)
    const mark = `${step} ${part}`
    if (mark === last) return
    last = mark
    line(`${WORDS[step]}: ${amount(done, of)}`)
  }
}

const amount = (done: number, of: number | null): string =>
  of === null ? `${done}` : `${done} of ${of} (${of === 0 ? 100 : Math.floor((done / of) * 100)} %)`
