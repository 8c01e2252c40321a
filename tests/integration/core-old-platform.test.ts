import { afterEach, expect, it } from 'vitest'
import type { Connection } from '#shared/contract/connections.ts'
import { Secret } from '../../electron/base/secret.ts'
import { consoleRig, problemOf } from '../support/console-rig.ts'
import { startTestPlatform } from '../support/platform-rig.ts'

/** The console on an OpenCTI before 7.260224, where each user has one plaintext token (T-20). */
const ADMIN_TOKEN = '11111111-2222-4333-8444-555555555555'

const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function connected() {
  const platform = await startTestPlatform({
    as: 'opencti-6.9',
    seed: 'demo',
    admin: { token: new Secret(ADMIN_TOKEN), password: new Secret('Sesame-open-1') },
  })
  ends.push(() => platform.platform.stop())
  const rig = consoleRig()
  ends.push(() => rig.console.dispose())
  const connectionId = await rig.connect(platform.url, ADMIN_TOKEN)
  return { platform, rig, client: rig.client, connectionId }
}

const login = (url: string) =>
  fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: 'mutation { token(input: { email: "admin@opencti.io", password: "Sesame-open-1" }) }',
    }),
  })

it('connects, shows people and accounts, and reads nobody’s plaintext token', async () => {
  const { platform, rig, client, connectionId } = await connected()
  const reader = await client.connections.watch()
  const connections = (await reader.next()).value as Connection[] | undefined
  await reader.return?.()
  const connection = connections?.find(({ id }) => id === connectionId)
  expect(connection).toMatchObject({
    state: {
      phase: 'ready',
      identity: {
        version: '6.9.4',
        features: { apiTokens: false, revokedTokens: false, revokeReason: false },
      },
    },
  })

  const { users, total } = await client.tokens.users({ connectionId, search: '', after: null, first: 100 })
  expect(users).toHaveLength(total)
  expect(total).toBeGreaterThan(20)
  expect(new Set(users.map(({ tokenCount }) => tokenCount))).toEqual(new Set([null]))
  expect(new Set(users.map(({ accountStatus }) => accountStatus))).toEqual(
    new Set(['Active', 'Inactive', 'Locked', 'Expired']),
  )

  const values: string[] = []
  for (const { id } of users) {
    const access = await client.tokens.ofUser({ connectionId, userId: id })
    expect(access).toMatchObject({ user: { id, tokenCount: null }, tokens: [], revoked: null })
    const { data } = await platform.ask(`{ user(id: "${id}") { api_token } }`)
    values.push(data.user.api_token)
  }
  expect(new Set(values).size).toBe(total)
  // The console's own is in its keychain alone.
  const told = JSON.stringify([users, rig.lines, rig.ledger()])
  for (const value of values) expect(told).not.toContain(value)
})

it('generating and revoking are refused with the version, before anything is sent or recorded', async () => {
  const { rig, client, connectionId } = await connected()
  const { users } = await client.tokens.users({ connectionId, search: '佐藤', after: null, first: 1 })
  const userId = users[0]?.id ?? ''
  const before = rig.ledger().length
  for (const call of [
    client.tokens.generate({ connectionId, userId, name: 'ci', duration: 'DAYS_30' }),
    client.tokens.revoke({ connectionId, userId, tokenId: `base_token_${userId}`, reason: '' }),
  ])
    expect(await problemOf(call)).toEqual({ code: 'old-platform', detail: '6.9.4' })
  expect(rig.ledger()).toHaveLength(before)
})

it('sessions can still be ended', async () => {
  const { platform, client, connectionId } = await connected()
  const me = { connectionId, userId: 'me' }
  await login(platform.url)
  expect((await client.tokens.ofUser(me)).sessions).toHaveLength(1)
  expect((await client.tokens.killSessions(me)).sessions).toEqual([])
})
