import { beforeEach, describe, expect, test, vi } from 'vitest'
import type { InventoryDelta, InventoryStatus, InventoryToken } from '#shared/contract/inventory.ts'
import { jsonText } from '#shared/domain/json-text.ts'
import { DAY_MS } from '#shared/domain/token.ts'
import { delta, NOW, ownerOf, tokenOf } from '../../../tests/page/inventory-pieces.ts'
import { type ManualClock, manualClock } from '../../../tests/page/manual-clock.ts'
import { type Host, LinkClosedError } from '../../client.ts'
import { NO_FILTER } from './filter.ts'
import { createInventoryStore, type InventoryStore } from './store.ts'

const owner = ownerOf(1)

/** `id` names the token, `row` is the number that the core of the day gave it; the later number the newer token. */
const token = (row: number, id: string, change: Partial<InventoryToken> = {}): InventoryToken =>
  tokenOf(row, 1, {
    id,
    name: `Token ${id}`,
    maskedToken: '****0000',
    createdAt: NOW - DAY_MS + row,
    ...change,
  })

const whole = (...tokens: InventoryToken[]): InventoryDelta => delta({ reset: true, owners: [owner], tokens })

/** A core that answers each call for rows when, and with what, the test says. */
function scriptedCore() {
  const asked: { connectionId: string; cursor: string | null }[] = []
  const waiting: { resolve: (text: string) => void; reject: (error: unknown) => void }[] = []
  const heard = new Map<string, (status: InventoryStatus) => void>()
  const refresh = vi.fn(async (_input: { connectionId: string }) => {})
  const rows = (input: { connectionId: string; cursor: string | null }) => {
    asked.push(input)
    return new Promise<string>((resolve, reject) => waiting.push({ resolve, reject }))
  }
  const watched: string[] = []
  const host = {
    client: {
      inventory: {
        rows,
        refresh,
        watch: async ({ connectionId }: { connectionId: string }) => watched.push(connectionId),
      },
    },
    follow: (
      open: (client: unknown, options: unknown) => unknown,
      hears: (status: InventoryStatus) => void,
    ) => {
      open(host.client, {})
      const connectionId = watched.at(-1) ?? ''
      heard.set(connectionId, hears)
      return () => heard.delete(connectionId)
    },
  }
  const settled = () => new Promise((resolve) => setImmediate(resolve))
  return {
    host: host as unknown as Host,
    asked,
    refresh,
    followed: () => [...heard.keys()],
    tell: (connectionId: string, revision: number, change: Partial<InventoryStatus> = {}) =>
      heard.get(connectionId)?.({
        phase: 'ready',
        scope: 'everybody',
        readAt: NOW,
        clockSkewMs: 0,
        revision,
        ...change,
      } as InventoryStatus),
    async answer(piece: InventoryDelta): Promise<void> {
      waiting.shift()?.resolve(jsonText(piece))
      await settled()
    },
    async fail(error: unknown): Promise<void> {
      waiting.shift()?.reject(error)
      await settled()
    },
  }
}

let core: ReturnType<typeof scriptedCore>
let clock: ManualClock
let store: InventoryStore

beforeEach(() => {
  core = scriptedCore()
  clock = manualClock(NOW)
  // Idle work belongs to the copy's own tests.
  store = createInventoryStore(core.host, clock, () => () => {})
  store.actions.turnTo('one')
})

const state = () => store.getState()
const shown = () => store.index.slice().map(({ id }) => id)
const selected = () => store.actions.selectedRows().map(({ id }) => id)

async function copied(...tokens: InventoryToken[]): Promise<void> {
  core.tell('one', 1)
  await core.answer(whole(...tokens))
}

describe('following', () => {
  test('asks for pieces until the copy is what the core has', async () => {
    core.tell('one', 3)
    expect(core.asked).toEqual([{ connectionId: 'one', cursor: null }])
    await core.answer(
      delta({ reset: true, owners: [owner], tokens: [token(1, 'a')], more: true, cursor: 'c1' }),
    )
    expect(state().complete).toBe(false)
    await core.answer(delta({ tokens: [token(2, 'b')], cursor: 'c2', revision: 3 }))
    expect(core.asked.map(({ cursor }) => cursor)).toEqual([null, 'c1'])
    expect([state().complete, shown()]).toEqual([true, ['b', 'a']])
  })

  test('a word that comes while a piece is on its way starts no second copying, and is followed all the same', async () => {
    core.tell('one', 1)
    core.tell('one', 2)
    expect(core.asked.length).toBe(1)
    await core.answer({ ...whole(token(1, 'a')), revision: 1 })
    expect(core.asked.length).toBe(2)
    await core.answer(delta({ removed: [1], revision: 2 }))
    expect([state().complete, shown()]).toEqual([true, []])
  })

  test('a piece of the connection before is not taken over', async () => {
    core.tell('one', 1)
    store.actions.turnTo('two')
    expect(core.followed()).toEqual(['two'])
    core.tell('two', 1)
    await core.answer(whole(token(1, 'of-one')))
    expect(shown()).toEqual([])
    expect(core.asked.at(-1)).toEqual({ connectionId: 'two', cursor: null })
    await core.answer(whole(token(1, 'of-two')))
    expect([state().complete, shown()]).toEqual([true, ['of-two']])
  })

  test('what fails is told, the next word tries again; a closed link is told elsewhere', async () => {
    core.tell('one', 1)
    await core.fail(new LinkClosedError())
    expect(state().problem).toBeNull()
    core.tell('one', 1)
    await core.fail(new Error('no rows today'))
    expect(state().problem).not.toBeNull()
    core.tell('one', 1)
    await core.answer(whole(token(1, 'a')))
    expect([state().problem, shown()]).toEqual([null, ['a']])
  })

  test('what is old is read again when somebody looks, and only then', async () => {
    core.tell('one', 1, { readAt: NOW - 4 * 60_000 })
    store.actions.visit()
    expect(core.refresh).not.toHaveBeenCalled()
    clock.advance(61_000)
    store.actions.visit()
    expect(core.refresh).toHaveBeenCalledExactlyOnceWith({ connectionId: 'one' })
  })
})

