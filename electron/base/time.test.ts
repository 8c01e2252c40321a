import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { backoffDelay } from './backoff.ts'
import { systemClock } from './clock.ts'

describe('back-off', () => {
  it('waits between nothing and a doubling ceiling that has an end', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1_000 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, random) => {
          const delay = backoffDelay({ firstMs: 500, mostMs: 60_000 }, attempt, () => random)
          expect(delay).toBeGreaterThanOrEqual(0)
          expect(delay).toBeLessThanOrEqual(Math.min(60_000, 500 * 2 ** (attempt - 1)))
        },
      ),
    )
    expect(backoffDelay({ firstMs: 500, mostMs: 60_000 }, 3, () => 0.5)).toBe(1_000)
  })
})

describe('the system clock', () => {
  beforeEach(() => void vi.useFakeTimers())
  afterEach(() => void vi.useRealTimers())

  it('waits months, which a bare timer cannot', () => {
    const task = vi.fn()
    const days90 = 90 * 86_400_000
    systemClock.after(days90, task)
    vi.advanceTimersByTime(days90 - 1)
    expect(task).not.toHaveBeenCalled()
    vi.advanceTimersByTime(1)
    expect(task).toHaveBeenCalledTimes(1)
  })

  it('can be told to forget, also after the first stretch', () => {
    const task = vi.fn()
    const cancel = systemClock.after(60 * 86_400_000, task)
    vi.advanceTimersByTime(30 * 86_400_000)
    cancel()
    vi.advanceTimersByTime(60 * 86_400_000)
    expect(task).not.toHaveBeenCalled()
  })
})
