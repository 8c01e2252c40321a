/** Loaded before a program that is watched (`node --expose-gc --import …`): answers over the channel how it stands. */
export interface Standing {
  /** after a full collection */
  readonly heapBytes: number
  /** timers, sockets, streams and requests that libuv holds */
  readonly handles: number
}

process.on('message', (asked) => {
  if (asked !== 'how do you stand?') return
  globalThis.gc?.()
  process.send?.({
    heapBytes: process.memoryUsage().heapUsed,
    handles: process.getActiveResourcesInfo().length,
  } satisfies Standing)
})
