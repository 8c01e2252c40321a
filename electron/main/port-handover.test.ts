import { EventEmitter } from 'node:events'
import type { IpcMain, MessagePortMain } from 'electron'
import { expect, it } from 'vitest'
import { handOverPorts } from './port-handover.ts'

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
  const stop = handOverPorts(ipc as unknown as IpcMain, (given: MessagePortMain) => served.push(given))
  const ask = (url: string, given = port()) => {
    const top = { url, parent: null }
    ipc.emit('gatehouse:port', { ports: [given], senderFrame: top, sender: { mainFrame: top } })
    return given
  }
  return { ipc, served, stop, ask }
}

it('serves a port of our own page', () => {
  const { ask, served } = shell()
  const given = ask('app://console/index.html')
  expect(served).toEqual([given])
  expect(given.state).toEqual({ started: true, closed: false })
})

it('closes a stranger’s port unserved', () => {
  const { ask, served } = shell()
  const given = ask('https://example.com/')
  expect(served).toEqual([])
  expect(given.state).toEqual({ started: false, closed: true })
})

it('hears a message without a port without harm', () => {
  const { ipc, served } = shell()
  ipc.emit('gatehouse:port', { ports: [] })
  expect(served).toEqual([])
})

it('closes what is open and takes no more when it stops', () => {
  const { ask, served, stop, ipc } = shell()
  const open = ask('app://console/')
  const gone = ask('app://console/')
  gone.emit('close')
  stop()
  expect([open.state.closed, gone.state.closed]).toEqual([true, false])
  ask('app://console/')
  expect(served).toHaveLength(2)
  expect(ipc.listenerCount('gatehouse:port')).toBe(0)
})
