import { EventEmitter } from 'node:events'
import type { IpcMain } from 'electron'
import { expect, it } from 'vitest'
import { handOverPorts, type ServePort } from './port-handover.ts'

function port() {
  const state = { started: false, closed: false }
  return Object.assign(new EventEmitter(), {
    state,
    start: () => {
      state.started = true
    },
    close: () => {
      state.closed = true
    },
  })
}

function shell() {
  const ipc = new EventEmitter()
  const served: unknown[] = []
  const core = Promise.withResolvers<ServePort>()
  const stop = handOverPorts(ipc as unknown as IpcMain, core.promise)
  const ready = async (): Promise<void> => {
    core.resolve((given) => void served.push(given))
    await core.promise
  }
  const ask = (url: string, given = port()) => {
    const top = { url, parent: null }
    ipc.emit('gatehouse:port', { ports: [given], senderFrame: top, sender: { mainFrame: top } })
    return given
  }
  return { ipc, served, stop, ask, ready, fails: core.reject }
}

it('serves a port of our own page', async () => {
  const { ask, served, ready } = shell()
  await ready()
  const given = ask('app://console/index.html')
  await Promise.resolve()
  expect(served).toEqual([given])
  expect(given.state).toEqual({ started: true, closed: false })
})

it('keeps a port waiting, unstarted, until there is a core to serve it', async () => {
  const { ask, served, ready } = shell()
  const given = ask('app://console/index.html')
  const gone = ask('app://console/index.html')
  gone.emit('close')
  await Promise.resolve()
  expect([served, given.state.started]).toEqual([[], false])
  await ready()
  expect(served).toEqual([given])
  expect([given.state.started, gone.state.started]).toEqual([true, false])
})

it('closes what waits for a core that does not come', async () => {
  const { ask, served, fails } = shell()
  const given = ask('app://console/index.html')
  fails(new Error('no core'))
  await new Promise(setImmediate)
  expect([served, given.state]).toEqual([[], { started: false, closed: true }])
})

it('closes a stranger’s port unserved', async () => {
  const { ask, served, ready } = shell()
  await ready()
  const given = ask('https://example.com/')
  await Promise.resolve()
  expect(served).toEqual([])
  expect(given.state).toEqual({ started: false, closed: true })
})

it('hears a message without a port without harm', () => {
  const { ipc, served } = shell()
  ipc.emit('gatehouse:port', { ports: [] })
  expect(served).toEqual([])
})

it('closes what is open and takes no more when it stops, what still waits too', async () => {
  const { ask, served, stop, ipc, ready } = shell()
  const open = ask('app://console/')
  const gone = ask('app://console/')
  await ready()
  gone.emit('close')
  const waiting = ask('app://console/')
  stop()
  await Promise.resolve()
  expect([open, gone, waiting].map(({ state }) => state.closed)).toEqual([true, false, true])
  ask('app://console/')
  await Promise.resolve()
  expect(served).toHaveLength(2)
  expect(ipc.listenerCount('gatehouse:port')).toBe(0)
})
