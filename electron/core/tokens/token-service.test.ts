import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Connection } from '#shared/contract/connections.ts'
import { consoleRig, problemOf } from '../../../tests/support/console-rig.ts'
import { type FakeOpenCti, type FakeOptions, fakeOpenCti } from '../../../tests/support/fake-opencti.ts'

let platform: FakeOpenCti
let rig: ReturnType<typeof consoleRig>
let connectionId: string

async function connected(options: FakeOptions = {}, shape: (platform: FakeOpenCti) => void = () => {}) {
  platform = await fakeOpenCti(options)
  shape(platform)
  rig = consoleRig()
  connectionId = await rig.connect(platform.url)
  platform.asked.length = 0
}

beforeEach(() => connected())
afterEach(async () => {
  await rig.console.dispose()
  await platform.close()
})

const operations = () => platform.asked.map(({ operation }) => operation)
const mutations = () => platform.asked.filter(({ query }) => query.includes('mutation'))
const alice = () => platform.users[1] as FakeOpenCti['users'][number]
const generate = (more: object = {}) =>
  rig.client.tokens.generate({ connectionId, userId: 'u-alice', name: 'ci', duration: 'DAYS_30', ...more })

/** The error of a call, whole. */
async function failed(call: Promise<unknown>): Promise<{ code: string; data: Record<string, unknown> }> {
  return call.then(
    () => expect.fail('the call should have failed'),
    (error) => error,
  )
}

