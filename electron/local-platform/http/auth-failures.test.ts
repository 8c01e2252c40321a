import { expect, it } from 'vitest'
import { authFailures } from './auth-failures.ts'

it('counts by source and reason, the busiest first, and forgets those silent longest', () => {
  const failures = authFailures(1000)
  const note = (ip: string, at: number) => failures.note('unknown', { ip, userAgent: `agent ${at}` }, at)
  note('192.0.2.1', 1)
  note('192.0.2.2', 2)
  failures.note('expired', { ip: '192.0.2.2', userAgent: null }, 3)
  expect(failures.list()).toEqual([
    {
      ip: '192.0.2.2',
      failures: 2,
      first_at: 2,
      last_at: 3,
      user_agent: null,
      reasons: [
        { reason: 'unknown', failures: 1 },
        { reason: 'expired', failures: 1 },
      ],
    },
    {
      ip: '192.0.2.1',
      failures: 1,
      first_at: 1,
      last_at: 1,
      user_agent: 'agent 1',
      reasons: [{ reason: 'unknown', failures: 1 }],
    },
  ])
  for (let index = 0; index < 9_999; index++)
    note(`10.0.${Math.floor(index / 256)}.${index % 256}`, 10 + index)
  const sources = failures.list()
  expect(sources).toHaveLength(10_000)
  expect(sources.map(({ ip }) => ip)).toContain('192.0.2.2')
  expect(sources.map(({ ip }) => ip)).not.toContain('192.0.2.1')
  expect([failures.total(), failures.since]).toEqual([10_002, 1000])
})
