import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { problemOf } from '../support/console-rig.ts'
import type { Fault } from '../support/fault-proxy.ts'
import { addHolder, type Holder, type IncidentRig, incidentRig, listed } from '../support/incident-rig.ts'

/** Bulk revocation against the local platform in the part of OpenCTI 7, through a proxy that does harm (T-10). */
let rig: IncidentRig
let people: Holder[]

beforeEach(async () => {
  rig = await incidentRig()
  people = []
  for (const name of ['Ada One', 'Ben Two', 'Cy Three'])
    people.push(await addHolder(rig.platform, name, { tokens: 4 }))
})
afterEach(() => rig.close())

const targets = () =>
  people.map(({ id, tokens }) => ({ userId: id, tokenIds: tokens.map((token) => token.id) }))
const revoke = () =>
  rig.client.incidents.revoke({ connectionId: rig.connectionId, targets: targets(), reason: 'Clean-up' })
const left = async () => (await Promise.all(people.map(({ id }) => listed(rig.platform, id)))).flat()
const isDone = ({ incident }: { incident: { phase: string } }) => incident.phase === 'done'

/** Revocations that were sent, in order. */
const sent = () => rig.proxy.seen.filter((document) => document.includes('userAdminTokenRevoke'))

/** The first revocation meets this. */
function once(fault: Fault, times = 1): void {
  let left = times
  rig.proxy.choose = (document) => (document.includes('userAdminTokenRevoke') && left-- > 0 ? fault : null)
}

