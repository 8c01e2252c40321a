import { expect, it } from 'vitest'
import type { Incident } from '#shared/contract/incidents.ts'
import { hostOf } from '../../tests/page/host.ts'
import { createWorld } from '../../tests/page/world.ts'
import { createIncidentsStore } from '../features/incidents/store.ts'
import { createTokensStore } from '../features/tokens/store.ts'
import { outdateOnResponses } from './outdate-on-responses.ts'

const COUNTS = { total: 3, done: 0, failed: 0, open: 0, acknowledged: 0 }

function rig() {
  const world = createWorld()
  const tokens = createTokensStore(hostOf(world), world.clock)
  const incidents = createIncidentsStore(hostOf(world))
  tokens.actions.turnTo('cert')
  const end = outdateOnResponses(incidents, tokens)
  const tell = (phase: Incident['phase'], more: Partial<Incident> & { done?: number } = {}): boolean => {
    const { done = 0, ...others } = more
    const facts = { id: 'response', connectionId: 'cert', newSessions: 0, appeared: [], ...others }
    incidents.setState({ list: [{ ...facts, phase, steps: { ...COUNTS, done } } as unknown as Incident] })
    return tokens.getState().access.me?.outdated ?? false
  }
  return { tokens, incidents, tell, end }
}

it('makes what was read old when a response begins, and when it comes to rest, not at each token', async () => {
  const { tokens, incidents, tell } = rig()
  incidents.setState({ list: [] })
  await tokens.actions.load('me')
  expect(tell('running')).toBe(true)
  await tokens.actions.load('me')
  expect(tell('running', { done: 1 })).toBe(false)
  expect(tell('running', { done: 2 })).toBe(false)
  expect(tell('done', { done: 3 })).toBe(true)
  await tokens.actions.load('me')
  expect(tell('done', { done: 3 })).toBe(false)
  expect(tell('done', { done: 3, newSessions: 1 })).toBe(true)
})

it('not for what was there when the page began, nor for another connection', async () => {
  const { tokens, tell, end } = rig()
  await tokens.actions.load('me')
  expect(tell('done', { done: 3 })).toBe(false)
  expect(tell('stopped', { done: 3, connectionId: 'other' })).toBe(false)
  expect(tell('paused', { done: 3 })).toBe(true)
  await tokens.actions.load('me')
  end()
  expect(tell('done', { done: 3 })).toBe(false)
})
