import { describe, expect, it } from 'vitest'
import {
  type ConnectorFacts,
  type ConnectorHealth,
  evidenceAt,
  GRACE_MS,
  healthOf,
  imageParts,
  isTrouble,
  type Observation,
  SILENT_MS,
  standingOf,
  uptimeOf,
} from './connector.ts'

const NOW = Date.UTC(2026, 8, 22, 8, 30)
const SECOND = 1_000

const health = (change: Partial<ConnectorHealth> = {}): ConnectorHealth => ({
  restarts: 0,
  startedAt: NOW - 3_600 * SECOND,
  inLoop: false,
  at: NOW - 10 * SECOND,
  exitCode: null,
  ...change,
})
const observed = (change: Partial<Observation> = {}): Observation => ({
  state: 'running',
  reason: null,
  seenAt: NOW - 5 * SECOND,
  health: null,
  givenUp: false,
  notice: null,
  ...change,
})
const facts = (change: Partial<ConnectorFacts> = {}): ConnectorFacts => ({
  managed: true,
  dated: true,
  builtIn: false,
  requested: 'starting',
  reported: 'started',
  health: health(),
  observed: null,
  requestedAt: null,
  loopedAt: null,
  active: false,
  lastSeenAt: null,
  ...change,
})
const standing = (change: Partial<ConnectorFacts>) => standingOf(facts(change), NOW)

describe('standing', () => {
  it.each([
    ['running', {}],
    ['stopped', { requested: 'stopping', reported: 'stopped', health: null }],
    ['stopped', { requested: 'stopping', reported: null, health: null }],
    // The wish that was never made: OpenCTI's initial word.
    ['stopped', { requested: null, reported: null, health: null }],
    ['not-running', { reported: 'stopped', health: null }],
    ['not-running', { reported: null, health: null }],
    ['not-stopped', { requested: 'stopping' }],
    ['reboot-loop', { health: health({ inLoop: true, restarts: 6 }) }],
    ['crash-loop', { reported: 'stopped', health: health({ inLoop: true, restarts: 11 }) }],
    ['crash-loop', { reported: 'stopped', health: null, loopedAt: NOW - 3_600 * SECOND }],
    ['crash-loop', { observed: observed({ givenUp: true, state: 'stopped' }) }],
    [
      'refused',
      { reported: null, health: null, observed: observed({ state: 'absent', notice: 'deploy failed' }) },
    ],
    ['silent', { health: null }],
    ['silent', { health: health({ at: NOW - SILENT_MS - 1 }) }],
    ['running', { health: health({ at: NOW - SILENT_MS }) }],
    ['running', { health: null, observed: observed() }],
    ['active', { managed: false, active: true }],
    ['active', { managed: false, builtIn: true }],
    ['inactive', { managed: false }],
    // Of a platform that does not tell when it was told (OpenAEV).
    ['unproven', { dated: false, health: null }],
    ['unproven', { dated: false, health: health({ at: null }) }],
    ['unproven', { dated: false, health: health({ at: null }), lastSeenAt: NOW - SILENT_MS - 1 }],
    ['running', { dated: false, health: health({ at: null }), lastSeenAt: NOW - SILENT_MS }],
    ['running', { dated: false, health: health({ at: null }), observed: observed() }],
    ['reboot-loop', { dated: false, health: health({ at: null, inLoop: true }) }],
    ['not-running', { dated: false, reported: 'stopped', health: null }],
    ['unproven', { dated: false, managed: false, lastSeenAt: NOW }],
    ['active', { dated: false, managed: false, builtIn: true }],
  ] as const)('%s: %o', (wanted, change) => expect(standing(change)).toBe(wanted))

  it('a wish has its time to come true, to the millisecond', () => {
    const young = { requestedAt: NOW - GRACE_MS + 1 }
    const old = { requestedAt: NOW - GRACE_MS }
    expect(standing({ ...young, reported: 'stopped', health: null })).toBe('starting')
    expect(standing({ ...old, reported: 'stopped', health: null })).toBe('not-running')
    expect(standing({ ...young, requested: 'stopping' })).toBe('stopping')
    expect(standing({ ...old, requested: 'stopping' })).toBe('not-stopped')
    expect(standing({ ...young, health: null })).toBe('running')
  })

  it('a loop is no trouble of one that is meant to stop', () => {
    expect(standing({ requested: 'stopping', reported: 'stopped', health: health({ inLoop: true }) })).toBe(
      'stopped',
    )
  })

  it('the newest eyes count: a loop that is over is not told on', () => {
    const over = {
      health: health({ inLoop: true, at: NOW - 40 * SECOND }),
      observed: observed({ health: health() }),
    }
    expect(standing(over)).toBe('running')
    expect(healthOf(facts(over))?.inLoop).toBe(false)
  })

  it('what needs a person comes before what does not', () => {
    expect(['crash-loop', 'silent', 'inactive'].every((one) => isTrouble(one as never))).toBe(true)
    expect(['starting', 'running', 'stopped', 'unproven'].some((one) => isTrouble(one as never))).toBe(false)
  })
})

describe('evidence', () => {
  it('is as old as the newest that is known', () => {
    expect(evidenceAt(facts())).toBe(NOW - 10 * SECOND)
    expect(evidenceAt(facts({ observed: observed() }))).toBe(NOW - 5 * SECOND)
    expect(evidenceAt(facts({ health: null }))).toBeNull()
    expect(evidenceAt(facts({ managed: false, lastSeenAt: NOW - 7 }))).toBe(NOW - 7)
  })

  it('gives an uptime only to what runs, and never a negative one', () => {
    expect(uptimeOf(facts(), NOW)).toBe(3_600 * SECOND)
    expect(uptimeOf(facts({ reported: 'stopped' }), NOW)).toBeNull()
    expect(uptimeOf(facts({ health: health({ startedAt: NOW + 9 }) }), NOW)).toBe(0)
  })
})

it.each([
  ['opencti/connector-mitre:7.261101.0', 'opencti/connector-mitre', '7.261101.0'],
  ['localhost:5000/team/name', 'localhost:5000/team/name', null],
  ['localhost:5000/team/name:1@sha256:abc', 'localhost:5000/team/name', '1'],
  ['', '', null],
])('image %s', (image, name, tag) => expect(imageParts(image)).toEqual({ name, tag }))
