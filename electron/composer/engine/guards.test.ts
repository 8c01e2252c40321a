import { describe, expect, it } from 'vitest'
import { DrivenClock } from '../../../tests/support/driven-clock.ts'
import type { Evidence } from './model.ts'
import { Notices } from './notices.ts'
import { createPool } from './pool.ts'
import { RebootLoops } from './reboot-loops.ts'
import { RemovalGuard } from './removal-guard.ts'
import { RetryBook } from './retry-book.ts'

const ids = (count: number): string[] => Array.from({ length: count }, (_, at) => `c${at}`)

describe('§9 r: the guard against mass removal', () => {
  /** owned, lost → believed at once. "Over half of at least 3, or all" (REL-5). */
  it.each([
    [1, 0, true],
    [1, 1, false],
    [2, 1, true],
    [2, 2, false],
    [3, 1, true],
    [3, 2, false],
    [4, 2, true],
    [4, 3, false],
    [10, 5, true],
    [10, 6, false],
    [1000, 500, true],
    [1000, 501, false],
    [1000, 1000, false],
  ])('of %i connectors %i lost: at once %s', (owned, lost, atOnce) => {
    const guard = new RemovalGuard()
    const all = ids(owned)
    expect(guard.allows(all, all.slice(0, lost))).toBe(atOnce)
    expect(guard.holding).toHaveLength(atOnce ? 0 : lost)
    if (atOnce) return
    expect(guard.allows(all, all.slice(0, lost))).toBe(false)
    expect(guard.allows(all, all.slice(0, lost).reverse())).toBe(true)
    expect(guard.holding).toHaveLength(0)
  })

  it('begins anew when the loss changes, when a cycle fails, and when the list is whole again', () => {
    const all = ids(4)
    const spoil: ((guard: RemovalGuard) => void)[] = [
      (guard) => void guard.allows(all, all.slice(0, 3)),
      (guard) => guard.reset(),
      (guard) => void guard.allows(all, []),
    ]
    for (const between of spoil) {
      const guard = new RemovalGuard()
      guard.allows(all, all)
      guard.allows(all, all)
      between(guard)
      expect(guard.allows(all, all)).toBe(false)
      expect(guard.allows(all, all)).toBe(false)
      expect(guard.allows(all, all)).toBe(true)
    }
  })

  it('believes a person, for what was held then and no more', () => {
    const guard = new RemovalGuard()
    const all = ids(6)
    guard.confirm()
    expect(guard.allows(all, all.slice(0, 4))).toBe(false)
    guard.confirm()
    expect(guard.allows(all, all)).toBe(false)
    guard.confirm()
    expect(guard.allows(all, all)).toBe(true)
  })
})

describe('§9 g: back-off of a connector', () => {
  it('grows from ten seconds to ten minutes, each wait between half and whole', () => {
    for (const [random, share] of [
      [0, 0.5],
      [0.999999, 1],
    ] as const) {
      const book = new RetryBook(new DrivenClock(), () => random)
      const waits = Array.from({ length: 8 }, () => Math.round(book.failed('a', 'deploy h') / 1000))
      expect(waits).toEqual([20, 40, 80, 160, 320, 600, 600, 600].map((wait) => wait * share))
    }
  })

  it('holds that connector alone, until its time, and not for another configuration', () => {
    const clock = new DrivenClock()
    const book = new RetryBook(clock, () => 0)
    const wait = book.failed('a', 'deploy h')
    expect(book.mayTry('a', 'deploy h')).toBe(false)
    expect(book.mayTry('b', 'deploy h')).toBe(true)
    expect(book.mayTry('a', 'deploy other')).toBe(true)
    clock.advance(wait - 1)
    expect(book.mayTry('a', 'deploy h')).toBe(false)
    clock.advance(1)
    expect(book.mayTry('a', 'deploy h')).toBe(true)
    book.succeeded('a')
    expect(book.size).toBe(0)
    book.failed('a', 'x')
    book.keepOnly(new Set())
    expect(book.size).toBe(0)
  })
})

