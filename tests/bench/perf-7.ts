import { setTimeout as pause } from 'node:timers/promises'
import type { Row } from '../../scripts/bench.ts'
import { startPlatformProcess } from '../support/platform-process.ts'
import type { TestPlatform } from '../support/platform-rig.ts'

export const id = 'PERF-7'

const OWNERS = 40
const TOKENS_EACH = 25
/** What a round trip to a platform elsewhere takes, ms. */
const ROUND_TRIP_MS = 40
/** Requests at once that the pace reaches (electron/core/incidents/pace.ts). */
const AT_ONCE = 12
const RATIO = 1.2

/** Rounds of bare requests before and after, each of as many at once as the pace reaches. */
const ROUNDS = 21

/**
 * Bulk revocation of a thousand tokens, with every list read afterwards, against the round trips that the revocations alone
 * would take. A proxy gives the local platform the distance; a round trip is what bare requests through it take, as many at
 * once, right before and right after.
 */
export async function run(): Promise<Row[]> {
  // In a process of its own, as a real one: what it waits for its disk must not stand in our way.
  const running = await startPlatformProcess({ as: 'opencti-7' })
  const platform = asked(running.url, running.token)
  // Only now: what builds the platform does not bear it.
  await import('../support/raw-imports.ts')
  const { startFaultProxy } = await import('../support/fault-proxy.ts')
  const { consoleRig } = await import('../support/console-rig.ts')
  const { addHolder, listed } = await import('../support/incident-rig.ts')
  const proxy = await startFaultProxy(running.url)
  const rig = consoleRig()
  try {
    const people = []
    for (let index = 0; index < OWNERS; index += 1) {
      people.push(await addHolder(platform, `Owner ${index}`, { tokens: TOKENS_EACH }))
    }
    const connectionId = await rig.connect(proxy.url, running.token)
    proxy.choose = async () => {
      await pause(ROUND_TRIP_MS)
      return null
    }
    const before = await roundTrips(proxy.url)
    const targets = people.map((person) => ({
      userId: person.id,
      tokenIds: person.tokens.map((token) => token.id),
    }))
    const began = await rig.client.incidents.revoke({ connectionId, targets, reason: '' })
    for await (const { incident } of await rig.client.incidents.follow({ id: began.id })) {
      if (incident.phase !== 'done') continue
      const wall = (incident.endedAt ?? 0) - incident.startedAt
      const roundTrip = median([...before, ...(await roundTrips(proxy.url))])
      const ideal = Math.ceil((OWNERS * TOKENS_EACH) / AT_ONCE) * roundTrip
      const left = (await Promise.all(people.map((person) => listed(platform, person.id)))).flat().length
      const { done } = incident.tokens
      const figure = `${done} tokens revoked and seen gone in ${(wall / 1_000).toFixed(2)} s, ${(wall / ideal).toFixed(2)}× the bare round trips (${roundTrip.toFixed(0)} ms each)`
      return [
        {
          id,
          figure,
          bar: `≤ ${RATIO}×`,
          pass: wall <= RATIO * ideal && done === OWNERS * TOKENS_EACH && left === 0,
        },
      ]
    }
    throw new Error('The stream ended')
  } finally {
    await rig.console.dispose()
    await proxy.close()
    await running.stop()
  }
}

/** The platform as the test's helpers ask it. */
function asked(url: string, token: string) {
  const ask = async (query: string, { variables }: { variables?: Record<string, unknown> } = {}) => {
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify({ query, variables }),
    })
    return answer.json()
  }
  const generate = async (userId: string, duration: string, name: string) => {
    const query = `mutation ($userId: ID!, $input: UserTokenAddInput!) {
      token: userAdminTokenAdd(userId: $userId, input: $input) { token_id plaintext_token }
    }`
    return (await ask(query, { variables: { userId, input: { name, duration } } })).data.token
  }
  return { ask, generate } as unknown as TestPlatform
}

/** ms that each round took: so many requests at once, until the last one is answered. */
async function roundTrips(url: string): Promise<number[]> {
  const body = JSON.stringify({ query: '{ publicSettings { platform_title } }' })
  const headers = { 'content-type': 'application/json' }
  const ask = async () => (await fetch(`${url}/graphql`, { method: 'POST', headers, body })).text()
  const times: number[] = []
  for (let round = 0; round < ROUNDS; round += 1) {
    const began = performance.now()
    await Promise.all(Array.from({ length: AT_ONCE }, ask))
    times.push(performance.now() - began)
  }
  return times
}

function median(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0
}
