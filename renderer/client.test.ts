import { eventIterator, oc } from '@orpc/contract'
import { implement } from '@orpc/server'
import { RPCHandler } from '@orpc/server/message-port'
import { afterEach, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { type After, connectClient, type Host, LinkClosedError, portWire } from './client.ts'

/** The parts of the real contract that these tests call, answered by a core that the test drives. */
const spoken = {
  system: {
    recheckKeychain: oc.output(z.string()),
    watch: oc.output(eventIterator(z.number())),
  },
}

function testCore() {
  const ports: MessagePort[] = []
  const held: (() => void)[] = []
  const ended: string[] = []
  const core = { ports, held, ended, refuse: false, hold: false, open: openTestWire }
  const served = implement(spoken)
  const handler = new RPCHandler({
    system: {
      recheckKeychain: served.system.recheckKeychain.handler(async ({ signal }) => {
        signal?.addEventListener('abort', () => ended.push('call'))
        if (core.hold) await new Promise<void>((resolve) => held.push(resolve))
        return 'answered'
      }),
      watch: served.system.watch.handler(async function* ({ signal }) {
        try {
          yield ports.length
          await new Promise((resolve) => signal?.addEventListener('abort', resolve))
        } finally {
          ended.push('stream')
        }
      }),
    },
  })
  async function openTestWire(closed: () => void) {
    if (core.refuse) throw new Error('nobody there')
    const { port1, port2 } = new MessageChannel()
    handler.upgrade(port1)
    port1.start()
    ports.push(port1)
    return portWire(port2, closed)
  }
  return core
}

/** Timers that run when the test says so. */
function drivenTimers() {
  const due: { ms: number; task: () => void }[] = []
  const after: After = (ms, task) => {
    const entry = { ms, task }
    due.push(entry)
    return () => void (due.includes(entry) && due.splice(due.indexOf(entry), 1))
  }
  return { due, after, fire: () => due.splice(0).forEach(({ task }) => void task()) }
}

const opened: Host[] = []
function connect(core = testCore(), timers = drivenTimers()) {
  const host = connectClient(core.open, timers.after)
  opened.push(host)
  // The test core speaks a simpler form of two procedures; the names are the contract's.
  const ask = () => host.client.system.recheckKeychain() as unknown as Promise<string>
  const watch = (heard: (value: number) => void, failed?: (error: unknown) => void) =>
    host.follow(
      (client, options) =>
        client.system.watch(undefined, options) as unknown as Promise<AsyncIterable<number>>,
      heard,
      failed,
    )
  return { host, core, timers, ask, watch, last: () => core.ports.at(-1) as MessagePort }
}

function state(host: Host, wanted: string): Promise<void> {
  return new Promise((resolve) => {
    if (host.state() === wanted) return resolve()
    const end = host.subscribe(() => {
      if (host.state() !== wanted) return
      end()
      resolve()
    })
  })
}

afterEach(() => {
  for (const host of opened.splice(0)) host.dispose()
})

describe('calls', () => {
  it('wait for the first connection', async () => {
    const { host, ask } = connect()
    expect(host.state()).toBe('connecting')
    await expect(ask()).resolves.toBe('answered')
    expect(host.state()).toBe('open')
  })

  it('reject when the port closes under them, and the core hears it', async () => {
    const { host, core, ask, last } = connect()
    core.hold = true
    const pending = ask()
    await state(host, 'open')
    await expect.poll(() => core.held.length).toBe(1)
    last().close()
    await expect(pending).rejects.toBeInstanceOf(LinkClosedError)
    await expect.poll(() => core.ended).toEqual(['call'])
  })

  it('reject at once while there is no way to the core', async () => {
    const { host, ask, last } = connect()
    await ask()
    last().close()
    await state(host, 'closed')
    await expect(ask()).rejects.toBeInstanceOf(LinkClosedError)
  })

  it('that are aborted while connecting do not wait for the connection', async () => {
    const host = connectClient(() => new Promise(() => {}), drivenTimers().after)
    opened.push(host)
    const abort = new AbortController()
    const pending = host.client.system.info(undefined, { signal: abort.signal })
    abort.abort(new Error('view left'))
    await expect(pending).rejects.toThrow('view left')
  })
})

describe('reconnecting', () => {
  it('follows a closed port by a new one', async () => {
    const { host, timers, ask, last } = connect()
    await ask()
    last().close()
    await state(host, 'closed')
    timers.fire()
    await expect(ask()).resolves.toBe('answered')
  })

  it('waits longer after each failure, up to a limit, and starts anew after an answer', async () => {
    const { host, core, timers, ask, last } = connect()
    await ask()
    core.refuse = true
    last().close()
    await state(host, 'closed')
    const waits: (number | undefined)[] = []
    for (let attempt = 0; attempt < 8; attempt++) {
      waits.push(timers.due[0]?.ms)
      timers.fire()
      await state(host, 'closed')
    }
    expect(waits).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000])
    core.refuse = false
    timers.fire()
    await ask()
    last().close()
    await state(host, 'closed')
    expect(timers.due[0]?.ms).toBe(100)
  })

  it('tries at once when asked to', async () => {
    const { host, timers, ask, last } = connect()
    await ask()
    last().close()
    await state(host, 'closed')
    host.retry()
    await expect(ask()).resolves.toBe('answered')
    expect(timers.due).toEqual([])
  })
})

describe('follow', () => {
  it('opens the stream again after a reconnect', async () => {
    const { host, timers, watch, last } = connect()
    const heard: number[] = []
    watch((value) => heard.push(value))
    await expect.poll(() => heard).toEqual([1])
    last().close()
    await state(host, 'closed')
    timers.fire()
    await expect.poll(() => heard).toEqual([1, 2])
  })

  it('ends the stream in the core when the view leaves', async () => {
    const { core, watch } = connect()
    const heard: number[] = []
    const leave = watch((value) => heard.push(value))
    await expect.poll(() => heard).toEqual([1])
    leave()
    await expect.poll(() => core.ended).toEqual(['stream'])
  })

  it('tells why a stream broke and opens it again after a pause', async () => {
    const { timers, watch } = connect()
    const reasons: unknown[] = []
    const heard: number[] = []
    watch(
      (value) => {
        heard.push(value)
        if (heard.length === 1) throw new Error('the view could not show it')
      },
      (error) => reasons.push(error),
    )
    await expect.poll(() => reasons.map(String)).toEqual(['Error: the view could not show it'])
    await expect.poll(() => timers.due.length).toBe(1)
    timers.fire()
    await expect.poll(() => heard).toEqual([1, 1])
  })
})

describe('dispose', () => {
  it('rejects what is pending, closes the port and never reconnects', async () => {
    const { host, core, timers, ask } = connect()
    core.hold = true
    const pending = ask()
    await expect.poll(() => core.held.length).toBe(1)
    host.dispose()
    await expect(pending).rejects.toBeInstanceOf(LinkClosedError)
    await expect.poll(() => core.ended).toEqual(['call'])
    await expect(ask()).rejects.toBeInstanceOf(LinkClosedError)
    expect(timers.due).toEqual([])
    expect(host.state()).toBe('closed')
  })
})
