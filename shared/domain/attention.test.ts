import { describe, expect, it } from 'vitest'
import { type AttentionLevel, attentionOf, type Watched } from './attention.ts'
import { hasSomethingToSee, MONITOR_KINDS, monitorId, monitorOf } from './monitors.ts'
import type { RegistrationState } from './registration.ts'

const probe = (state: Watched['state'], flapping = false): Watched => ({
  state,
  flapping,
  registration: null,
})
const registered = (registration: RegistrationState): Watched => ({
  state: 'unknown',
  flapping: false,
  registration,
})

describe('attention', () => {
  it.each<[string, Watched[], AttentionLevel]>([
    ['nothing watched', [], 'unknown'],
    ['all up', [probe('up'), registered('fresh')], 'good'],
    ['one not seen', [probe('up'), probe('unknown')], 'unknown'],
    ['one flapping', [probe('up', true), probe('unknown')], 'warning'],
    ['down while flapping', [probe('down', true)], 'danger'],
    ['a missed beat', [probe('up'), registered('late')], 'warning'],
    ['never registered', [probe('up'), registered('never')], 'warning'],
    ['a registration that cannot be read', [probe('up'), registered('unknown')], 'unknown'],
    ['lapsed beside everything else', [registered('lapsed'), probe('up'), registered('late')], 'danger'],
  ])('%s', (_, watched, level) => {
    expect(attentionOf(watched)).toBe(level)
  })
})

describe('monitor ids', () => {
  it('come apart as they were put together, whatever the connection is called', () => {
    for (const kind of MONITOR_KINDS)
      for (const connectionId of ['local', 'a:b', 'registration:x'])
        expect(monitorOf(monitorId(kind, connectionId))).toEqual({ kind, connectionId })
  })

  it.each(['', 'api', 'api:', ':local', 'nothing:local'])('%j is none', (id) => {
    expect(monitorOf(id)).toBeNull()
  })
})

it('what nobody has set up, or the platform does not have, is not kept from being seen', () => {
  expect(['not-served', 'health-key-missing', 'module-off'].filter(hasSomethingToSee)).toEqual([])
  expect([null, 'timeout', 'health-key-wrong', 'gap'].every(hasSomethingToSee)).toBe(true)
})
