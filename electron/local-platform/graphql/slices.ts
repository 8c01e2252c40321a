import { setImmediate as turn } from 'node:timers/promises'

/** Rows of a long list that are worked on before others get their turn: below 10 ms with everything selected. */
const ROWS_A_SLICE = 50

/**
 * A field resolver over a long list that lets other requests in between: after each slice the event loop turns once. Each
 * document has its own slices.
 */
export function inSlices<Row, Value, Context extends object>(
  resolve: (row: Row, context: Context) => Value,
): (row: Row, _: unknown, context: Context) => Value | Promise<Value> {
  const progress = new WeakMap<object, { seen: number; ready: Promise<unknown> }>()
  return (row, _, context) => {
    const own = progress.get(context) ?? { seen: 0, ready: Promise.resolve() }
    progress.set(context, own)
    own.seen += 1
    if (own.seen <= ROWS_A_SLICE) return resolve(row, context)
    if (own.seen % ROWS_A_SLICE === 1) own.ready = own.ready.then(() => turn())
    return own.ready.then(() => resolve(row, context))
  }
}
