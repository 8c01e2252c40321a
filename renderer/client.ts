import { type ClientLink, createORPCClient } from '@orpc/client'
import { RPCLink as PortLink } from '@orpc/client/message-port'
import { RPCLink as SocketLink } from '@orpc/client/websocket'
import type { ContractRouterClient } from '@orpc/contract'
import type { Contract } from '#shared/contract/index.ts'

/** Every procedure of the contract as a typed function; errors as in `@orpc/client`'s `safe` and `isDefinedError`. */
export type ConsoleClient = ContractRouterClient<Contract>

/** `connecting`: calls wait · `open`: calls go out · `closed`: calls fail at once, the next attempt is due by itself. */
export type LinkState = 'connecting' | 'open' | 'closed'

/** The way to the core is gone: the call may or may not have been carried out. */
export class LinkClosedError extends Error {
  constructor() {
    super('The connection to the console core is closed')
    this.name = 'LinkClosedError'
  }
}

/** The core as the page sees it. The page cannot tell which host carries it. */
export interface Host {
  /** Calls reject with LinkClosedError when the way to the core closes under them; none is left hanging. */
  readonly client: ConsoleClient
  /** With `subscribe` in the form that `useSyncExternalStore` takes. */
  readonly state: () => LinkState
  /** Calls `heard` at each change of state; returns the end of that. */
  readonly subscribe: (heard: () => void) => () => void
  /**
   * Keeps one event stream of the contract open across reconnects and server-side ends:
   * `follow((client, options) => client.system.watch(undefined, options), show)`.
   * `failed` hears why a stream broke; it is opened again all the same. Returns the end of following.
   */
  readonly follow: <Value>(
    open: (client: ConsoleClient, options: { signal: AbortSignal }) => Promise<AsyncIterable<Value>>,
    heard: (value: Value) => void,
    failed?: (error: unknown) => void,
  ) => () => void
  /** Tries now instead of at the end of the back-off; does nothing unless closed. */
  readonly retry: () => void
  /** Ends everything: pending calls and streams reject, nothing reconnects. */
  readonly dispose: () => void
}

/** One open way to the core. */
export interface Wire {
  readonly link: ClientLink<Record<never, never>>
  close(): void
}

/** Opens a way; `closed` is called once when it goes. Rejects when there is no way now. */
export type OpenWire = (closed: () => void) => Promise<Wire>

/** Runs `task` after `ms`; the returned function cancels it. */
export type After = (ms: number, task: () => void) => () => void

const FIRST_RETRY_MS = 100
const LONGEST_RETRY_MS = 5_000

const afterTimeout: After = (ms, task) => {
  const timer = setTimeout(task, ms)
  return () => clearTimeout(timer)
}