describe('generate', () => {
  it('gives the row at once and the value once', async () => {
    const { token, revealId, userId } = await generate()
    expect(userId).toBe('u-alice')
    expect(token).toMatchObject({ name: 'ci', maskedToken: '****FFF1', lastUsedAt: null })
    const { value } = await rig.client.tokens.reveal({ revealId })
    expect(value).toMatch(/^flgrn_octi_tkn_F+1$/)
    expect(await problemOf(rig.client.tokens.reveal({ revealId }))).toMatchObject({ code: 'reveal-gone' })
    expect(mutations()).toHaveLength(1)
  })

  it('uses the own operation for oneself and the admin’s for others', async () => {
    await generate({ userId: 'me' })
    await generate()
    expect(mutations().map(({ operation }) => operation)).toEqual(['TokenAdd', 'TokenAdminAdd'])
  })

  it('writes the ledger before the request, with no value in it', async () => {
    let ledgerThen: unknown[] = []
    platform.misbehave = ({ operation }) => {
      if (operation === 'TokenAdminAdd') ledgerThen = rig.ledger()
      return false
    }
    await generate()
    expect(ledgerThen.at(-1)).toMatchObject({
      phase: 'intent',
      action: 'token.generate',
      user: 'alice@example.org',
      actor: 'admin@example.org',
      duration: 'DAYS_30',
    })
    expect(rig.ledger().at(-1)).toMatchObject({ phase: 'outcome', result: 'done', lastFour: 'FFF1' })
    expect(JSON.stringify(rig.ledger())).not.toContain('flgrn_octi_tkn_F')
    expect(rig.lines.join()).not.toContain('flgrn_octi_tkn_F')
  })

  it('no ledger record, no request', async () => {
    rig.breakLedger()
    expect(await problemOf(generate())).toMatchObject({ code: 'ledger-failed' })
    expect(mutations()).toHaveLength(0)
    expect(alice().tokens).toHaveLength(0)
  })

  it('a lost answer after the commit leads to the orphan, never to a second token', async () => {
    await generate({ name: 'ci' })
    platform.misbehave = ({ operation }, response, answer) => {
      if (operation !== 'TokenAdminAdd') return false
      answer()
      response.destroy()
      return true
    }
    const error = await failed(generate({ name: 'ci' }))
    expect(error.code).toBe('ANSWER_LOST')
    expect(error.data).toMatchObject({ userId: 'u-alice', checked: true })
    // The one that was there before under the same name is nobody's orphan.
    expect(error.data.orphans).toMatchObject([{ id: 't-2', name: 'ci', maskedToken: '****FFF2' }])
    expect(mutations()).toHaveLength(2)
    expect(alice().tokens).toHaveLength(2)
    expect(rig.ledger().at(-1)).toMatchObject({ result: 'unknown', problem: 'cut', tokenIds: ['t-2'] })
  })

  it('an answer lost before the commit says that nothing appeared, and what was there before', async () => {
    await generate()
    platform.misbehave = ({ operation }, response) => {
      if (operation === 'TokenAdminAdd') response.destroy()
      return operation === 'TokenAdminAdd'
    }
    const error = await failed(generate())
    expect(error).toMatchObject({ code: 'ANSWER_LOST', data: { orphans: [], checked: true, known: ['t-1'] } })
  })

  it('says so when it could not even look', async () => {
    let gone = false
    platform.misbehave = ({ operation }, response, answer) => {
      gone ||= operation === 'TokenAdminAdd'
      if (!gone) return false
      answer()
      response.destroy()
      return true
    }
    const error = await failed(generate())
    expect(error).toMatchObject({ code: 'ANSWER_LOST', data: { orphans: [], checked: false } })
  })

  it.each([
    ['HTML of a gateway', 502, 'text/html', '<html>Bad gateway</html>'],
    ['broken JSON', 200, 'application/json', '{"data":{"added":'],
    [
      'a lock error',
      200,
      'application/json',
      '{"errors":[{"message":"x","extensions":{"code":"LOCK_ERROR"}}]}',
    ],
  ])('%s after the commit counts as lost too', async (_, status, type, body) => {
    platform.misbehave = ({ operation }, response, answer) => {
      if (operation !== 'TokenAdminAdd') return false
      answer()
      response.writeHead(status, { 'content-type': type }).end(body)
      return true
    }
    const error = await failed(generate())
    expect(error).toMatchObject({ code: 'ANSWER_LOST', data: { orphans: [{ id: 't-1' }], checked: true } })
  })

  it('a refusal is a refusal, not a lost answer', async () => {
    platform.misbehave = ({ operation }, response) => {
      if (operation !== 'TokenAdminAdd') return false
      const errors = [{ message: 'no', extensions: { code: 'FORBIDDEN_ACCESS' } }]
      response.end(JSON.stringify({ errors }))
      return true
    }
    expect(await problemOf(generate())).toMatchObject({ code: 'forbidden' })
    expect(rig.ledger().at(-1)).toMatchObject({ result: 'failed', problem: 'forbidden' })
  })

  it('fails loudly when the platform makes another expiry than asked, and throws the value away', async () => {
    platform.misbehave = ({ operation, variables }) => {
      if (operation === 'TokenAdminAdd') Object.assign(variables.input as object, { duration: 'UNLIMITED' })
      return false
    }
    const error = await failed(generate())
    expect(error).toMatchObject({ code: 'EXPIRY_DIFFERS', data: { token: { id: 't-1', expiresAt: null } } })
    expect(JSON.stringify(error.data)).not.toContain('flgrn_octi')
  })

  it('believes what is listed over what was answered: the token that was kept is the one that counts', async () => {
    platform.misbehave = ({ operation }, response, answer) => {
      if (operation !== 'TokenAdminAdd') return false
      response.end(JSON.stringify(answer()))
      Object.assign(alice().tokens.at(-1) ?? {}, { expires_at: null })
      return true
    }
    const error = await failed(generate())
    expect(error).toMatchObject({ code: 'EXPIRY_DIFFERS', data: { token: { id: 't-1', expiresAt: null } } })
    expect(rig.ledger().at(-1)).toMatchObject({ result: 'done', expiryAsAsked: false })
  })

  it('accepts the expiry of a platform whose clock is 10 minutes off', async () => {
    platform.skewMs = -600_000
    await generate()
    platform.skewMs = 600_000
    await generate()
  })

  it('keeps the value when only the read-back fails', async () => {
    let made = false
    platform.misbehave = ({ operation }, response) => {
      if (made) response.destroy()
      else made = operation === 'TokenAdminAdd'
      return made && operation !== 'TokenAdminAdd'
    }
    const { token, revealId } = await generate()
    expect(token).toMatchObject({ id: 't-1', name: 'ci', createdAt: null })
    expect((await rig.client.tokens.reveal({ revealId })).value).toMatch(/^flgrn_octi_tkn_/)
  })

  it('the second of two waits for the first, so that what appeared meanwhile means one thing', async () => {
    const readBefore: number[] = []
    platform.misbehave = async ({ operation }) => {
      if (operation !== 'TokenAdminAdd') return false
      // Whatever else was on its way has arrived when this has come back.
      await rig.client.tokens.users({ connectionId, search: '', after: null, first: 1 })
      // Alice's alone: the console reads others for itself meanwhile.
      const ofAlice = platform.asked.filter(
        (asked) => asked.operation === 'UserAccess' && asked.variables?.id === 'u-alice',
      )
      readBefore.push(ofAlice.length)
      return false
    }
    await Promise.all([generate({ name: 'a' }), generate({ name: 'b' })])
    // Before the first: its own list. Before the second: that, the first's read-back, and the second's list.
    expect(readBefore).toEqual([1, 3])
  })
})

