import { expect, it } from 'vitest'
import { DrivenClock } from '../../tests/support/driven-clock.ts'
import type { Engine } from './engine/engine.ts'
import type { ObservedConnector } from './engine/observed.ts'
import { type Report, reporter } from './reporter.ts'

const connector = (id: string, change: Partial<ObservedConnector> = {}): ObservedConnector => ({
  id,
  state: 'running',
  reason: null,
  seenAt: 1,
  health: null,
  givenUp: false,
  notice: null,
  ...change,
})

/** An engine that says what the test says. */
function engineOf(observed: () => ObservedConnector[]): Engine {
  const status = {
    orchestrator: 'docker',
    lifecycle: { registered: true, problem: null, lastContactAt: 1, version: '7' },
    reconcile: { cycles: 1, failedCycles: 0, lastHealthyCycleAt: 1, problem: null, wanted: 1 },
    stepsUnderWay: 0,
    waitingForRetry: 0,
    removalsHeld: [],
  }
  return { observed, status: () => status } as unknown as Engine
}

it('tells only what changed, what is gone, and never more often than twice a second', () => {
  const clock = new DrivenClock()
  const sent: Report[] = []
  let observed = [connector('a'), connector('b')]
  const reports = reporter(
    () => engineOf(() => observed),
    clock,
    (report) => void sent.push(report),
  )
  for (let event = 0; event < 100; event += 1) reports.touch()
  clock.advance(500)
  expect(sent.map(({ changed }) => changed.map(({ id }) => id))).toEqual([['a', 'b']])
  reports.touch()
  clock.advance(500)
  expect(sent[1]).toMatchObject({ changed: [], gone: [] })
  observed = [connector('a', { state: 'stopped' })]
  reports.touch()
  clock.advance(499)
  expect(sent).toHaveLength(2)
  clock.advance(1)
  expect(sent[2]).toMatchObject({ changed: [{ id: 'a', state: 'stopped' }], gone: ['b'] })
  // One that comes back is told again.
  observed = [connector('a', { state: 'stopped' }), connector('b')]
  reports.touch()
  clock.advance(500)
  expect(sent[3]).toMatchObject({ changed: [{ id: 'b' }], gone: [] })
  reports.touch()
  reports.stop()
  clock.advance(10_000)
  expect(sent).toHaveLength(4)
})

it('says every five seconds that it is there, with nothing new in it', () => {
  const clock = new DrivenClock()
  const sent: Report[] = []
  const reports = reporter(
    () => engineOf(() => [connector('a')]),
    clock,
    (report) => void sent.push(report),
  )
  reports.touch()
  clock.advance(500)
  clock.advance(15_000)
  expect(sent.map(({ changed }) => changed.length)).toEqual([1, 0, 0, 0])
  reports.stop()
  clock.advance(60_000)
  expect(sent).toHaveLength(4)
})
