import type { Database } from '#base/sqlite.ts'
import { DAY_MS } from '#shared/domain/token.ts'
import type { DemoGroup } from './demo-people.ts'

/** What tokens of a group are used with, how often a day, and from where; addresses are those of documentation (RFC 5737). */
const HABITS: Record<DemoGroup, { agents: readonly string[]; network: string; requestsADay: number }> = {
  managers: { agents: ['python-requests/2.32.4'], network: '192.0.2', requestsADay: 40 },
  analysts: { agents: ['pycti/7.261101.0', 'python-requests/2.32.4'], network: '192.0.2', requestsADay: 90 },
  connectors: { agents: ['pycti/7.261101.0'], network: '198.51.100', requestsADay: 2400 },
  readers: { agents: ['curl/8.5.0'], network: '203.0.113', requestsADay: 12 },
  guests: { agents: ['curl/8.5.0'], network: '203.0.113', requestsADay: 3 },
}
const MOST_DAYS = 45

/** Gives a demo token a past: requests a day up to its last use, and who sent them. */
export function addUsage(
  database: Database,
  tokenId: string,
  group: DemoGroup,
  { createdAt, lastUsedAt, seed }: { createdAt: number; lastUsedAt: number; seed: number },
): void {
  const { row } = database.prepare('SELECT row FROM tokens WHERE id = ?').get(tokenId) as { row: number }
  const addDay = database.prepare('INSERT INTO token_days (token_row, day, requests) VALUES (?, ?, ?)')
  const addCaller = database.prepare(
    'INSERT INTO token_callers (token_row, kind, value, first_at, last_at, requests) VALUES (?, ?, ?, ?, ?, ?)',
  )
  const { agents, network, requestsADay } = HABITS[group]
  const last = Math.floor(lastUsedAt / DAY_MS)
  const first = Math.max(Math.floor(createdAt / DAY_MS), last - MOST_DAYS)
  let total = 0
  for (let day = first; day <= last; day++) {
    // People rest at weekends (day 0 of the epoch was a Thursday), machines do not.
    const rest = group !== 'connectors' && [2, 3].includes(day % 7)
    const requests = rest ? 0 : Math.round(requestsADay * (0.6 + ((seed + day * 37) % 80) / 100))
    if (requests > 0) addDay.run(row, day, requests)
    total += requests
  }
  const since = Math.max(createdAt, first * DAY_MS)
  const share = Math.max(1, Math.round(total / agents.length))
  for (const agent of agents) addCaller.run(row, 'agent', agent, since, lastUsedAt, share)
  addCaller.run(row, 'ip', `${network}.${10 + (seed % 200)}`, since, lastUsedAt, Math.max(1, total))
}
