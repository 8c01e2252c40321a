import { expect, it } from 'vitest'
import { monitorId } from '#shared/domain/monitors.ts'
import { happeningOf } from './happening.ts'
import type { Cause, Incident } from './incident.ts'
import type { HeartbeatEvent } from './journal.ts'

const API = monitorId('api', 'cert')
const incident = (cause: Cause, members = [API]): Incident => ({
  id: 'i1',
  since: 1_000,
  cause,
  down: members,
  members,
})
const told = (event: HeartbeatEvent) => happeningOf({ at: 5_000, monitorId: API, event })

it('calls for a person at the beginning and at the end of an incident, under one name', () => {
  const cause: Cause = { kind: 'monitor', monitorId: API }
  const subject = { kind: 'monitor', monitorId: API }
  expect(told({ kind: 'incident-opened', incident: incident(cause) })).toEqual({
    id: 'i1',
    kind: 'down',
    subject,
    since: 1_000,
    at: 5_000,
  })
  expect(told({ kind: 'incident-closed', incident: incident(cause) })).toMatchObject({
    id: 'i1',
    kind: 'up',
    subject,
  })
})

it('names the connection of several monitors behind one address, and the network of everything', () => {
  const members = [API, monitorId('health', 'cert')]
  const shared = incident({ kind: 'target', target: 'https://cti.example' }, members)
  expect(told({ kind: 'incident-opened', incident: shared })?.subject).toEqual({
    kind: 'connection',
    connectionId: 'cert',
  })
  expect(told({ kind: 'incident-opened', incident: incident({ kind: 'network' }) })?.subject).toEqual({
    kind: 'network',
  })
})

it('tells flapping, settling and versions of their monitor', () => {
  expect(told({ kind: 'flapping', since: 2_000 })).toMatchObject({ id: API, kind: 'flapping', since: 2_000 })
  expect(told({ kind: 'settled', state: 'down', since: 3_000 })).toMatchObject({ kind: 'settled-down' })
  expect(told({ kind: 'version', from: '7.1', to: '7.2' })).toMatchObject({
    kind: 'version',
    versions: { from: '7.1', to: '7.2' },
  })
})

it('calls for nobody when an incident grows or a registration is shown anew', () => {
  expect(told({ kind: 'incident-grown', incident: incident({ kind: 'network' }) })).toBeNull()
  expect(told({ kind: 'registration', from: 'fresh', to: 'late' })).toBeNull()
})
