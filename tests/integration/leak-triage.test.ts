import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Leaked } from '#shared/contract/triage.ts'
import { Secret } from '../../electron/base/secret.ts'
import { IN_HAND_MS } from '../../electron/core/incidents/in-hand.ts'
import { consoleRig, problemOf } from '../support/console-rig.ts'
import { addHolder, type Holder, type IncidentRig, incidentRig, listed } from '../support/incident-rig.ts'
import { codeOf, startTestPlatform } from '../support/platform-rig.ts'

/** T-19: a found token is identified, revoked and proven, against the local platform in the part of OpenCTI 7. */
let rig: IncidentRig
let alice: Holder
const ends: (() => Promise<unknown>)[] = []

beforeEach(async () => {
  rig = await incidentRig()
  alice = await addHolder(rig.platform, 'Alice Away', { tokens: 3 })
})
afterEach(async () => {
  await rig.close()
  for (const end of ends.splice(0).reverse()) await end()
})

const value = (index: number): string => alice.tokens[index]?.value ?? ''
/** The shape of a token, and nobody's. */
const STRANGER = `flgrn_octi_tkn_${'FAKE'.repeat(16)}`

async function ask(...values: string[]) {
  return rig.client.triage.identify({ connectionId: rig.connectionId, values })
}
async function one(text: string): Promise<Leaked> {
  const { leaks } = await ask(text)
  expect(leaks).toHaveLength(1)
  return leaks[0] as Leaked
}
const update = (key: string, to: string) =>
  rig.platform.ask(
    'mutation ($id: ID!, $input: [EditInput]!) { userEdit(id: $id) { fieldPatch(input: $input) { id } } }',
    { variables: { id: alice.id, input: [{ key, value: [to] }] } },
  )

describe('whose it is', () => {
  it('a live one: the owner, the token, what would stop, and when it was used before it was presented here', async () => {
    const leak = await one(value(1))
    expect(leak).toMatchObject({
      verdict: 'live',
      shape: 'token',
      ending: value(1).slice(-4),
      owner: { id: alice.id, email: alice.email },
      mayRevoke: true,
      problem: null,
    })
    expect(leak.holdings).toMatchObject({ sessions: 0, connectors: [] })
    expect(leak.holdings?.tokens).toEqual([
      expect.objectContaining({ id: alice.tokens[1]?.id, lastUsedAt: null, own: false }),
    ])
  })

  it('one that was used by somebody keeps the time of that use', async () => {
    await rig.platform.ask('{ me { id } }', { token: value(0) })
    const before = await rig.client.tokens.ofUser({ connectionId: rig.connectionId, userId: alice.id })
    const usedAt = before.tokens.find(({ id }) => id === alice.tokens[0]?.id)?.lastUsedAt
    expect(usedAt).toBeGreaterThan(0)
    expect((await one(value(0))).holdings?.tokens[0]?.lastUsedAt).toBe(usedAt)
  })

  it('the console’s own one is known as such', async () => {
    const { plaintext_token } = await rig.platform.generate(undefined, 'DAYS_30', 'console')
    const connectionId = await rig.connect(plaintext_token)
    const { leaks } = await rig.client.triage.identify({ connectionId, values: [plaintext_token] })
    expect(leaks[0]?.holdings?.tokens).toMatchObject([{ own: true, name: 'console' }])
  })

  it('one that nobody knows is refused, and called unknown', async () => {
    expect(await one(STRANGER)).toEqual({
      ending: 'FAKE',
      shape: 'token',
      verdict: 'unknown',
      owner: null,
      holdings: null,
      gone: null,
      mayRevoke: false,
      problem: null,
    })
  })

  it('one that was revoked here: by whom, and why', async () => {
    await rig.client.tokens.revoke({
      connectionId: rig.connectionId,
      userId: alice.id,
      tokenId: alice.tokens[0]?.id ?? '',
      reason: 'Left the team',
    })
    const leak = await one(value(0))
    expect(leak).toMatchObject({ verdict: 'revoked', owner: { id: alice.id }, mayRevoke: false })
    expect(leak.gone).toMatchObject({ reason: 'Left the team', fate: 'revoked' })
  })

  it('one that somebody else revoked meanwhile: gone since the last list', async () => {
    await one(value(2))
    await rig.platform.ask('mutation ($u: ID!, $t: ID!) { userAdminTokenRevoke(userId: $u, id: $t) }', {
      variables: { u: alice.id, t: alice.tokens[2]?.id },
    })
    rig.clock.advance(6 * 60_000)
    expect(await one(value(2))).toMatchObject({ verdict: 'vanished', owner: { id: alice.id } })
  })

  it('of a locked account: refused now, and open again with the account, so it is revoked all the same', async () => {
    await update('account_status', 'Locked')
    expect(await one(value(0))).toMatchObject({
      verdict: 'shut',
      owner: { id: alice.id },
      mayRevoke: true,
    })
  })

  it('several at once, each in its place', async () => {
    const { leaks } = await ask(value(2), STRANGER, value(0))
    expect(leaks.map(({ verdict }) => verdict)).toEqual(['live', 'unknown', 'live'])
    expect(leaks.map(({ holdings }) => holdings?.tokens[0]?.id)).toEqual([
      alice.tokens[2]?.id,
      undefined,
      alice.tokens[0]?.id,
    ])
  })
})

