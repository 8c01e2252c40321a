/**
 * Loaded into a process before its own code (`--import`), so that a test can let time pass there at once: `{ pass: ms }` over
 * the channel to the parent moves the wall clock, then runs the timers that became due on the way, each at its own time.
 */
const { setTimeout: set, clearTimeout: cancel } = globalThis
const realNow = Date.now
let ahead = 0
const waiting = new Map<NodeJS.Timeout, { readonly at: number; readonly task: () => void }>()

Date.now = () => realNow() + ahead

globalThis.setTimeout = ((task: (...args: unknown[]) => void, ms = 0, ...args: unknown[]) => {
  const run = (): void => {
    waiting.delete(timer)
    task(...args)
  }
  const timer = set(run, ms)
  waiting.set(timer, { at: Date.now() + ms, task: run })
  return timer
}) as typeof setTimeout

globalThis.clearTimeout = ((timer: NodeJS.Timeout) => {
  waiting.delete(timer)
  cancel(timer)
}) as typeof clearTimeout

/** The timer that is due first, if it is due by `end`. */
function nextBy(end: number) {
  const [first] = [...waiting].filter(([, { at }]) => at <= end).sort(([, a], [, b]) => a.at - b.at)
  return first
}

process.on('message', (message: { pass?: number }) => {
  if (message.pass === undefined) return
  const end = Date.now() + message.pass
  for (let next = nextBy(end); next; next = nextBy(end)) {
    const [timer, { at, task }] = next
    ahead += Math.max(0, at - Date.now())
    cancel(timer)
    task()
  }
  ahead += Math.max(0, end - Date.now())
  process.send?.({ passed: message.pass })
})
// Like the timers of the code that is tested, this keeps nothing alive.
process.channel?.unref()
