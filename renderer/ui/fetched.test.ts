import { expect, test, vi } from 'vitest'
import { fetched, PartLostError } from './fetched.ts'

const noStyles = async () => {}
const lost = new TypeError('lost')

test('asks once where that is enough', async () => {
  const load = vi.fn(async () => 'here')
  expect(await fetched(load, noStyles)).toBe('here')
  expect(load).toHaveBeenCalledTimes(1)
})

test('asks once more where a request was lost, when the styles are there', async () => {
  const steps: string[] = []
  const load = vi.fn(async () => steps.push('asked')).mockRejectedValueOnce(lost)
  await fetched(load, async () => steps.push('styles'))
  expect(steps).toEqual(['styles', 'asked'])
})

test('says so where it is lost for good', async () => {
  const load = vi.fn().mockRejectedValue(lost)
  await expect(fetched(load, noStyles)).rejects.toBeInstanceOf(PartLostError)
  expect(load).toHaveBeenCalledTimes(2)
})

test('says so where a style is lost for good', async () => {
  const load = vi.fn(async () => 'here').mockRejectedValueOnce(lost)
  await expect(fetched(load, () => Promise.reject(lost))).rejects.toBeInstanceOf(PartLostError)
})