/** Connects the page to its core, and again whenever the way closes. Call once a page. */
export function connectClient(open: OpenWire = openHost, after: After = afterTimeout): Host {
  const listeners = new Set<() => void>()
  const waiting = new Set<(reason: LinkClosedError) => void>()
  const ended = new AbortController()
  let state: LinkState = 'closed'
  let wire: Promise<Wire> = gone()
  let failures = 0
  let losses = 0
  let cancelRetry = (): void => {}
  let closeWire = (): void => {}

  function enter(next: LinkState): void {
    state = next
    for (const heard of [...listeners]) heard()
  }

  function connect(): void {
    cancelRetry()
    let alive = true
    const lost = (): void => {
      if (!alive || ended.signal.aborted) return
      alive = false
      losses++
      closeWire = () => {}
      wire = gone()
      cancelRetry = after(retryDelay(failures++), connect)
      // A call to a closed port would never settle by itself.
      for (const reject of [...waiting]) reject(new LinkClosedError())
      enter('closed')
    }
    wire = open(lost).then(
      (opened) => {
        if (ended.signal.aborted) opened.close()
        if (!alive || ended.signal.aborted) throw new LinkClosedError()
        closeWire = () => opened.close()
        enter('open')
        return opened
      },
      () => {
        lost()
        throw new LinkClosedError()
      },
    )
    wire.catch(() => {})
    enter('connecting')
  }

  const link: ClientLink<Record<never, never>> = {
    async call(path, input, options) {
      const { link: open } = await unlessAborted(wire, options.signal)
      return new Promise((resolve, reject) => {
        waiting.add(reject)
        open
          .call(path, input, options)
          .then((answer) => {
            failures = 0
            resolve(answer)
          }, reject)
          .finally(() => waiting.delete(reject))
      })
    },
  }
  const client: ConsoleClient = createORPCClient(link)

  function subscribe(heard: () => void): () => void {
    listeners.add(heard)
    return () => listeners.delete(heard)
  }

  const follow: Host['follow'] = (openStream, heard, failed = () => {}) => {
    const stop = new AbortController()
    const signal = AbortSignal.any([stop.signal, ended.signal])
    void (async () => {
      for (let breaks = 0; !signal.aborted; breaks++) {
        await untilOpen(signal)
        const before = losses
        try {
          for await (const value of await openStream(client, { signal })) {
            if (signal.aborted) return
            breaks = 0
            heard(value)
          }
        } catch (error) {
          if (!signal.aborted) failed(error)
        }
        // After a loss the link's own back-off was the pause.
        if (losses === before && !signal.aborted) await pause(retryDelay(breaks), signal)
      }
    })()
    return () => stop.abort()
  }

  function untilOpen(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (state !== 'open' && !signal.aborted) return
        signal.removeEventListener('abort', look)
        unsubscribe()
        resolve()
      }
      const unsubscribe = subscribe(look)
      signal.addEventListener('abort', look)
      look()
    })
  }

  function pause(ms: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = (): void => {
        cancel()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const cancel = after(ms, done)
      signal.addEventListener('abort', done)
    })
  }

  connect()
  return {
    client,
    state: () => state,
    subscribe,
    follow,
    retry() {
      if (state === 'closed' && !ended.signal.aborted) connect()
    },
    dispose() {
      if (ended.signal.aborted) return
      cancelRetry()
      ended.abort(new LinkClosedError())
      closeWire()
      wire = gone()
      for (const reject of [...waiting]) reject(new LinkClosedError())
      enter('closed')
    },
  }
}

function gone(): Promise<never> {
  const rejected = Promise.reject(new LinkClosedError())
  rejected.catch(() => {})
  return rejected
}

function retryDelay(failures: number): number {
  return Math.min(LONGEST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.min(failures, 10))
}

function unlessAborted<Value>(promise: Promise<Value>, signal: AbortSignal | undefined): Promise<Value> {
  if (!signal) return promise
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(signal.reason)
    if (signal.aborted) return abort()
    signal.addEventListener('abort', abort, { once: true })
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort))
  })
}

/**
 * Asks who is there: a preload answers this event by preventing its default and then posts one end of a MessagePort;
 * where nobody answers, the page came over loopback HTTP and its core is one WebSocket away.
 */
const openHost: OpenWire = (closed) => {
  // Names this attempt, so that its port is not taken for an earlier one's.
  const attempt = crypto.randomUUID()
  const answered = !window.dispatchEvent(
    new CustomEvent('gatehouse:connect', { cancelable: true, detail: attempt }),
  )
  return answered ? openPort(window, attempt, closed) : openSocket(window.location, closed)
}

function openPort(page: Window, attempt: string, closed: () => void): Promise<Wire> {
  return new Promise((resolve) => {
    const take = (event: MessageEvent): void => {
      const [port] = event.ports
      // SECURITY: only this window's own preload can hand the port over; another frame's message is not heard.
      if (event.source !== page || event.data !== `gatehouse:port ${attempt}` || !port) return
      page.removeEventListener('message', take)
      resolve(portWire(port, closed))
    }
    page.addEventListener('message', take)
  })
}

/** The contract over a MessagePort whose other end the core has. */
export function portWire(port: MessagePort, closed: () => void): Wire {
  // Before the link's own listener, so that a call hears of the closing in our words.
  port.addEventListener('close', closed, { once: true })
  const link = new PortLink({ port })
  port.start()
  return { link, close: () => port.close() }
}

function openSocket(location: Location, closed: () => void): Promise<Wire> {
  const address = new URL('/rpc', location.href)
  address.protocol = address.protocol === 'https:' ? 'wss:' : 'ws:'
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(address)
    socket.addEventListener('close', closed, { once: true })
    socket.addEventListener('close', () => reject(new LinkClosedError()), { once: true })
    const link = new SocketLink({ websocket: socket })
    socket.addEventListener('open', () => resolve({ link, close: () => socket.close() }), { once: true })
  })
}
