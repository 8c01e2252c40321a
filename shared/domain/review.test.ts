import { expect, it } from 'vitest'
import { isChanged, ownerChanges, type ReviewedHolding } from './review.ts'

const T = { before: 1_000, now: 2_000 }
const token = (id: string, change: { expiresAt?: number | null; lastUsedAt?: number | null } = {}) => ({
  id,
  expiresAt: null,
  lastUsedAt: null,
  ...change,
})
const holding = (change: Partial<ReviewedHolding> = {}): ReviewedHolding => ({
  accountStatus: 'Active',
  capabilities: ['APIACCESS_USETOKEN', 'KNOWLEDGE'],
  tokens: [token('a')],
  ...change,
})

it('nothing changed', () => {
  const changes = ownerChanges(holding(), holding(), T)
  expect(changes).toEqual({
    marks: new Map(),
    vanished: [],
    gained: [],
    lost: [],
    statusBefore: null,
    isNew: false,
    isGone: false,
  })
  expect(isChanged(changes)).toBe(false)
})

it('a token appeared, another vanished', () => {
  const changes = ownerChanges(holding(), holding({ tokens: [token('b')] }), T)
  expect(changes.marks).toEqual(new Map([['b', ['appeared']]]))
  expect(changes.vanished).toEqual([token('a')])
  expect(isChanged(changes)).toBe(true)
})

it('being used is told and needs nobody; having ended does', () => {
  const used = ownerChanges(
    holding({ tokens: [token('a', { lastUsedAt: 5 })] }),
    holding({ tokens: [token('a', { lastUsedAt: 6 })] }),
    T,
  )
  expect(used.marks).toEqual(new Map([['a', ['used']]]))
  expect(isChanged(used)).toBe(false)
  const first = ownerChanges(holding(), holding({ tokens: [token('a', { lastUsedAt: 6 })] }), T)
  expect(first.marks.get('a')).toEqual(['used'])
  const ends = (expiresAt: number) =>
    ownerChanges(
      holding({ tokens: [token('a', { expiresAt })] }),
      holding({ tokens: [token('a', { expiresAt })] }),
      T,
    )
  expect(ends(2_001).marks.size).toBe(0)
  expect(ends(2_000).marks.get('a')).toEqual(['expired'])
  expect(ends(1_000).marks.size).toBe(0)
  expect(isChanged(ends(2_000))).toBe(true)
})

it('rights gained and lost, and another account status', () => {
  const changes = ownerChanges(
    holding(),
    holding({ accountStatus: 'Locked', capabilities: ['BYPASS', 'KNOWLEDGE'] }),
    T,
  )
  expect(changes).toMatchObject({ gained: ['BYPASS'], lost: ['APIACCESS_USETOKEN'], statusBefore: 'Active' })
  for (const capabilities of [['KNOWLEDGE'], ['APIACCESS_USETOKEN', 'BYPASS', 'KNOWLEDGE']])
    expect(isChanged(ownerChanges(holding(), holding({ capabilities }), T))).toBe(true)
  expect(isChanged(ownerChanges(holding(), holding({ accountStatus: 'Locked' }), T))).toBe(true)
})

it('an owner who is new, and one who holds nothing any more', () => {
  expect(ownerChanges(null, holding(), T)).toMatchObject({ isNew: true, gained: [], statusBefore: null })
  const empty = ownerChanges(holding(), holding({ tokens: [] }), T)
  expect(empty).toMatchObject({ isGone: true, vanished: [token('a')], lost: [] })
  const unlisted = ownerChanges(holding(), null, T)
  expect(unlisted).toMatchObject({ isGone: true, vanished: [token('a')], lost: [], statusBefore: null })
  expect(isChanged(unlisted)).toBe(true)
})
