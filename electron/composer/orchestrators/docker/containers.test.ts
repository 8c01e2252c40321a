import { expect, it } from 'vitest'
import { runState } from './containers.ts'

it.each([
  ['running', 'Up 3 minutes', 'running'],
  ['restarting', 'Restarting (3) 2 seconds ago', 'restarting'],
  ['exited', 'Exited (3) 2 seconds ago', 'stopped'],
  ['created', 'Created', 'stopped'],
  ['dead', '', 'stopped'],
  // Podman between two runs, and one whose monitor was killed.
  ['stopped', 'Exited (3) Less than a second ago', 'restarting'],
  ['stopped', 'Exited (3) 2 seconds ago', 'restarting'],
  ['stopped', 'Exited (137) About a minute ago', 'stopped'],
])('%s, %j is %s', (State, Status, expected) => {
  expect(runState({ State, Status })).toBe(expected)
})
