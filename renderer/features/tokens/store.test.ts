import { describe, expect, test } from 'vitest'
import { hostOf } from '../../../tests/page/host.ts'
import { ALICE, ME } from '../../../tests/page/people.ts'
import { FAKE_VALUE } from '../../../tests/page/router.ts'
import { createWorld, problem } from '../../../tests/page/world.ts'
import { createTokensStore } from './store.ts'

function rig() {
  const world = createWorld()
  const store = createTokensStore(hostOf(world), world.clock)
  store.actions.turnTo('cert')
  return { world, store, actions: store.actions, state: store.getState }
}

const settle = () => new Promise((resolve) => setTimeout(resolve))

describe('reading', () => {
  test('keeps what it had when the next reading fails', async () => {
    const { world, actions, state } = rig()
    await actions.load('me')
    world.failing.set('tokens.ofUser', problem('timeout'))
    await actions.load('me')
    expect(state().access.me).toMatchObject({ loading: false, problem: { code: 'timeout' } })
    expect(state().access.me?.data?.tokens).toHaveLength(5)
  })

  test('an answer that was overtaken by a change is dropped', async () => {
    const { world, actions, state } = rig()
    await actions.load(ALICE)
    const token = state().access[ALICE]?.data?.tokens[0]
    if (!token) throw new Error('Alice has no token')
    // The slow reading began before the revocation and would bring the token back.
    const arrival = Promise.withResolvers<void>()
    world.travelling.set('tokens.ofUser', arrival.promise)
    const slow = actions.load(ALICE)
    await settle()
    await actions.revoke(ALICE, token, '')
    arrival.resolve()
    await slow
    expect(state().access[ALICE]?.data?.tokens.map(({ id }) => id)).not.toContain(token.id)
    expect(world.calls.filter((call) => call === 'tokens.revoke')).toHaveLength(1)
  })

  test('what something else has changed stays outdated until it is asked for again', async () => {
    const { world, actions, state } = rig()
    await actions.load(ALICE)
    expect(state().access[ALICE]?.outdated).toBe(false)
    const arrival = Promise.withResolvers<void>()
    world.travelling.set('tokens.ofUser', arrival.promise)
    const under = actions.load(ALICE)
    await settle()
    // Whether this answer is from before the change nobody can say.
    actions.outdate()
    arrival.resolve()
    await under
    expect(state().access[ALICE]).toMatchObject({ outdated: true, loading: false, data: {} })
    await actions.load(ALICE)
    expect(state().access[ALICE]?.outdated).toBe(false)
  })

  test('answers for a connection one has left are dropped, with all that was read from it', async () => {
    const { actions, state } = rig()
    const reading = actions.load('me')
    actions.turnTo('other')
    await reading
    expect(state()).toMatchObject({ connectionId: 'other', access: {}, lastReadAt: null })
  })

  test('a change that ends after one has left brings nothing of it along', async () => {
    const { world, actions, state } = rig()
    await actions.load(ALICE)
    const token = state().access[ALICE]?.data?.tokens[0]
    if (!token) throw new Error('Alice has no token')
    const done = actions.revoke(ALICE, token, '')
    actions.turnTo('other')
    expect(await done).toBeNull()
    expect(state()).toMatchObject({ connectionId: 'other', access: {}, lastReadAt: null })
    world.failing.set('tokens.killSessions', problem('timeout'))
    actions.turnTo('cert')
    const failed = actions.killSessions(ALICE)
    actions.turnTo('other')
    expect(await failed).toMatchObject({ code: 'timeout' })
    await settle()
    expect(state()).toMatchObject({ connectionId: 'other', access: {}, lastReadAt: null })
  })

  test('one person under two names stays one', async () => {
    const { actions, state } = rig()
    await actions.load('me')
    await actions.load(ME)
    const token = state().access.me?.data?.tokens[0]
    if (!token) throw new Error('Bob has no token')
    await actions.revoke('me', token, '')
    expect(state().access[ME]?.data?.tokens).toHaveLength(4)
  })

  test('keeps a bounded number of users', async () => {
    const { actions, state } = rig()
    for (let index = 0; index < 40; index++) await actions.load(`user-${index}`)
    expect(Object.keys(state().access).length).toBeLessThanOrEqual(12)
    expect(state().access['user-39']?.data?.user.id).toBe('user-39')
  })
})