describe('what is in the way', () => {
  it('the platform does not answer when they are presented: that is said, and no verdict is', async () => {
    rig.proxy.choose = (document) => (document.includes('query Who') ? 'cut' : null)
    const { leaks } = await ask(value(0), value(1))
    expect(leaks).toMatchObject([
      { verdict: 'not-asked', owner: null, problem: { code: 'cut' } },
      { verdict: 'not-asked', owner: null, problem: { code: 'cut' } },
    ])
  })

  it('who may not see others is told whose it is, and why it cannot be revoked from here', async () => {
    const bob = await addHolder(rig.platform, 'Bob Plain', { tokens: 1 })
    const connectionId = await rig.connect(bob.tokens[0]?.value ?? '')
    const { leaks } = await rig.client.triage.identify({ connectionId, values: [value(0)] })
    expect(leaks[0]).toMatchObject({
      verdict: 'live',
      owner: { id: alice.id },
      mayRevoke: false,
      problem: { code: 'missing-capability' },
    })
  })

  it('a platform before 7.260224 is asked too, and the reason given (T-20)', async () => {
    const admin = '11111111-2222-4333-8444-555555555555'
    const platform = await startTestPlatform({
      as: 'opencti-6.9',
      seed: 'demo',
      admin: { token: new Secret(admin) },
    })
    ends.push(() => platform.platform.stop())
    const { data } = await platform.ask('{ users(search: "佐藤") { edges { node { id api_token } } } }')
    const { id, api_token: leaked } = data.users.edges[0].node
    const old = consoleRig()
    ends.push(() => old.console.dispose())
    const connectionId = await old.connect(platform.url, admin)
    const { leaks } = await old.client.triage.identify({
      connectionId,
      values: [leaked, 'aaaaaaaa-2222-4333-8444-555555555555'],
    })
    expect(leaks).toMatchObject([
      {
        verdict: 'live',
        shape: 'legacy',
        owner: { id },
        mayRevoke: false,
        problem: { code: 'old-platform' },
      },
      { verdict: 'unknown', owner: null },
    ])
  })

  it('nothing is presented when it cannot be recorded', async () => {
    await one(value(0))
    rig.breakLedger()
    const before = rig.proxy.seen.filter((document) => document.includes('query Who')).length
    expect((await problemOf(ask(value(1))))?.code).toBe('ledger-failed')
    expect(rig.proxy.seen.filter((document) => document.includes('query Who'))).toHaveLength(before)
  })

  it('what does not look like a token never leaves', async () => {
    await expect(ask('password123')).rejects.toThrow()
    expect(rig.proxy.seen.some((document) => document.includes('query Who'))).toBe(false)
  })
})

describe('the next step', () => {
  it('revokes it and proves it with the value in hand, which is then gone from memory', async () => {
    const { id } = await ask(value(1), STRANGER)
    const incident = await rig.client.triage.revoke({ id, places: [0, 1], reason: 'Found in a repository' })
    expect(incident).toMatchObject({ kind: 'bulk', reason: 'Found in a repository', tokens: { total: 1 } })
    const { steps } = await rig.until(incident.id, ({ steps: [step] }) => step?.probe != null)
    expect(steps[0]).toMatchObject({ state: 'done', probe: { refused: true } })
    // Two of them may have been made in the same millisecond: which comes first is the platform's.
    expect((await listed(rig.platform, alice.id)).toSorted()).toEqual(
      [alice.tokens[0]?.id, alice.tokens[2]?.id].toSorted(),
    )
    expect(codeOf(await rig.platform.ask('{ me { id } }', { token: value(1) }))).toBe('AUTH_REQUIRED')
    const again = rig.client.triage.revoke({ id, places: [0], reason: '' })
    expect((await problemOf(again))?.code).toBe('triage-gone')
  })

  it('what is forgotten, or too old, cannot be revoked by its handle', async () => {
    const first = await ask(value(0))
    await rig.client.triage.forget({ id: first.id })
    const second = await ask(value(0))
    rig.clock.advance(IN_HAND_MS)
    for (const { id } of [first, second])
      expect((await problemOf(rig.client.triage.revoke({ id, places: [0], reason: '' })))?.code).toBe(
        'triage-gone',
      )
    expect(await listed(rig.platform, alice.id)).toHaveLength(3)
  })

  it('what nobody holds is not revoked', async () => {
    const { id } = await ask(STRANGER)
    const call = rig.client.triage.revoke({ id, places: [0], reason: '' })
    expect((await problemOf(call))?.code).toBe('token-not-found')
  })
})

it('no value is in an answer, the log or the ledger; the ledger has the endings', async () => {
  const answer = await ask(value(0), STRANGER)
  const ledger = rig.ledger()
  const told = JSON.stringify([answer, rig.lines, ledger])
  for (const secret of [value(0), STRANGER]) expect(told).not.toContain(secret.slice(20))
  const record = JSON.stringify(ledger.filter(({ action }) => action === 'token.triage'))
  expect(record).toContain(value(0).slice(-4))
})