describe('reboot loops', () => {
  const MINUTE = 60_000
  const evidence = (restartCount: number, startedAt: number | null, looping = false): Evidence => ({
    restartCount,
    startedAt,
    exitCode: null,
    looping,
  })

  it('at first sight keeps the requirements’ rule: more than 3 restarts, up for less than 5 minutes', () => {
    const at = 100 * MINUTE
    const seen = (count: number, age: number): boolean =>
      new RebootLoops().observe('a', evidence(count, at - age), at).inLoop
    expect(seen(3, 1000)).toBe(false)
    expect(seen(4, 1000)).toBe(true)
    expect(seen(4, 5 * MINUTE - 1)).toBe(true)
    expect(seen(4, 5 * MINUTE)).toBe(false)
  })

  it('does not take one restart of a long life for a loop', () => {
    const loops = new RebootLoops()
    for (let minute = 0; minute <= 10; minute++) loops.observe('a', evidence(40, 0), minute * MINUTE)
    expect(loops.observe('a', evidence(41, 10.5 * MINUTE), 11 * MINUTE).inLoop).toBe(false)
  })

  it('counts within the window, and from where the loop began', () => {
    const loops = new RebootLoops()
    for (let at = 0; at <= 10; at++) loops.observe('a', evidence(7, 0), at * MINUTE)
    const at = (second: number): number => 10 * MINUTE + second * 1000
    expect(loops.observe('a', evidence(10, at(20)), at(20))).toMatchObject({ inLoop: false })
    expect(loops.observe('a', evidence(11, at(30)), at(30))).toEqual({ inLoop: true, restarts: 4, total: 11 })
    expect(loops.observe('a', evidence(15, at(60)), at(60))).toEqual({ inLoop: true, restarts: 8, total: 15 })
    for (let minute = 2; minute < 8; minute++) loops.observe('a', evidence(15, at(60)), at(60 * minute))
    expect(loops.observe('a', evidence(15, at(60)), at(500)).inLoop).toBe(false)
  })

  it('believes an orchestrator that says so, starts anew with a new container, and counts our own starts', () => {
    const loops = new RebootLoops()
    expect(loops.observe('a', evidence(1, null, true), 0).inLoop).toBe(true)
    expect(loops.observe('a', evidence(0, 0), 1000).inLoop).toBe(false)
    for (let start = 0; start < 4; start++) loops.ownStart('b')
    expect(loops.observe('b', evidence(0, 0), 1000)).toMatchObject({ inLoop: true, total: 4 })
    loops.keepOnly(new Set())
    expect(loops.observe('b', evidence(0, 0), 1000)).toMatchObject({ inLoop: false, total: 0 })
  })
})

describe('the pool', () => {
  it('runs so many at a time, in order, and goes on after a failure', async () => {
    const pool = createPool(2)
    const began: number[] = []
    const ends: (() => void)[] = []
    const tasks = [0, 1, 2, 3].map((at) =>
      pool(async () => {
        began.push(at)
        await new Promise<void>((resolve) => ends.push(resolve))
        if (at === 0) throw new Error('falls')
      }).catch(() => 'fell'),
    )
    await Promise.resolve()
    expect(began).toEqual([0, 1])
    for (let end = 0; end < 4; end++) {
      ends[end]?.()
      await new Promise((resolve) => setImmediate(resolve))
    }
    expect(began).toEqual([0, 1, 2, 3])
    expect(await Promise.all(tasks)).toEqual(['fell', undefined, undefined, undefined])
  })
})

it('notices are news once, cut, and forgotten with their connector', () => {
  const notices = new Notices()
  expect(notices.set('a', 'x'.repeat(900), 0)).toBe(true)
  expect(notices.set('a', 'x'.repeat(900), 99)).toBe(false)
  expect(notices.line('a')).toHaveLength('1970-01-01T00:00:00.000Z [composer] '.length + 500)
  expect(notices.clear('a')).toBe(true)
  expect(notices.clear('a')).toBe(false)
  notices.set('a', 'x', 0)
  notices.keepOnly(new Set(['b']))
  expect(notices.line('a')).toBeNull()
})
