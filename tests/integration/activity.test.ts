import { afterEach, expect, it } from 'vitest'
import type { PlatformOptions } from '../../electron/local-platform/platform.ts'
import { consoleRig, problemOf } from '../support/console-rig.ts'
import { startTestPlatform } from '../support/platform-rig.ts'

/** The ledger and the platform's own audit, as the page gets them, against real local platforms. */
const ends: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end()
})

async function connected(options: Partial<PlatformOptions>) {
  const platform = await startTestPlatform({ seed: 'demo', ...options })
  ends.push(() => platform.platform.stop())
  const rig = consoleRig()
  ends.push(() => rig.console.dispose())
  const connectionId = await rig.connect(platform.url, platform.platform.consoleToken.expose())
  return { ...rig, platform, connectionId }
}

const ALL = { search: '', kind: null, personId: null } as const
const NEWEST = { ...ALL, before: null, first: 50 }

it('the same deed stands in both, each under its own source', async () => {
  const { client, connectionId, platform } = await connected({ as: 'opencti-7', enterprise: true })
  const userId = await platform.userIdOf('an')
  const asked = { connectionId, userId, name: '100%_Zoë’s', duration: 'DAYS_30' } as const
  const { token } = await client.tokens.generate(asked)
  await client.tokens.revoke({ connectionId, userId, tokenId: token.id, reason: 'lost' })
  await client.tokens.killSessions({ connectionId, userId })

  const { entries } = await client.activity.ledger(NEWEST)
  expect(entries.map(({ action, result }) => `${action} ${result}`)).toEqual([
    'session.kill-all done',
    'token.revoke done',
    'token.generate done',
    'connection.add done',
  ])
  const [, revoked] = entries
  expect(revoked).toMatchObject({
    object: '100%_Zoë’s',
    lastFour: token.maskedToken.slice(-4),
    subject: { id: userId },
    url: platform.url,
    interrupted: false,
  })
  const first = { ...ALL, connectionId, after: null, first: 1 }
  const audit = await client.activity.platform(first)
  expect(audit).toMatchObject({
    recording: true,
    entries: [
      { message: expect.stringMatching(/^revoked API token '100%_Zoë’s' for user/), subject: { id: userId } },
    ],
  })
  const next = await client.activity.platform({ ...first, after: audit.nextCursor })
  expect(next.entries).toMatchObject([
    { message: expect.stringMatching(/^generated a new API token/), succeeded: true },
  ])

  // The same filters find the same in both.
  for (const [filter, found] of [
    [{ kind: 'token' }, 2],
    [{ kind: 'incident' }, 0],
    [{ search: '100%_ zoë' }, 2],
    [{ search: '100%_ Zoë' }, 2],
    [{ search: 'API nothing' }, 0],
    [{ search: '100%x' }, 0],
    [{ kind: 'token', personId: userId }, 2],
    [{ personId: 'nobody' }, 0],
  ] as const) {
    const mine = await client.activity.ledger({ ...NEWEST, ...filter })
    expect(mine.entries, JSON.stringify(filter)).toHaveLength(found)
    const theirs = await client.activity.platform({ ...first, first: 50, ...filter })
    expect(theirs.entries, `platform ${JSON.stringify(filter)}`).toHaveLength(found)
  }
})

it('an empty audit without Enterprise Edition is not called empty', async () => {
  const { client, connectionId } = await connected({ as: 'opencti-7', enterprise: false })
  await client.tokens.generate({ connectionId, userId: 'me', name: 'new', duration: 'DAYS_30' })
  const asked = { ...ALL, connectionId, after: null, first: 50 }
  expect(await client.activity.platform(asked)).toMatchObject({ entries: [], recording: false })
})

it("Gatehouse's own platform records without a licence", async () => {
  const { client, connectionId } = await connected({})
  const asked = { ...ALL, connectionId, after: null, first: 50 }
  expect(await client.activity.platform(asked)).toMatchObject({ recording: true })
})

it('who may not read the audit is told so', async () => {
  const { client, platform, connectionId } = await connected({ as: 'opencti-7', enterprise: true })
  const userId = await platform.userIdOf('an')
  const { data } = await platform.ask('query ($id: String!) { user(id: $id) { capabilities { name } } }', {
    variables: { id: userId },
  })
  expect(JSON.stringify(data)).not.toContain('SECURITYACTIVITY')
  const weak = await platform.generate(userId)
  await client.connections.setToken({ id: connectionId, token: weak.plaintext_token, remember: false })
  const asked = { ...ALL, connectionId, after: null, first: 50 }
  expect(await problemOf(client.activity.platform(asked))).toEqual({
    code: 'missing-capability',
    detail: 'SETTINGS_SECURITYACTIVITY',
  })
})

it('a platform before 7.260224 has an audit too', async () => {
  const { client, connectionId } = await connected({ as: 'opencti-6.9', enterprise: true })
  const asked = { ...ALL, connectionId, after: null, first: 50 }
  expect(await client.activity.platform(asked)).toMatchObject({ recording: true })
})
