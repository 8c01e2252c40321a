import { expect, it } from 'vitest'
import { LOCAL_CONNECTION_ID } from '#shared/contract/connections.ts'
import type { OpenAevClient } from '../clients/openaev/openaev-client.ts'
import { RemoteError } from '../clients/opencti/remote-error.ts'
import { createProbes, type ProbeSources } from './probes.ts'
import { createWatched } from './watched.ts'

const never = async () => expect.fail('an OpenAEV is not asked this')

/** An OpenAEV that answers what the test says. */
function probesOf(answers: {
  reachable?: boolean
  status?: number
  liveness?: () => Promise<{ version: string | null; latencyMs: number }>
}) {
  const client = {
    liveness: answers.liveness ?? (async () => ({ version: '2.0.4', latencyMs: 7 })),
    health: async () => ({ status: answers.status ?? 200, latencyMs: 8, retryAfter: null }),
    isComposerReachable: async () => ({ data: answers.reachable ?? false, skewMs: 0, latencyMs: 9 }),
  } as unknown as OpenAevClient
  const sources: ProbeSources = {
    now: () => 0,
    client: never,
    openAev: async () => client,
    healthKey: async () => null,
    readModule: never,
    readRecord: never,
    readXtmOne: never,
  }
  return createProbes(sources)
}
const { signal } = new AbortController()

it('the API and the health are asked in its own words', async () => {
  const probes = probesOf({})
  expect(await probes.api('aev', signal)).toEqual({ outcome: 'good', latencyMs: 7, version: '2.0.4' })
  expect(await probes.health('aev', signal)).toEqual({ outcome: 'good', latencyMs: 8 })
  const closed = probesOf({ status: 401 })
  expect(await closed.health('aev', signal)).toEqual({ outcome: 'unobserved', why: 'health-key-missing' })
  const refused = probesOf({ liveness: () => Promise.reject(new RemoteError('refused', null, 'no')) })
  expect(await refused.api('aev', signal)).toMatchObject({
    outcome: 'bad',
    failure: 'refused',
    unreached: true,
  })
})

it('a composer is missed only where one was heard of: OpenAEV answers the same of one that never was', async () => {
  const answers = { reachable: false }
  const probes = probesOf(answers)
  expect(await probes.manager('aev', signal)).toMatchObject({ outcome: 'unobserved', why: 'not-served' })
  answers.reachable = true
  expect(await probes.manager('aev', signal)).toEqual({ outcome: 'good', latencyMs: 9 })
  answers.reachable = false
  expect(await probes.manager('aev', signal)).toMatchObject({ outcome: 'bad', failure: 'manager-silent' })
  expect(await probes.manager('other', signal)).toMatchObject({ outcome: 'unobserved' })
})

it('what it tells nothing of is not watched', () => {
  const watched = createWatched(probesOf({}))(
    [
      { id: LOCAL_CONNECTION_ID, kind: 'opencti', url: 'http://127.0.0.1:4000' },
      { id: 'aev', kind: 'openaev', url: 'https://openaev.example' },
    ],
    () => null,
  )
  const kindsOf = (id: string) => watched.filter((one) => one.connectionId === id).map(({ kind }) => kind)
  expect(kindsOf('aev')).toEqual(['health', 'api', 'manager'])
  expect(kindsOf(LOCAL_CONNECTION_ID)).toEqual(['health', 'api', 'module', 'manager', 'registration'])
})