describe('revoke', () => {
  const revoke = (tokenId: string, reason = 'laptop lost') =>
    rig.client.tokens.revoke({ connectionId, userId: 'u-alice', tokenId, reason })

  it('answers with a list in which the token is gone', async () => {
    const { token } = await generate()
    const after = await revoke(token.id)
    expect(after.tokens).toEqual([])
    expect(mutations().at(-1)).toMatchObject({
      operation: 'TokenAdminRevokeReason',
      variables: { userId: 'u-alice', id: 't-1', reason: 'laptop lost' },
    })
    expect(rig.ledger().slice(-2)).toMatchObject([
      { phase: 'intent', action: 'token.revoke', reason: 'laptop lost', lastFour: 'FFF1' },
      { phase: 'outcome', result: 'done', seenGone: true },
    ])
  })

  it('no ledger record, no request', async () => {
    const { token } = await generate()
    rig.breakLedger()
    expect(await problemOf(revoke(token.id))).toMatchObject({ code: 'ledger-failed' })
    expect(alice().tokens).toHaveLength(1)
  })

  it('says still-listed instead of success when it is', async () => {
    const { token } = await generate()
    platform.misbehave = ({ operation }, response) => {
      if (operation !== 'TokenAdminRevokeReason') return false
      response.end(JSON.stringify({ data: { userAdminTokenRevoke: token.id } }))
      return true
    }
    expect(await problemOf(revoke(token.id))).toMatchObject({ code: 'still-listed' })
    expect(rig.ledger().at(-1)).toMatchObject({ result: 'failed', problem: 'still-listed' })
  })

  it('a lost answer is settled by reading again', async () => {
    const { token } = await generate()
    platform.misbehave = ({ operation }, response, answer) => {
      if (operation !== 'TokenAdminRevokeReason') return false
      answer()
      response.destroy()
      return true
    }
    expect((await revoke(token.id)).tokens).toEqual([])
    const other = (await generate()).token
    platform.misbehave = ({ operation }, response) => {
      if (operation !== 'TokenAdminRevokeReason') return false
      response.destroy()
      return true
    }
    expect(await problemOf(revoke(other.id))).toMatchObject({ code: 'cut' })
  })

  it('one that somebody else revokes meanwhile is gone, not failed', async () => {
    const { token } = await generate()
    platform.misbehave = ({ operation }) => {
      if (operation === 'TokenAdminRevokeReason') alice().tokens.length = 0
      return false
    }
    expect((await revoke(token.id)).tokens).toEqual([])
    expect(rig.ledger().at(-1)).toMatchObject({ result: 'done', seenGone: true, answer: 'token-not-found' })
  })

  it('asks nothing of the platform for a token that is not there', async () => {
    expect(await problemOf(revoke('t-99'))).toMatchObject({ code: 'token-not-found' })
    expect(mutations()).toHaveLength(0)
  })
})

describe('what the platform can and the holder may', () => {
  it('keeps the reason to the ledger where the platform takes none', async () => {
    await rig.console.dispose()
    await platform.close()
    await connected({ extensions: false })
    const { token } = await generate()
    const after = await rig.client.tokens.revoke({
      connectionId,
      userId: 'u-alice',
      tokenId: token.id,
      reason: 'leaked',
    })
    expect(after.revoked).toBeNull()
    expect(mutations().at(-1)?.operation).toBe('TokenAdminRevoke')
    expect(mutations().at(-1)?.query).not.toContain('reason')
    expect(rig.ledger().at(-2)).toMatchObject({ reason: 'leaked' })
  })

  it('an older platform lists its users and says why it has no tokens', async () => {
    await rig.console.dispose()
    await platform.close()
    await connected({ apiTokens: false, extensions: false, version: '6.9.4' })
    const page = await rig.client.tokens.users({ connectionId, search: '', after: null, first: 50 })
    expect(page.users.map(({ tokenCount }) => tokenCount)).toEqual([null, null])
    const access = await rig.client.tokens.ofUser({ connectionId, userId: 'u-alice' })
    expect(access).toMatchObject({ user: { name: 'Alice', tokenCount: null }, tokens: [], revoked: null })
    expect(await problemOf(generate())).toEqual({ code: 'old-platform', detail: '6.9.4' })
    expect(
      await problemOf(rig.client.tokens.revoke({ connectionId, userId: 'me', tokenId: 't', reason: '' })),
    ).toEqual({ code: 'old-platform', detail: '6.9.4' })
    expect(mutations()).toHaveLength(0)
  })

  it('a holder without the right over others is told which one, before any request', async () => {
    await rig.console.dispose()
    await platform.close()
    await connected({}, ({ users: [admin] }) => {
      if (admin) admin.capabilities = ['APIACCESS_USETOKEN']
    })
    for (const call of [
      rig.client.tokens.users({ connectionId, search: '', after: null, first: 50 }),
      rig.client.tokens.ofUser({ connectionId, userId: 'u-alice' }),
      generate(),
    ]) {
      expect(await problemOf(call)).toEqual({ code: 'missing-capability', detail: 'SETTINGS_SETACCESSES' })
    }
    expect(operations()).toEqual([])
    const mine = await rig.client.tokens.ofUser({ connectionId, userId: 'me' })
    expect(mine).toMatchObject({ sessions: null, user: { isMe: true } })
    expect((await generate({ userId: 'me' })).token.name).toBe('ci')
  })

  it('an unknown user is named', async () => {
    const call = rig.client.tokens.ofUser({ connectionId, userId: 'u-nobody' })
    expect(await problemOf(call)).toMatchObject({ code: 'user-not-found' })
  })
})

