import { EventEmitter } from 'node:events'
import { expect, it } from 'vitest'
import { electronPower } from './power.ts'

function rig() {
  const powerMonitor = new EventEmitter()
  const tasks = new Set<() => void>()
  let online = true
  const power = electronPower({
    powerMonitor,
    isOnline: () => online,
    every: (_, task) => {
      tasks.add(task)
      return () => void tasks.delete(task)
    },
  })
  const heard: string[] = []
  const stop = power.watch((event) => heard.push(event))
  return {
    power,
    powerMonitor,
    heard,
    stop,
    tasks,
    become: (now: boolean) => {
      online = now
      for (const task of tasks) task()
    },
  }
}

it('tells sleep as it comes, and the network once for each change', () => {
  const { power, powerMonitor, heard, become } = rig()
  powerMonitor.emit('suspend')
  powerMonitor.emit('resume')
  become(true)
  become(false)
  expect(power.isOffline()).toBe(true)
  become(false)
  become(true)
  expect(power.isOffline()).toBe(false)
  expect(heard).toEqual(['suspend', 'resume', 'offline', 'online'])
})

it('leaves nothing behind', () => {
  const { powerMonitor, stop, heard, tasks } = rig()
  stop()
  powerMonitor.emit('suspend')
  expect(heard).toEqual([])
  expect(tasks.size).toBe(0)
  expect(powerMonitor.eventNames()).toEqual([])
})