describe('the selection', () => {
  test('outlasts search, filter and order, and loses what is gone', async () => {
    await copied(token(1, 'a'), token(2, 'b'), token(3, 'c'))
    store.actions.tick(1)
    store.actions.tick(2)
    store.actions.searchFor('Token c')
    store.actions.show({ sort: [{ column: 'name', descending: true }] })
    expect([shown(), selected()]).toEqual([['c'], ['a', 'b']])
    store.actions.searchFor('')
    store.actions.show({ filter: { ...NO_FILTER, status: ['expired'] } })
    expect([shown(), selected()]).toEqual([[], ['a', 'b']])
    core.tell('one', 2)
    await core.answer(delta({ removed: [1], revision: 2 }))
    expect(selected()).toEqual(['b'])
  })

  test('a range runs as the rows stand now, over what is shown alone', async () => {
    await copied(token(1, 'a'), token(2, 'b1'), token(3, 'c'), token(4, 'b2'), token(5, 'b3'))
    store.actions.searchFor('Token b')
    expect(shown()).toEqual(['b3', 'b2', 'b1'])
    store.actions.tick(5)
    store.actions.tick(2, true)
    expect(selected().sort()).toEqual(['b1', 'b2', 'b3'])
    // Of a row that is selected, Shift or not, it takes the selection back.
    store.actions.tick(4, true)
    expect(selected().sort()).toEqual(['b1', 'b3'])
  })

  test('a range does not start from a row of the connection before', async () => {
    await copied(token(1, 'a'), token(2, 'b'), token(3, 'c'))
    store.actions.tick(1)
    store.actions.turnTo('two')
    core.tell('two', 1)
    await core.answer(whole(token(1, 'x'), token(2, 'y'), token(3, 'z')))
    store.actions.tick(3, true)
    expect(selected()).toEqual(['z'])
  })

  test('a core that numbers anew: the same tokens stay selected, and never others meanwhile', async () => {
    await copied(token(1, 'a'), token(2, 'b'), token(3, 'c'))
    store.actions.tick(1)
    store.actions.tick(3)
    core.tell('one', 2)
    await core.answer(
      delta({
        reset: true,
        owners: [owner],
        tokens: [token(1, 'c'), token(3, 'b')],
        more: true,
        revision: 2,
      }),
    )
    expect(selected()).not.toContain('b')
    await core.answer(delta({ tokens: [token(2, 'a')], revision: 2 }))
    expect(selected().sort()).toEqual(['a', 'c'])
  })

  test('a second start anew before the first was copied forgets nothing; what was ticked between stays too', async () => {
    await copied(token(1, 'a'), token(2, 'b'), token(3, 'c'))
    store.actions.tick(1)
    core.tell('one', 2)
    const anew = (...tokens: InventoryToken[]) =>
      delta({ reset: true, owners: [owner], tokens, more: true, revision: 2 })
    await core.answer(anew(token(1, 'b'), token(2, 'c')))
    store.actions.tick(1)
    await core.answer(anew(token(1, 'c'), token(2, 'b')))
    await core.answer(delta({ tokens: [token(3, 'a')], revision: 2 }))
    expect(selected().sort()).toEqual(['a', 'b'])
  })
})

describe('the details beside the table', () => {
  test('are those of the same token when the core numbers anew', async () => {
    await copied(token(1, 'a'), token(2, 'b'))
    store.actions.open(1)
    core.tell('one', 2)
    await core.answer(
      delta({ reset: true, owners: [owner], tokens: [token(1, 'b')], more: true, revision: 2 }),
    )
    expect(state().opened).toBeNull()
    await core.answer(delta({ tokens: [token(2, 'a')], revision: 2 }))
    expect(state().opened).toBe(2)
  })

  test('go with their token', async () => {
    await copied(token(1, 'a'), token(2, 'b'))
    store.actions.open(1)
    core.tell('one', 2)
    await core.answer(delta({ removed: [1], revision: 2 }))
    expect(state().opened).toBeNull()
  })
})

test('the ending of a token is found as it is shown', async () => {
  await copied(token(1, 'a', { maskedToken: '****zz99' }), token(2, 'b'))
  store.actions.searchFor('…zz99')
  expect(shown()).toEqual(['a'])
})