it('bounds names, keeps every script, and refuses an expiry that cannot be read', async () => {
  const odd = ['x'.repeat(10_000), 'مرحبا\u202eelif', '<img src=x onerror=alert(1)>', '__proto__']
  alice().tokens = odd.map((name, index) => ({
    id: `t-odd-${index}`,
    name,
    masked_token: '****odd1',
    created_at: '2026-01-01T00:00:00.000Z',
    expires_at: null,
    last_used_at: 'not a date',
  }))
  const { tokens } = await rig.client.tokens.ofUser({ connectionId, userId: 'u-alice' })
  expect(tokens[0]?.name).toHaveLength(4_096)
  expect(tokens.slice(1).map(({ name }) => name)).toEqual(odd.slice(1))
  expect(tokens[0]?.lastUsedAt).toBeNull()
  Object.assign(alice().tokens[0] ?? {}, { expires_at: 'soon' })
  const call = rig.client.tokens.ofUser({ connectionId, userId: 'u-alice' })
  expect(await problemOf(call)).toMatchObject({ code: 'platform-error' })
})

it('a token that dies in use turns the connection red, and its return turns it green', async () => {
  const states = await rig.client.connections.watch()
  platform.misbehave = (_, response) => {
    const errors = [{ message: 'You must be logged in to do this.', extensions: { code: 'AUTH_REQUIRED' } }]
    response.end(JSON.stringify({ errors }))
    return true
  }
  const call = () => rig.client.tokens.ofUser({ connectionId, userId: 'me' })
  expect(await problemOf(call())).toMatchObject({ code: 'wrong-token' })
  const seen = async () => {
    const { value = [] } = await states.next()
    return (value as Connection[]).find(({ id }) => id === connectionId)?.state
  }
  expect(await seen()).toMatchObject({
    phase: 'failed',
    problem: { code: 'wrong-token' },
    identity: { name: 'Admin' },
  })
  platform.misbehave = () => false
  await call()
  let state = await seen()
  while (state?.phase === 'testing') state = await seen()
  expect(state).toMatchObject({ phase: 'ready' })
  await states.return?.()
})

it('a killed session whose answer is lost has an unknown end', async () => {
  platform.misbehave = ({ operation }, response) => {
    if (operation === 'SessionKill') response.destroy()
    return operation === 'SessionKill'
  }
  const call = rig.client.tokens.killSession({ connectionId, userId: 'u-alice', sessionId: 'sess:abcdef' })
  expect(await problemOf(call)).toMatchObject({ code: 'cut' })
  expect(rig.ledger().at(-1)).toMatchObject({ result: 'unknown', problem: 'cut' })
})

it('kills sessions with a record each', async () => {
  await rig.client.tokens.killSession({ connectionId, userId: 'u-alice', sessionId: 'sess:abcdef' })
  await rig.client.tokens.killSessions({ connectionId, userId: 'u-alice' })
  expect(mutations().map(({ operation, variables }) => [operation, variables])).toEqual([
    ['SessionKill', { id: 'sess:abcdef' }],
    ['UserSessionsKill', { id: 'u-alice' }],
  ])
  const actions = rig.ledger().filter(({ phase }) => phase === 'intent')
  expect(actions.slice(-2).map(({ action }) => action)).toEqual(['session.kill', 'session.kill-all'])
  expect(JSON.stringify(rig.ledger())).not.toContain('sess:abcdef')
})
