import { queryObjects } from 'node:v8'

/** Loaded before a program that is watched (`node --expose-gc --import …`): answers over the channel how it stands. */
export interface Standing {
  /** after a full collection */
  readonly heapBytes: number
  /** timers, sockets, streams and requests that libuv holds */
  readonly handles: number
  /** functions alive: whoever listens to something and is never let go is one of them */
  readonly closures: number
}

process.on('message', (asked) => {
  if (asked !== 'how do you stand?') return
  globalThis.gc?.()
  process.send?.({
    heapBytes: process.memoryUsage().heapUsed,
    handles: process.getActiveResourcesInfo().length,
    closures: queryObjects(Function, { format: 'count' }),
  } satisfies Standing)
})
