import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type CauseOwner, type CauseToken, causeOf, endOf, forecast } from './connector-cause.ts'

const NOW = Date.UTC(2026, 8, 22, 8, 30)
const HOUR = 3_600_000
const DAY = 24 * HOUR

const token = (id: string, change: Partial<CauseToken> = {}): CauseToken => ({
  id,
  name: id,
  lastFour: 'FAKE',
  createdAt: NOW - 90 * DAY,
  expiresAt: null,
  lastUsedAt: NOW - HOUR,
  ended: null,
  ...change,
})
const owner = (tokens: CauseToken[], change: Partial<CauseOwner> = {}): CauseOwner => ({
  id: 'o',
  accountStatus: 'Active',
  lockedAfter: null,
  tokens,
  ...change,
})
const cause = (of: CauseOwner, since: number | null = NOW - HOUR) => causeOf(of, since, NOW)

describe('cause', () => {
  it('is none while a token lets the connector in and none ended', () => {
    expect(cause(owner([token('a')]))).toBeNull()
    expect(cause(owner([token('a', { expiresAt: NOW + 1 })]))).toBeNull()
  })

  it('is the last token that expired, to the millisecond, when nothing else lets it in', () => {
    expect(cause(owner([token('a', { expiresAt: NOW })]))).toMatchObject({
      kind: 'expired',
      token: { id: 'a' },
      at: NOW,
      certainty: 'certain',
    })
    const both = owner([token('a', { expiresAt: NOW - 9 * DAY }), token('b', { expiresAt: NOW - 5 * DAY })])
    expect(cause(both)).toMatchObject({ token: { id: 'b' } })
  })

  it('is a revocation, or a vanishing between two moments', () => {
    const at = NOW - 2 * HOUR
    expect(cause(owner([token('a', { ended: { how: 'revoked', at } })]))).toMatchObject({
      kind: 'revoked',
      at,
      certainty: 'certain',
    })
    const gone = owner([token('a', { ended: { how: 'gone', after: at - HOUR, at } }), token('b')])
    expect(cause(gone)).toMatchObject({ kind: 'gone', after: at - HOUR, at, certainty: 'possible' })
  })

  it('one that expired before it was revoked had expired', () => {
    const at = NOW - HOUR
    const late = token('a', { expiresAt: at - HOUR, ended: { how: 'revoked', at } })
    expect(cause(owner([late]))).toMatchObject({ kind: 'expired', at: at - HOUR })
  })

  it('beside tokens that still let it in, only one that was used and ended about when the trouble began', () => {
    const ended = (at: number, change = {}) =>
      owner([token('a', { ended: { how: 'revoked', at }, lastUsedAt: at - HOUR, ...change }), token('b')])
    expect(cause(ended(NOW - HOUR))).toMatchObject({ certainty: 'possible' })
    // Long before it was last seen well, so it was not this.
    expect(cause(ended(NOW - 2 * DAY), NOW - HOUR)).toBeNull()
    expect(cause(ended(NOW - HOUR), null)).toBeNull()
    expect(cause(ended(NOW - HOUR, { lastUsedAt: null }))).toBeNull()
    expect(cause(ended(NOW - HOUR, { lastUsedAt: NOW - 60 * DAY }))).toBeNull()
  })

  it('is the account before any token, and no token at all', () => {
    expect(cause(owner([token('a')], { accountStatus: 'Locked' }))).toEqual({
      kind: 'account',
      status: 'Locked',
    })
    expect(cause(owner([token('a')], { lockedAfter: NOW }))).toEqual({ kind: 'locked', at: NOW })
    expect(cause(owner([token('a')], { lockedAfter: NOW + 1 }))).toBeNull()
    expect(cause(owner([]))).toEqual({ kind: 'no-token' })
  })
})

describe('forecast', () => {
  const connectors = [
    { id: 'c1', ownerId: 'o', wanted: true },
    { id: 'c2', ownerId: 'o', wanted: true },
    { id: 'stopped', ownerId: 'o', wanted: false },
    { id: 'other', ownerId: 'p', wanted: true },
    { id: 'nobody', ownerId: null, wanted: true },
  ]
  const ahead = (owners: CauseOwner[], days = 30) => forecast(connectors, owners, NOW, days * DAY)

  it('names who stops when the last token ends, soonest first', () => {
    const owners = [
      owner([token('late', { expiresAt: NOW + 9 * DAY })]),
      owner([token('soon', { expiresAt: NOW + DAY })], { id: 'p' }),
    ]
    expect(ahead(owners)).toMatchObject([
      { at: NOW + DAY, token: { id: 'soon' }, certainty: 'certain', connectorIds: ['other'] },
      { at: NOW + 9 * DAY, token: { id: 'late' }, certainty: 'certain', connectorIds: ['c1', 'c2'] },
    ])
  })

  it('one of several may stop them when it was used lately; an idle one does not count', () => {
    const owners = [
      owner([
        token('used', { expiresAt: NOW + DAY }),
        token('idle', { expiresAt: NOW + 2 * DAY, lastUsedAt: null }),
        token('stays'),
      ]),
    ]
    expect(ahead(owners)).toMatchObject([{ token: { id: 'used' }, certainty: 'possible' }])
  })

  it('ends with the horizon, and with the account', () => {
    expect(ahead([owner([token('a', { expiresAt: NOW + 31 * DAY })])])).toEqual([])
    expect(ahead([owner([token('a', { expiresAt: NOW })])])).toEqual([])
    const locks = owner([token('a', { expiresAt: NOW + 5 * DAY })], { lockedAfter: NOW + 2 * DAY })
    expect(ahead([locks])).toMatchObject([{ kind: 'locks', at: NOW + 2 * DAY, token: null }])
    expect(ahead([owner([token('a', { expiresAt: NOW + DAY })], { id: 'without connectors' })])).toEqual([])
  })

  it('what it calls certain leaves nothing that lets the connector in', () => {
    const times = fc.option(fc.integer({ min: NOW - 5 * DAY, max: NOW + 40 * DAY }), { nil: null })
    fc.assert(
      fc.property(fc.array(times, { maxLength: 6 }), (ends) => {
        const one = owner(ends.map((expiresAt, index) => token(`t${index}`, { expiresAt })))
        for (const { at, certainty } of ahead([one])) {
          const left = one.tokens.some((each) => (endOf(each) ?? Number.POSITIVE_INFINITY) > at)
          expect(left).toBe(certainty === 'possible')
        }
      }),
    )
  })
})
