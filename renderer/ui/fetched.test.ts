import { expect, test, vi } from 'vitest'
import { fetched, PartLostError } from './fetched.ts'

const lost = new TypeError('lost')
const ways = (style: (error: unknown) => Promise<unknown> = async () => {}) => {
  const pauses: number[] = []
  return { pauses, style: vi.fn(style), pause: async (ms: number) => pauses.push(ms) }
}

test('asks once where that is enough', async () => {
  const load = vi.fn(async () => 'here')
  const { style, pause } = ways()
  expect(await fetched(load, { style, pause })).toBe('here')
  expect(load).toHaveBeenCalledTimes(1)
  expect(style).not.toHaveBeenCalled()
})

test('asks again where a request was lost, at once and when the styles are there', async () => {
  const steps: string[] = []
  const load = vi.fn(async () => steps.push('asked')).mockRejectedValueOnce(lost)
  const { pauses, style, pause } = ways(async () => steps.push('styles'))
  await fetched(load, { style, pause })
  expect(steps).toEqual(['styles', 'asked'])
  expect(style).toHaveBeenCalledWith(lost)
  expect(pauses).toEqual([0])
})

test('waits longer from time to time while the network is away', async () => {
  const load = vi.fn(async () => 'here')
  for (let time = 0; time < 4; time += 1) load.mockRejectedValueOnce(lost)
  const given = ways()
  expect(await fetched(load, given)).toBe('here')
  expect(given.pauses).toEqual([0, 300, 1_000, 3_000])
})

test('asks for a style until it is there, and for the rest only then', async () => {
  const first = new Error('Unable to preload CSS for /a.css')
  const load = vi.fn(async () => 'here').mockRejectedValueOnce(first)
  const style = vi.fn(async () => {}).mockRejectedValueOnce(lost)
  expect(await fetched(load, { style, pause: async () => {} })).toBe('here')
  expect(style.mock.calls).toEqual([[first], [first]])
  expect(load).toHaveBeenCalledTimes(2)
})

test('says so where it is lost for good', async () => {
  const load = vi.fn().mockRejectedValue(lost)
  const failure = fetched(load, ways())
  await expect(failure).rejects.toBeInstanceOf(PartLostError)
  await expect(failure).rejects.toHaveProperty('cause', lost)
  expect(load).toHaveBeenCalledTimes(5)
})

test('says so where a style is lost for good', async () => {
  const load = vi.fn(async () => 'here').mockRejectedValueOnce(lost)
  await expect(
    fetched(
      load,
      ways(() => Promise.reject(lost)),
    ),
  ).rejects.toBeInstanceOf(PartLostError)
  expect(load).toHaveBeenCalledTimes(1)
})