describe('users', () => {
  test('asks once typing pauses, and shows the answer to the last question', async () => {
    const { world, actions, state } = rig()
    for (const text of ['a', 'al', 'ali', 'alice']) {
      actions.searchUsers(text)
      world.clock.advance(100)
    }
    expect(world.calls).toEqual([])
    world.clock.advance(200)
    await settle()
    expect(world.calls).toEqual(['tokens.users'])
    expect(state().users.data?.users.map(({ name }) => name)).toEqual(['Alice Martin'])
  })

  test('loads page after page until there is no more, each once', async () => {
    const { world, actions, state } = rig()
    actions.searchUsers('', 'now')
    await settle()
    expect(state().users.data).toMatchObject({ total: 240, nextCursor: '100' })
    await Promise.all([actions.moreUsers(), actions.moreUsers()])
    expect(state().users.data?.users).toHaveLength(200)
    await actions.moreUsers()
    await actions.moreUsers()
    expect(state().users.data?.users).toHaveLength(240)
    expect(new Set(state().users.data?.users.map(({ id }) => id)).size).toBe(240)
    expect(world.calls).toHaveLength(3)
  })
})

describe('generating', () => {
  const input = { userId: 'me', name: 'CI', duration: 'DAYS_30' } as const

  test('opens the reveal dialog with the handle, never with the value', async () => {
    const { actions, state } = rig()
    const outcome = await actions.generate(input, 'Bob Keller')
    await settle()
    expect(outcome.kind).toBe('made')
    expect(state().dialog?.name).toBe('reveal')
    expect(JSON.stringify(state())).not.toContain(FAKE_VALUE.slice(0, 30))
    expect(state().access.me?.data?.tokens.some(({ name }) => name === 'CI')).toBe(true)
  })

  test.each([
    ['answer-lost', { kind: 'answer-lost', checked: true }],
    ['not-listed', { kind: 'answer-lost', orphans: [], checked: true }],
    ['unchecked', { kind: 'answer-lost', orphans: [], checked: false }],
    ['expiry-differs', { kind: 'expiry-differs', token: { expiresAt: null } }],
  ] as const)('%s is told apart, and asked only once', async (trouble, expected) => {
    const { world, actions, state } = rig()
    world.generateTrouble = trouble
    expect(await actions.generate(input, 'Bob Keller')).toMatchObject(expected)
    expect(state().dialog).toBeNull()
    expect(world.calls.filter((call) => call === 'tokens.generate')).toHaveLength(1)
  })

  test('a lost way to the core counts as a lost answer, not as a failure', async () => {
    const { world, actions } = rig()
    world.link.set('closed')
    expect(await actions.generate(input, 'Bob Keller')).toMatchObject({ kind: 'answer-lost', checked: false })
  })

  test('a value that nobody waits for any more is forgotten', async () => {
    const { world, actions, state } = rig()
    const made = actions.generate(input, 'Bob Keller')
    actions.turnTo('other')
    await made
    expect(world.calls).toContain('tokens.forget')
    expect(world.values.size).toBe(0)
    expect(state().dialog).toBeNull()
  })
})

test('a change that fails reads the list again, for it may have happened all the same', async () => {
  const { world, actions, state } = rig()
  await actions.load('me')
  world.failing.set('tokens.revoke', problem('timeout'))
  const token = state().access.me?.data?.tokens[0]
  if (!token) throw new Error('Bob has no token')
  expect(await actions.revoke('me', token, '')).toMatchObject({ code: 'timeout' })
  await settle()
  expect(world.calls.filter((call) => call === 'tokens.ofUser')).toHaveLength(2)
})
