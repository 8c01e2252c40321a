import { expect, it } from 'vitest'
import { crashRecovery } from './crash-recovery.ts'

it('loads the page again after a crash, but not for ever', () => {
  let now = 0
  const decide = crashRecovery(() => now)
  expect(['crashed', 'oom', 'killed'].map(decide)).toEqual(['reload', 'reload', 'reload'])
  expect(decide('crashed')).toBe('give-up')
  now = 60_000
  expect(decide('crashed')).toBe('reload')
})

it('leaves a clean end alone', () => {
  expect(crashRecovery(() => 0)('clean-exit')).toBe('nothing')
})