it('revokes every token of several people, sees each gone, and records all of it first', async () => {
  const { id } = await revoke()
  const { incident, steps } = await rig.until(id, isDone)
  expect(incident).toMatchObject({
    kind: 'bulk',
    owners: 3,
    tokens: { total: 12, done: 12, failed: 0, open: 0, acknowledged: 0 },
  })
  expect(
    steps.every(
      ({ state, goneAt, acknowledgedAt, attempts }) =>
        state === 'done' && goneAt && acknowledgedAt && attempts === 1,
    ),
  ).toBe(true)
  expect(await left()).toEqual([])
  expect(sent()).toHaveLength(12)
  expect(sent().every((document) => document.match(/userAdminTokenRevoke\(/g)?.length === 1)).toBe(true)

  const records = rig.ledger()
  const plan = records.findIndex(({ action, phase }) => action === 'incident.plan' && phase === 'intent')
  expect(records[plan]).toMatchObject({
    incident: id,
    kind: 'bulk',
    reason: 'Clean-up',
    tokenIds: expect.arrayContaining(targets().flatMap(({ tokenIds }) => tokenIds)),
  })
  const intents = records.flatMap((record, place) =>
    record.action === 'token.revoke' && record.phase === 'intent' ? [{ ...record, place: place + 1 }] : [],
  ) as { place: number; incident: string }[]
  expect(intents).toHaveLength(12)
  expect(intents.every(({ place, incident: of }) => place > plan && of === id)).toBe(true)
  const outcomes = records.filter(({ action, phase }) => action === 'token.revoke' && phase === 'outcome')
  expect(outcomes.map(({ of }) => of).sort()).toEqual(intents.map(({ place }) => place).sort())
  expect(outcomes.every(({ result, seenGone }) => result === 'done' && seenGone === true)).toBe(true)
  expect(records.at(-1)).toMatchObject({
    action: 'incident.plan',
    phase: 'outcome',
    result: 'done',
    done: 12,
  })
})

it('what the platform forgets is remembered, with who did it and why', async () => {
  const { id } = await revoke()
  await rig.until(id, isDone)
  const { tombstones, total } = await rig.client.inventory.tombstones({
    connectionId: rig.connectionId,
    after: null,
    first: 50,
  })
  expect(total).toBe(12)
  expect(tombstones.every(({ fate, reason, by }) => fate === 'revoked' && reason === 'Clean-up' && by)).toBe(
    true,
  )
})

describe('what goes wrong with one answer', () => {
  it.each(['lose-answer', 'http-500-after', 'html-after', 'error-below', 'drip'] as const)(
    '%s: the list tells that it is done, and it is not sent again',
    async (fault) => {
      once(fault)
      const { id } = await revoke()
      const { steps } = await rig.until(id, isDone)
      expect(steps.every(({ state }) => state === 'done')).toBe(true)
      expect(steps.filter(({ acknowledgedAt }) => acknowledgedAt === null)).toHaveLength(
        fault === 'drip' ? 0 : 1,
      )
      expect(await left()).toEqual([])
      expect(sent()).toHaveLength(12)
    },
  )

  it.each(['cut', 'http-500', 'malformed', 'lock-error', 'html'] as const)(
    '%s: the list tells that it is not done, and it is sent again',
    async (fault) => {
      once(fault)
      const { id } = await revoke()
      const { steps } = await rig.until(id, isDone)
      expect(steps.map(({ state, attempts }) => `${state} ${attempts}`).sort()).toEqual([
        ...Array.from({ length: 11 }, () => 'done 1'),
        'done 2',
      ])
      expect(await left()).toEqual([])
      expect(sent()).toHaveLength(13)
    },
  )

  it.each(['token-not-found', 'forbidden'] as const)(
    '%s of a token that is listed is a failure, until a person tries again',
    async (fault) => {
      once(fault)
      const { id } = await revoke()
      const { incident, steps } = await rig.until(id, isDone)
      expect(incident.tokens).toMatchObject({ done: 11, failed: 1 })
      const failed = steps.find(({ state }) => state === 'failed')
      expect(failed).toMatchObject({ attempts: 1, problem: { code: fault } })
      expect(await left()).toEqual([failed?.token?.id])
      expect(rig.ledger().at(-1)).toMatchObject({ action: 'incident.plan', result: 'failed', failed: 1 })

      await rig.client.incidents.retry({ id, appeared: false })
      expect((await rig.until(id, isDone)).incident.tokens).toMatchObject({ done: 12, failed: 0 })
      expect(await left()).toEqual([])
    },
  )

  it('a token that somebody else revoked meanwhile counts as gone, not as failed', async () => {
    const [first] = people
    let isGone = false
    rig.proxy.choose = (document) => {
      if (!document.includes('userAdminTokenRevoke')) return null
      if (isGone) return null
      isGone = true
      void rig.platform.ask(
        'mutation ($user: ID!, $id: ID!) { userAdminTokenRevoke(userId: $user, id: $id) }',
        {
          variables: { user: first?.id, id: first?.tokens[3]?.id },
        },
      )
      return null
    }
    const { id } = await revoke()
    const { incident } = await rig.until(id, isDone)
    expect(incident.tokens).toMatchObject({ done: 12, failed: 0 })
  })

  it('one that never succeeds fails in the end and holds nothing up', async () => {
    const stuck = people[1]?.tokens[2]?.id ?? ''
    rig.proxy.chooseCall = ({ variables }) => (variables.id === stuck ? 'http-500' : null)
    const { id } = await revoke()
    const { incident, steps } = await rig.until(id, isDone)
    expect(incident.tokens).toMatchObject({ done: 11, failed: 1 })
    expect(steps.find(({ state }) => state === 'failed')).toMatchObject({
      attempts: 5,
      problem: { code: 'http-status' },
    })
    expect(await left()).toEqual([stuck])
  })
})

describe('what stops the whole', () => {
  it('a refused token is asked with once more, then a person is called; a new one goes on', async () => {
    let after = 3
    rig.proxy.choose = (document) =>
      document.includes('userAdminTokenRevoke') && after-- <= 0 ? 'unauthorized' : null
    const { id } = await revoke()
    const { incident, steps } = await rig.until(id, ({ incident: { phase } }) => phase === 'paused')
    expect(incident.problem).toMatchObject({ code: 'wrong-token' })
    expect(steps.every(({ state }) => state === 'done' || state === 'planned')).toBe(true)
    expect(new Set(await left())).toEqual(
      new Set(steps.flatMap(({ state, token }) => (state === 'planned' && token ? [token.id] : []))),
    )
    rig.proxy.choose = () => null
    await rig.client.incidents.resume({ id })
    expect((await rig.until(id, isDone)).incident.tokens.done).toBe(12)
    expect(await left()).toEqual([])
  })

  it('a single refusal is believed by nobody', async () => {
    once('unauthorized')
    const { id } = await revoke()
    expect((await rig.until(id, isDone)).incident.tokens.done).toBe(12)
  })

  it('a network that is gone is waited for, without a step counted as failed', async () => {
    let isGone = false
    let seen = 0
    rig.proxy.choose = (document) => {
      if (document.includes('userAdminTokenRevoke')) seen += 1
      if (seen > 5) isGone = true
      return isGone ? 'cut' : null
    }
    const { id } = await revoke()
    const { incident } = await rig.until(id, ({ incident: { phase } }) => phase === 'waiting')
    expect(incident.problem?.code).toBe('cut')
    expect(incident.nextAt).toBeGreaterThan(0)
    expect(incident.tokens.failed).toBe(0)
    seen = Number.NEGATIVE_INFINITY
    isGone = false
    expect((await rig.until(id, isDone)).incident.tokens).toMatchObject({ done: 12, failed: 0 })
    expect(await left()).toEqual([])
  })

  it('Retry-After is waited for', async () => {
    once('too-many', 2)
    const { id } = await revoke()
    const { incident } = await rig.until(id, ({ incident: { phase } }) => phase === 'waiting')
    expect((incident.nextAt ?? 0) - rig.clock.now()).toBeGreaterThan(500)
    expect((await rig.until(id, isDone)).incident.tokens).toMatchObject({ done: 12 })
  })

  it('without a ledger nothing is sent', async () => {
    rig.breakLedger()
    expect(await problemOf(revoke())).toMatchObject({ code: 'ledger-failed' })
    expect(sent()).toEqual([])
    expect(await left()).toHaveLength(12)
  })

  it('who may not revoke for others is told before anything is planned', async () => {
    const reader = people[0]
    const connectionId = await rig.connect(reader?.tokens[0]?.value ?? '')
    const others = targets().slice(1)
    expect(
      await problemOf(rig.client.incidents.revoke({ connectionId, targets: others, reason: '' })),
    ).toMatchObject({
      code: 'missing-capability',
    })
    expect(sent()).toEqual([])
  })
})

describe('stopped and taken up', () => {
  it('stop sends nothing more, resume does the rest', async () => {
    let stopping: Promise<unknown> | null = null
    let id = ''
    rig.proxy.choose = (document) => {
      if (document.includes('userAdminTokenRevoke') && sent().length >= 5)
        stopping ??= rig.client.incidents.stop({ id })
      return null
    }
    ;({ id } = await revoke())
    const { incident, steps } = await rig.until(id, ({ incident: { phase } }) => phase === 'stopped')
    await stopping
    const many = sent().length
    expect(many).toBeLessThan(12)
    expect(incident.tokens).toMatchObject({ done: many, open: 0, failed: 0 })
    expect(steps.filter(({ state }) => state === 'planned')).toHaveLength(12 - many)
    const open = rig
      .ledger()
      .filter(({ action, phase }) => action === 'token.revoke' && phase === 'intent').length
    const closed = rig
      .ledger()
      .filter(({ action, phase }) => action === 'token.revoke' && phase === 'outcome').length
    expect(closed).toBe(open)
    await rig.client.incidents.resume({ id })
    expect((await rig.until(id, isDone)).incident.tokens.done).toBe(12)
    expect(sent()).toHaveLength(12)
  })

  it('a console that ends in the middle goes on when it starts again', async () => {
    const { id } = await revoke()
    await rig.until(id, () => sent().length >= 3)
    await rig.restart()
    const { incident, steps } = await rig.until(id, isDone)
    expect(incident.tokens).toMatchObject({ total: 12, done: 12 })
    expect(steps).toHaveLength(12)
    expect(await left()).toEqual([])
    const resumed = rig.ledger().filter(({ action }) => action === 'incident.resume')
    expect(resumed[0]).toMatchObject({ incident: id })
  })

  it('after a long absence a person is asked', async () => {
    const { id } = await revoke()
    await rig.until(id, () => sent().length >= 3)
    await rig.console.dispose()
    rig.clock.advance(16 * 60_000)
    const many = sent().length
    await rig.restart()
    expect((await rig.stateOf(id)).incident.phase).toBe('interrupted')
    expect(sent()).toHaveLength(many)
    await rig.client.incidents.resume({ id })
    expect((await rig.until(id, isDone)).incident.tokens.done).toBe(12)
    expect(await left()).toEqual([])
  })
})

it('the token that the connection uses goes last, and its refusal is the proof', async () => {
  const platform = rig.platform
  const { data } = await platform.ask('{ me { id } }')
  const own = await platform.generate(undefined, 'DAYS_30', 'Gatehouse')
  const other = await platform.generate(undefined, 'DAYS_30', 'Another')
  const connectionId = await rig.connect(own.plaintext_token)
  const mine = { userId: data.me.id, tokenIds: [own.token_id, other.token_id] }
  const preview = await rig.client.incidents.preview({ connectionId, targets: [mine] })
  expect(preview.owners[0]?.tokens.map((token) => [token.id, token.own])).toEqual(
    expect.arrayContaining([
      [own.token_id, true],
      [other.token_id, false],
    ]),
  )
  const { id } = await rig.client.incidents.revoke({
    connectionId,
    targets: [mine, ...targets()],
    reason: '',
  })
  const { incident, steps } = await rig.until(id, isDone)
  expect(incident.tokens).toMatchObject({ total: 14, done: 14 })
  const last = [...steps].sort((a, b) => (b.acknowledgedAt ?? 0) - (a.acknowledgedAt ?? 0))[0]
  expect(last).toMatchObject({ token: { id: own.token_id, own: true }, probe: { refused: true } })
  expect(
    (await platform.ask('{ me { id } }', { token: own.plaintext_token })).errors?.[0].extensions.code,
  ).toBe('AUTH_REQUIRED')
  expect(await listed(platform, data.me.id)).not.toContain(other.token_id)
})

it('many owners are seen gone by the list of all users, in few requests; whom a page lacks is asked for by name', async () => {
  const many = []
  for (let index = 0; index < 60; index += 1)
    many.push(await addHolder(rig.platform, `Many ${index}`, { tokens: 1 }))
  people = many
  rig.proxy.seen.length = 0
  let page = 0
  let release = (): void => {}
  const held = new Promise<void>((resolve) => {
    release = resolve
  })
  rig.proxy.choose = async (document) => {
    if (!document.includes('query Inventory') || page++ !== 1) return null
    await held
    return 'partial-page'
  }
  const { id } = await revoke()
  // Meanwhile nothing counts as done, and what the platform said is told apart.
  const { incident: waiting } = await rig.until(id, (state) => state.incident.steps.acknowledged === 60)
  expect(waiting.tokens).toEqual({ total: 60, done: 0, failed: 0, open: 60, acknowledged: 60 })
  release()
  const { incident } = await rig.until(id, isDone)
  expect(incident.tokens).toMatchObject({ total: 60, done: 60, acknowledged: 0 })
  expect(await left()).toEqual([])
  const reads = rig.proxy.seen.filter((document) => document.includes('query UserAccess')).length
  expect(reads).toBeGreaterThan(20)
  expect(reads).toBeLessThan(60)
})
